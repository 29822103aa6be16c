"""Proof of consent: who agreed to which words, when, where and in which language.

Whoever sends mail must be able to show that its reader asked for it (GDPR article 7(1)). Each step is a row of its own
that nobody changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from newsletter.audience.values import from_ms
from newsletter.store.once import insert_if_new
from newsletter.store.schema import consent, consent_wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection


class Step(StrEnum):
    """What somebody did."""

    ASKED = "asked"
    """Typed their address; it may have been another's."""
    CONFIRMED = "confirmed"
    """Pressed the button behind the link that was mailed to it."""
    LEFT = "left"
    RETURNED = "returned"
    """Took it back, on the page that said that they had left."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one step when it is taken."""

    now_ms: int
    language: str
    form_url: str
    """Of the page, without a token."""
    client: str
    """The network or the IP address that they came from; empty where that is not kept."""
    wording: str = ""
    """The sentence that the page showed; empty where they agreed to nothing."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One step that was taken."""

    step: str
    at: datetime
    language: str
    wording: str
    wording_sha256: str
    form_url: str
    client: str
    message_id: str


def record(connection: Connection, subscriber_id: int, step: Step, proof: Proof, message_id: str = "") -> None:
    """Add a step; `message_id` is that of the mail whose link led to it."""
    row = {
        "subscriber_id": subscriber_id,
        "step": step,
        "at_ms": proof.now_ms,
        "language": proof.language,
        "wording_sha256": _kept_wording(connection, proof.wording) if proof.wording else None,
        "form_url": proof.form_url,
        "client": proof.client,
        "message_id": message_id,
    }
    connection.execute(insert(consent).values(row))


def _kept_wording(connection: Connection, wording: str) -> str:
    digest = sha256(wording.encode()).hexdigest()
    insert_if_new(connection, consent_wording, {"sha256": digest, "wording": wording})
    return digest


def hide_clients(connection: Connection, whose: ColumnElement[bool]) -> int:
    """Take away from where some steps were taken; return of how many it was kept."""
    theirs = update(consent).where(whose, consent.c.client != "")
    return connection.execute(theirs.values(client="")).rowcount


def times_asked(connection: Connection, subscriber_id: int, since_ms: int) -> int:
    """Return how often somebody was asked to confirm since a moment."""
    theirs = (consent.c.subscriber_id == subscriber_id) & (consent.c.step == Step.ASKED)
    chosen = select(func.count()).select_from(consent).where(theirs, consent.c.at_ms > since_ms)
    return connection.scalar(chosen) or 0


def consents_of(connection: Connection, subscriber_id: int) -> tuple[Consent, ...]:
    """Return the steps of one person, in their order."""
    return consents_of_all(connection, [subscriber_id]).get(subscriber_id, ())


def consents_of_all(connection: Connection, subscriber_ids: Sequence[int]) -> dict[int, tuple[Consent, ...]]:
    """Return the steps of some people, in their order; whoever took none is not in it."""
    chosen = (
        select(consent, consent_wording.c.wording)
        .outerjoin(consent_wording, consent_wording.c.sha256 == consent.c.wording_sha256)
        .where(consent.c.subscriber_id.in_(subscriber_ids))
        .order_by(consent.c.id)
    )
    found: dict[int, tuple[Consent, ...]] = {}
    for row in connection.execute(chosen):
        step = Consent(
            step=row.step,
            at=from_ms(row.at_ms),
            language=row.language,
            wording=row.wording or "",
            wording_sha256=row.wording_sha256 or "",
            form_url=row.form_url,
            client=row.client,
            message_id=row.message_id,
        )
        found[row.subscriber_id] = (*found.get(row.subscriber_id, ()), step)
    return found
