"""Links with a token: whose they are, or that they are none of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.audience.tokens import verify
from newsletter.web.public.pages import language_of, page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.audience.tokens import Purpose, Token
    from newsletter.web.public.site import Site


def token_of(site: Site, request: Request, purpose: Purpose) -> Token | None:
    """Return the token of a request's path; None where it is none that we gave out for this purpose."""
    return verify(site.keys, site.settings.newsletter.list_id, purpose, request.path_params["token"])


def no_such_link(site: Site, request: Request) -> Response:
    """Say that a link is not one that we gave out.

    It says so of a token that was made up, cut off, or meant for something else, and of nothing else: not of a reader
    who has left or was forgotten. So it tells nobody who is a subscriber, and a reader whose mail program spoilt a link
    is not told that something was done.
    """
    return page(site, "no-link", language_of(site, request), {}, 404)


def masked(address: str) -> str:
    """Return an address as its owner knows it again, and whoever was forwarded a mail does not learn it."""
    local, at, host = address.rpartition("@")
    return f"{local[:1]}•••{at}{host}"
