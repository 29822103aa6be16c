"""A template as a response: in the reader's language, kept by nobody, found by nobody, and without a script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from newsletter.i18n import preferred_language
from newsletter.web.public.site import DESK, TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from newsletter.web.public.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The Content-Security-Policy of these pages."""

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}
"""The address of such a page is a key to it: it goes into no cache, no search engine, and to no other site."""

UNSAID = {"caught": "", "is_known": False, "others": ()}
"""What most pages have nothing to say of."""

_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def page(site: Site, name: str, language: str, said: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """Return a page made of `web/public/NAME.html.j2`; `said` is what its template shows. Its heading is its title."""
    context = {**site.house, **UNSAID, "language": language, **said}
    desk = site.theme.render(f"web/public/{name}.html.j2", language, context)
    heading = _HEADING.search(desk)
    html = site.frames[language].replace(TITLE, heading[1] if heading else "").replace(DESK, desk)
    return HTMLResponse(html, status, HEADERS | {"content-language": language})


def language_of(site: Site, request: Request, known: str = "") -> str:
    """Return the language of a page.

    As its address asks (`?lang=en`), else the reader's own where they are `known`, else the one that their browser
    wants most, else the newsletter's.
    """
    newsletter = site.settings.newsletter
    asked = request.query_params.get("lang", "")
    if asked in newsletter.languages:
        return asked
    if known in newsletter.languages:
        return known
    accepted = request.headers.get("accept-language", "")
    return preferred_language(accepted, newsletter.languages) or newsletter.language


def other_languages(site: Site, language: str) -> list[str]:
    """Return the languages that a page can be read in beside its own."""
    return [code for code in site.settings.newsletter.languages if code != language]
