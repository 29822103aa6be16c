"""People come and go by themselves: ask for mail, confirm, leave, and come back.

Nobody is brought back by a name that a stranger typed: who left, or must not get mail, stays so until they confirm from
their own mailbox, or for good.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from newsletter.audience.consent import Step, consents_of, record, times_asked
from newsletter.audience.intake import suppression_reasons
from newsletter.audience.tokens import HOUR_MS
from newsletter.audience.values import to_ms
from newsletter.store.once import insert_if_new
from newsletter.store.schema import subscriber

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from newsletter.audience.address import Address
    from newsletter.audience.consent import Proof
    from newsletter.audience.tokens import Keys, Token

RETURN_WITHIN_MS = HOUR_MS
"""So long the page that somebody left on can take them back: the link on it is in the hands of whoever was forwarded
the mail, too."""


MOST_ASKED = 5
"""So often somebody who does not answer is asked to confirm, in `ASKED_WITHIN_MS`: it may be that they never wanted to
be, and that somebody types their address every day."""
ASKED_WITHIN_MS = 30 * 24 * HOUR_MS


class Answer(Enum):
    """What came of a link that asks to confirm."""

    FIRST = "first"
    """They are a subscriber, for the first time."""
    AGAIN = "again"
    """They had left, and are back."""
    ALREADY = "already"
    """They had confirmed."""
    TOO_LATE = "too late"
    """The link is too old, or older than their leaving."""
    GONE = "gone"
    """Nobody waits for it any more."""


def ask(connection: Connection, address: Address, keys: Keys, proof: Proof) -> int | None:
    """Take in that somebody typed an address.

    Returns:
        The id of the subscriber to whom a mail may go that asks whether it was them; None where no mail may go: they
        get the newsletter, must not be written to, or were asked so often that they do not want to be.
    """
    if suppression_reasons(connection, [address.key], proof.now_ms, keys):
        return None
    row = {
        "address": address.text,
        "address_key": address.key,
        "status": "pending",
        "language": proof.language,
        "created_at_ms": proof.now_ms,
        "consent_source": proof.form_url,
    }
    insert_if_new(connection, subscriber, row)
    chosen = select(subscriber.c.id, subscriber.c.status).where(subscriber.c.address_key == address.key)
    known = connection.execute(chosen).one()
    if known.status == "active" or times_asked(connection, known.id, proof.now_ms - ASKED_WITHIN_MS) >= MOST_ASKED:
        return None
    return int(known.id)


def look(connection: Connection, token: Token, within_hours: int, now_ms: int) -> tuple[Answer, str]:
    """Return what a link that asks to confirm would bring now, and the address that it was mailed to; nothing changes.

    `within_hours` is how old the link may be.
    """
    row = connection.execute(_known(token)).first()
    if row is None:
        return Answer.GONE, ""
    return _answer(row, token, within_hours, now_ms), row.address


def confirm(
    connection: Connection, token: Token, within_hours: int, proof: Proof, message_id: str
) -> tuple[Answer, str]:
    """Do what a link that asks to confirm stands for, once; return what came of it, as `look` does."""
    row = connection.execute(_known(token).with_for_update()).first()
    if row is None:
        return Answer.GONE, ""
    answer = _answer(row, token, within_hours, proof.now_ms)
    if answer in {Answer.FIRST, Answer.AGAIN}:
        confirmed = {"status": "active", "confirmed_at_ms": proof.now_ms, "unsubscribed_at_ms": None}
        connection.execute(update(subscriber).where(subscriber.c.id == row.id).values(confirmed))
        record(connection, row.id, Step.CONFIRMED, proof, message_id)
    return answer, row.address


def _known(token: Token) -> Select[Any]:
    columns = (subscriber.c.id, subscriber.c.address, subscriber.c.status, subscriber.c.unsubscribed_at_ms)
    return select(*columns).where(subscriber.c.id == token.subscriber_id)


def _answer(row: Row[Any], token: Token, within_hours: int, now_ms: int) -> Answer:
    if row.status == "active":
        return Answer.ALREADY
    if now_ms // HOUR_MS - token.about > within_hours:
        return Answer.TOO_LATE
    if row.status == "pending":
        return Answer.FIRST
    # Made in the hour in which they left or later: it may have been asked for since.
    return Answer.AGAIN if token.about >= row.unsubscribed_at_ms // HOUR_MS else Answer.TOO_LATE


def leave(connection: Connection, subscriber_id: int, proof: Proof) -> bool:
    """End the mail to somebody; return whether they got any until now."""
    row = connection.execute(
        select(subscriber.c.status).where(subscriber.c.id == subscriber_id).with_for_update()
    ).first()
    if row is None or row.status == "unsubscribed":
        return False
    left = {"status": "unsubscribed", "unsubscribed_at_ms": proof.now_ms}
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(left))
    if row.status == "active":
        record(connection, subscriber_id, Step.LEFT, proof)
    return bool(row.status == "active")


def come_back(connection: Connection, subscriber_id: int, proof: Proof) -> bool:
    """Take somebody back who left a moment ago, by `leave`; return whether they get mail now."""
    row = connection.execute(
        select(subscriber.c.status).where(subscriber.c.id == subscriber_id).with_for_update()
    ).first()
    if row is None or row.status == "active":
        return row is not None
    steps = consents_of(connection, subscriber_id)
    if not steps or steps[-1].step != Step.LEFT or to_ms(steps[-1].at) < proof.now_ms - RETURN_WITHIN_MS:
        return False
    back = {"status": "active", "unsubscribed_at_ms": None}
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(back))
    record(connection, subscriber_id, Step.RETURNED, proof)
    return True
