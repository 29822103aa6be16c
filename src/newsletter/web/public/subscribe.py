"""Subscribing: a form, and the mail that asks whether it was them.

The answer is the same, in its words and in its time, whoever already is a subscriber, is not, or must get no mail: a
stranger who types somebody's address learns nothing about them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from newsletter.audience.address import mixed_scripts, read_address
from newsletter.audience.consent import Step, record
from newsletter.audience.signing_up import ask
from newsletter.audience.typos import host_meant
from newsletter.errors import AddressError
from newsletter.render.links import subscribe_url
from newsletter.sending.own_mails import OwnMail, post
from newsletter.store import Begin, writing
from newsletter.web.public.forms import read_form, shown_now, was_shown
from newsletter.web.public.pages import language_of, other_languages, page
from newsletter.web.public.proof import consent_wording, proof_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.audience.address import Address
    from newsletter.audience.consent import Proof
    from newsletter.web.public.site import Site

TRAP = "message"
"""A field that nobody sees, and that programs fill in. A browser fills in what it knows of its owner; not this name."""

ANSWER_AFTER_S = 0.08
"""So long every sign-up that is taken takes: the wait for the disk, which only some have, is within it."""

_MAX_SHOWN_CHARACTERS = 254


async def form(site: Site, request: Request) -> Response:
    """Show the form."""
    return _form(site, language_of(site, request))


async def sign_up(site: Site, request: Request) -> Response:
    """Take what the form says, or what a form like it says on another site."""
    loop = asyncio.get_running_loop()
    answer_at_s = loop.time() + ANSWER_AFTER_S
    said = await read_form(request)
    language = language_of(site, request, said.get("lang", ""))
    try:
        address = read_address(said.get("email", ""))
    except AddressError:
        return _form(site, language, typed=said.get("email", ""), fault="address")
    if mixed_scripts(address):
        return _form(site, language, typed=said["email"], fault="letters")
    if (question := _question(site, said, address)) is not None:
        return page(site, "again", language, {**question, "wording": consent_wording(site, language)})
    if not said.get(TRAP):
        client = request.client.host if request.client else ""
        if not site.allowance.take(client, address.text.rpartition("@")[2]):
            answer = page(site, "too-many", language, {}, 429)
            answer.headers["retry-after"] = "3600"
            return answer
        where = subscribe_url(site.settings.newsletter.url)
        await run_in_threadpool(_take, site, address, proof_of(site, request, language, where))
    await asyncio.sleep(answer_at_s - loop.time())
    return page(site, "look", language, {"typed": address.text}, 202)


def _form(site: Site, language: str, *, typed: str = "", fault: str = "") -> Response:
    said = {
        "typed": typed[:_MAX_SHOWN_CHARACTERS],
        "fault": fault,
        "trap": TRAP,
        "token": shown_now(site),
        "wording": consent_wording(site, language),
        "others": other_languages(site, language),
    }
    return page(site, "subscribe", language, said, 422 if fault else 200)


def _question(site: Site, said: Mapping[str, str], address: Address) -> dict[str, object] | None:
    """Return what is still to be asked: whether an address is a slip of the fingers, or one more press of a button.

    A form on another site has no token of when it was shown, and a program that has none either is stopped here.
    """
    is_proven = was_shown(site, said.get("token", ""))
    local, _, host = address.text.rpartition("@")
    meant = host_meant(host) if said.get("checked") != "yes" else ""
    if is_proven and not meant:
        return None
    return {
        "typed": address.text,
        "meant": f"{local}@{meant}" if meant else "",
        "token": said["token"] if is_proven else shown_now(site),
        "trap": TRAP,
        "caught": said.get(TRAP, ""),
    }


def _take(site: Site, address: Address, proof: Proof) -> None:
    """Take a sign-up in, with the mail that follows from it: both are there, or neither."""
    # Not forced to the disk, which a flood would wait for: that is done when the postman takes the mail in hand.
    with writing(site.engine, begin=Begin.LAX) as connection:
        subscriber_id = ask(connection, address, site.keys, proof)
        if subscriber_id is None or not post(connection, OwnMail.CONFIRM, subscriber_id, proof.now_ms):
            return
        record(connection, subscriber_id, Step.ASKED, proof)
    site.post_soon()
