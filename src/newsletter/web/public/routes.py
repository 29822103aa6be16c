"""The addresses of the public pages, and who answers at each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from newsletter.web.public import access, confirm, preferences, subscribe, unsubscribe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.web.public.site import Site

    Handler = Callable[[Request], Awaitable[Response]]


def routes(site: Site) -> list[Route]:
    """Return the routes of all public pages; a GET, a HEAD or an OPTIONS changes nothing at any of them.

    Every response says for itself that it is neither kept, nor found, nor told to another site: `no-store`, `noindex`,
    `no-referrer` and its own Content-Security-Policy. No path of these is one of the archive's.
    """
    return [
        *_both("/subscribe/", partial(subscribe.form, site), partial(subscribe.sign_up, site)),
        *_both("/c/{token}", partial(confirm.ask, site), partial(confirm.press, site)),
        *_both("/u/{token}", partial(unsubscribe.ask, site), partial(unsubscribe.press, site)),
        *_both("/preferences/{token}", partial(preferences.show, site), partial(preferences.press, site)),
        *_both("/me/{token}", partial(access.show, site), partial(access.press, site)),
    ]


def _both(path: str, show: Handler, press: Handler) -> tuple[Route, Route]:
    """Return the routes of one page: to look at it, and for its buttons."""
    return Route(path, show, methods=["GET"]), Route(path, press, methods=["POST"])
