"""The discussion below a page: what its template has to know of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from newsletter.config import Settings


def thread_below(settings: Settings, folder: str) -> SimpleNamespace | None:
    """Return the discussion of the page in a folder of the archive; None where it has none.

    Its `id` is by what Isso knows it, and never changes as long as the page stays where it is; `url` is where it is.
    """
    site = settings.newsletter.url
    url = settings.discussion.page_url(site, folder)
    return SimpleNamespace(id=f"{urlsplit(site).path}/{folder}", url=url) if url else None
