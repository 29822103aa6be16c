"""Leaving: a page with one button, and the one click of mail programs (RFC 8058).

The answer is the same for whoever gets mail, has left, or was forgotten, however old the link is. The page is made
without the database, and there is no limit: a provider's machines send many of these from one address. Where the
database is away, the wish is kept beside it, and the answer is still the same.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from newsletter.audience.signing_up import come_back, leave
from newsletter.audience.tokens import Purpose
from newsletter.errors import StoreError
from newsletter.render.links import unsubscribe_url
from newsletter.sending import told
from newsletter.store import writing
from newsletter.web.public.forms import read_form
from newsletter.web.public.links import no_such_link, token_of
from newsletter.web.public.pages import language_of, other_languages, page
from newsletter.web.public.proof import proof_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.audience.consent import Proof
    from newsletter.audience.tokens import Token
    from newsletter.web.public.site import Site

PATIENCE_S = 2.0
"""How long a reader, or their mail program, waits for the database; then the wish is kept, to be done later."""
REASONS = ("often", "other-content", "never-asked", "other")
"""Why somebody leaves, as the database keeps it."""


async def ask(site: Site, request: Request) -> Response:
    """Show the button."""
    if token_of(site, request, Purpose.UNSUBSCRIBE) is None:
        return no_such_link(site, request)
    language = language_of(site, request)
    return page(site, "unsubscribe", language, {"others": other_languages(site, language)})


async def press(site: Site, request: Request) -> Response:
    """Unsubscribe, whatever the request says; unless it is of the page that follows, and says more.

    RFC 8058 section 3.2: mail programs send `List-Unsubscribe=One-Click`, without a cookie, and follow no redirect.
    Some send another body or none; that they send it to this address says all.
    """
    token = token_of(site, request, Purpose.UNSUBSCRIBE)
    if token is None:
        return no_such_link(site, request)
    written: str = request.path_params["token"]
    said = await read_form(request)
    language = language_of(site, request, said.get("lang", ""))
    where = unsubscribe_url(site.settings.newsletter.url, "")
    if said.get("do") == "return":
        site.wishes.forget(written)
        is_back = await run_in_threadpool(_come_back, site, token, proof_of(site, request, language, where))
        return page(site, "back" if is_back else "gone", language, {})
    if said.get("do") == "reason":
        if said.get("reason") in REASONS:
            await run_in_threadpool(_note_reason, site, token, said["reason"])
        return page(site, "left", language, {"reasons": (), "is_told": True})
    await _leave_for_sure(site, token, written, proof_of(site, request, language, where, agrees=False))
    return page(site, "left", language, {"reasons": REASONS, "is_told": False})


async def _leave_for_sure(site: Site, token: Token, written: str, proof: Proof) -> None:
    """Unsubscribe, or keep the wish where the database does not do it in time.

    Raises:
        StoreError: it can be neither done nor kept.
    """
    leaving = asyncio.ensure_future(run_in_threadpool(_leave, site, token, proof))
    await asyncio.wait({leaving}, timeout=PATIENCE_S)
    if leaving.done() and leaving.exception() is None:
        return
    try:
        # On a thread of another pool: those of the pages may all be waiting for the database.
        await asyncio.to_thread(site.wishes.keep, written, proof.now_ms)
    except StoreError:
        await leaving
    else:
        leaving.cancel()
        leaving.add_done_callback(_let_go)


def _let_go(leaving: asyncio.Task[None]) -> None:
    """Take what came of it after all, which nobody waits for."""
    if not leaving.cancelled():
        leaving.exception()


def _leave(site: Site, token: Token, proof: Proof) -> None:
    with writing(site.engine) as connection:
        if leave(connection, token.subscriber_id, proof):
            told.note(connection, token.subscriber_id, token.about, told.LEFT, now_ms=proof.now_ms)


def _come_back(site: Site, token: Token, proof: Proof) -> bool:
    with writing(site.engine) as connection:
        return come_back(connection, token.subscriber_id, proof)


def _note_reason(site: Site, token: Token, reason: str) -> None:
    with writing(site.engine) as connection:
        told.note(connection, token.subscriber_id, token.about, told.REASON, code=reason, now_ms=site.now_ms())
