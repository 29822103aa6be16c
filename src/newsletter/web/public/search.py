"""The search of the archive, for readers whose browser runs no scripts: the form of every page leads here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from newsletter.archive.full_text import Answer
from newsletter.web.public.pages import language_of, page

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from newsletter.archive.full_text import FullText
    from newsletter.web.public.site import Site

PATH = "/issues/"
"""Where the list of issues is, when nothing is asked."""

_MAX_CHARACTERS = 200
_AT_ONCE = 2
"""Threads; the index is made while one of them waits, and the readers' pages need the others."""


def is_question(scope: Scope, path: str) -> bool:
    """Tell whether a request asks for pages with some words in them."""
    return path == PATH and scope["method"] == "GET" and bool(parse_qs(scope["query_string"]).get(b"q"))


@dataclass(frozen=True, slots=True)
class Search:
    """Answers with the pages that have all the words of a question in them."""

    site: Site
    index: FullText
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is a question."""
        request = Request(scope, receive)
        asked = request.query_params["q"][:_MAX_CHARACTERS].strip()
        try:
            answer = await to_thread.run_sync(self.index.ask, asked, limiter=self.threads)
        except OSError:  # there is no archive yet
            answer = Answer(0, ())
        said = {"asked": asked, "count": answer.count, "hits": answer.hits}
        await page(self.site, "search", language_of(self.site, request), said)(scope, receive, send)
