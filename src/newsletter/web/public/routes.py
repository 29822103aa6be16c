"""The addresses of the public pages, and who answers at each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from newsletter.web.public.subscribe import form, sign_up

if TYPE_CHECKING:
    from newsletter.web.public.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of all public pages; a GET, a HEAD or an OPTIONS changes nothing at any of them.

    Every response says for itself that it is neither kept, nor found, nor told to another site: `no-store`, `noindex`,
    `no-referrer` and its own Content-Security-Policy. No path of these is one of the archive's.
    """
    return [
        Route("/subscribe/", partial(form, site), methods=["GET"]),
        Route("/subscribe/", partial(sign_up, site), methods=["POST"]),
    ]
