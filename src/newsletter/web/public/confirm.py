"""The link of the mail that asks whether it was them: a page with one button, and what the button does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from newsletter.audience.consent import Step, record
from newsletter.audience.signing_up import Answer, confirm, look
from newsletter.audience.tokens import Purpose
from newsletter.render.links import confirm_url
from newsletter.sending.letters import message_ids
from newsletter.sending.own_mails import OwnMail, last_sending, post
from newsletter.store import reading, writing
from newsletter.web.public.forms import read_form
from newsletter.web.public.links import masked, no_such_link, token_of
from newsletter.web.public.pages import language_of, other_languages, page
from newsletter.web.public.proof import consent_wording, proof_of

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.audience.consent import Proof
    from newsletter.audience.tokens import Token
    from newsletter.web.public.site import Site

_TEMPLATES = {
    Answer.FIRST: "confirm",
    Answer.AGAIN: "confirm",
    Answer.ALREADY: "confirmed",
    Answer.TOO_LATE: "too-late",
    Answer.GONE: "gone",
}
"""What a link shows before anything is pressed."""

_DONE = frozenset({Answer.FIRST, Answer.AGAIN})
"""What comes of a link by which somebody was confirmed."""


async def ask(site: Site, request: Request) -> Response:
    """Show what the link would do."""
    token = token_of(site, request, Purpose.CONFIRM)
    if token is None:
        return no_such_link(site, request)
    return _page(site, language_of(site, request), *await run_in_threadpool(_look, site, token))


async def press(site: Site, request: Request) -> Response:
    """Confirm; or, where the link is too old, send a new one."""
    token = token_of(site, request, Purpose.CONFIRM)
    if token is None:
        return no_such_link(site, request)
    said = await read_form(request)
    language = language_of(site, request, said.get("lang", ""))
    proof = proof_of(site, request, language, confirm_url(site.settings.newsletter.url, ""))
    if said.get("do") == "again":
        answer, address = await run_in_threadpool(_ask_again, site, token, proof)
        if answer is Answer.TOO_LATE:
            return page(site, "look", language, {"typed": masked(address)}, 202)
        return _page(site, language, answer, address)
    answer, address = await run_in_threadpool(_confirm, site, token, proof)
    # Pressed twice, it says the same.
    return _page(site, language, Answer.ALREADY if answer in _DONE else answer, address)


def _page(site: Site, language: str, answer: Answer, address: str) -> Response:
    said = {
        "masked": masked(address),
        "wording": consent_wording(site, language),
        "others": other_languages(site, language),
    }
    return page(site, _TEMPLATES[answer], language, said)


def _look(site: Site, token: Token) -> tuple[Answer, str]:
    with reading(site.engine) as connection:
        return look(connection, token, site.settings.site.confirm_within_hours, site.now_ms())


def _confirm(site: Site, token: Token, proof: Proof) -> tuple[Answer, str]:
    with writing(site.engine) as connection:
        message_id = _message_id(site, connection, token)
        answer, address = confirm(connection, token, site.settings.site.confirm_within_hours, proof, message_id)
        is_posted = answer in _DONE and post(connection, OwnMail.WELCOME, token.subscriber_id, proof.now_ms)
    if is_posted:
        site.post_soon()
    return answer, address


def _message_id(site: Site, connection: Connection, token: Token) -> str:
    """Return the Message-ID of the mail that asked; empty where the ledger knows of none any more."""
    send_id = last_sending(connection, OwnMail.CONFIRM, token.subscriber_id)
    if send_id is None:
        return ""
    return message_ids(site.keys, site.settings.newsletter, OwnMail.CONFIRM, send_id)(token.subscriber_id)


def _ask_again(site: Site, token: Token, proof: Proof) -> tuple[Answer, str]:
    """Post a new link to whoever has one that is too old; return what theirs is, as `look` does."""
    with writing(site.engine) as connection:
        answer, address = look(connection, token, site.settings.site.confirm_within_hours, proof.now_ms)
        is_posted = answer is Answer.TOO_LATE and post(connection, OwnMail.CONFIRM, token.subscriber_id, proof.now_ms)
        if is_posted:
            record(connection, token.subscriber_id, Step.ASKED, proof)
    if is_posted:
        site.post_soon()
    return answer, address
