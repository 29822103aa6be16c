"""The link at the foot of Isso's mails about answers: a page with one button, and what the button does.

Isso itself acts when the link is opened, as a program does that looks through somebody's mail. So it is asked only once
somebody pressed.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from newsletter.errors import FetchError
from newsletter.fetch.relay import Question, relay
from newsletter.web.public.forms import read_form
from newsletter.web.public.links import no_such_link
from newsletter.web.public.pages import language_of, other_languages, page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.web.public.site import Site

PATH = "id/{number:int}/unsubscribe/{address}/{key}"
"""Below the folder of the discussion, and at Isso."""

_MOST_BYTES = 64 * 1024


async def ask(site: Site, request: Request) -> Response:
    """Show what the link would do."""
    language = language_of(site, request)
    said = {"is_done": False, "is_away": False, "others": other_languages(site, language)}
    return page(site, "replies", language, said)


async def press(site: Site, request: Request) -> Response:
    """Let Isso do it; pressed twice, it says the same."""
    said = await read_form(request)
    language = language_of(site, request, said.get("lang", ""))
    place = request.path_params
    address, key = quote(place["address"], safe="@"), quote(place["key"], safe="")
    question = Question("GET", f"/id/{place['number']}/unsubscribe/{address}/{key}", ())
    try:
        async with relay(site.settings.discussion.server, question, most_bytes=_MOST_BYTES) as answer:
            status = answer.status
    except FetchError:
        return page(site, "replies", language, {"is_done": False, "is_away": True}, HTTPStatus.BAD_GATEWAY)
    if status != HTTPStatus.OK:
        return no_such_link(site, request)
    return page(site, "replies", language, {"is_done": True, "is_away": False})
