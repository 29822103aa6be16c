"""What is personal: a name, all that is kept, and its erasure; behind a link that was mailed a moment ago."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from newsletter.audience.documents import kept_as_document
from newsletter.audience.membership import forget, kept_of
from newsletter.audience.preferences import rename
from newsletter.audience.subscribers import find_id
from newsletter.audience.tokens import MINUTE_MS, Purpose
from newsletter.audience.values import UncleanError
from newsletter.store import leave_no_trace, reading, writing
from newsletter.web.public.forms import read_form
from newsletter.web.public.links import no_such_link, token_of
from newsletter.web.public.pages import HEADERS, language_of, page
from newsletter.web.public.preferences import send_access

if TYPE_CHECKING:
    from starlette.requests import Request

    from newsletter.audience.subscribers import Subscriber
    from newsletter.audience.tokens import Token
    from newsletter.web.public.site import Site

WITHIN_MINUTES = 30
"""So long the link works."""


async def show(site: Site, request: Request) -> Response:
    """Show the name, and the buttons to take everything along and to erase it."""
    token = token_of(site, request, Purpose.ACCESS)
    if token is None:
        return no_such_link(site, request)
    person = await run_in_threadpool(_find, site, token)
    return _page(site, request, token, person)


async def press(site: Site, request: Request) -> Response:
    """Change the name, hand out all that is kept, or erase it."""
    token = token_of(site, request, Purpose.ACCESS)
    if token is None:
        return no_such_link(site, request)
    said = await read_form(request)
    do = said.get("do", "")
    if do == "again":
        return await send_access(site, request, token)
    person = await run_in_threadpool(_find, site, token)
    if person is None or not _is_in_time(site, token):
        return _page(site, request, token, person)
    if do == "download":
        return await run_in_threadpool(_document, site, person)
    if do == "erase" and said.get("sure") == "yes":
        await run_in_threadpool(_erase, site, person)
        return page(site, "erased", language_of(site, request, person.language), {})
    if do == "name":
        try:
            await run_in_threadpool(_rename, site, person, said.get("first_name", ""), said.get("last_name", ""))
        except UncleanError:
            return _page(site, request, token, person, outcome="unclean")
        return _page(site, request, token, await run_in_threadpool(_find, site, token), outcome="saved")
    return _page(site, request, token, person, outcome="unsure" if do == "erase" else "")


def _page(site: Site, request: Request, token: Token, person: Subscriber | None, *, outcome: str = "") -> Response:
    language = language_of(site, request, person.language if person else "")
    if person is None:
        return page(site, "gone", language, {})
    if not _is_in_time(site, token):
        return page(site, "access-late", language, {})
    said = {
        "outcome": outcome,
        "address": person.address,
        "first_name": person.first_name,
        "last_name": person.last_name,
    }
    return page(site, "access", language, said, 422 if outcome in {"unclean", "unsure"} else 200)


def _is_in_time(site: Site, token: Token) -> bool:
    return 0 <= site.now_ms() // MINUTE_MS - token.about < WITHIN_MINUTES


def _find(site: Site, token: Token) -> Subscriber | None:
    with reading(site.engine) as connection:
        return find_id(connection, token.subscriber_id, site.now_ms())


def _rename(site: Site, person: Subscriber, first_name: str, last_name: str) -> None:
    with writing(site.engine) as connection:
        rename(connection, person.id, first_name, last_name)


def _document(site: Site, person: Subscriber) -> Response:
    """Return all that is kept of somebody, as a file to keep (GDPR articles 15 and 20)."""
    with reading(site.engine) as connection:
        kept = kept_of(connection, person.address_key, site.keys, site.now_ms())
    text = json.dumps(kept_as_document(person.address, kept), ensure_ascii=False, indent=2)
    headers = HEADERS | {"content-disposition": 'attachment; filename="newsletter-data.json"'}
    return Response(f"{text}\n", media_type="application/json", headers=headers)


def _erase(site: Site, person: Subscriber) -> None:
    with writing(site.engine) as connection:
        forget(connection, person.address_key, site.keys, site.now_ms())
    leave_no_trace(site.engine)
