"""Mails that the newsletter sends of itself, each to one person: to confirm, to welcome, to give access.

They stand in the same ledger as an issue's mails: a row for each, in a sending for each kind and period. So the ledger
itself, in which nobody stands twice in one sending, is what says "once a day" or "once ever", however often and however
fast a button is pressed. States, engine and doubts are those of every other mail.

What differs is written here alone: how long a period is, who may get the mail, and until when it is any use.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, false, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.audience.segments import suppressed
from newsletter.audience.values import from_ms
from newsletter.sending.changes import IS_IN_DOUBT, IS_PENDING, change
from newsletter.sending.rows import Tally
from newsletter.sending.states import HELD, Arrow, State
from newsletter.store.schema import delivery, delivery_event, send, subscriber, suppression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

PREFIX = "own:"
"""Begins the `issue_id` of these sendings; no issue's slug can hold a colon."""

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
WELCOME_WITHIN_MS = 2 * DAY_MS
"""A welcome that comes later is none."""
KEPT_MS = 30 * DAY_MS
"""How long the rows of mails that can be asked for again are kept."""
_SWEPT_AT_ONCE = 500
"""Sendings; the next sweep takes the others."""


class OwnMail(StrEnum):
    """A mail that goes to one person, because of what that person did."""

    CONFIRM = "confirm"
    """Asks somebody who subscribed whether it was them. At most one a day."""
    WELCOME = "welcome"
    """The first mail, to somebody who has confirmed. Once ever."""
    ACCESS = "access"
    """Holds the link to what is kept of somebody. At most one in a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class _Rule:
    period_ms: int
    """Nobody gets two within one; 0 for the one period that there ever is."""
    use_ms: int
    """For so long after its period it may still be tried; 0 where `_may_get` says it."""
    doubts: str
    """What becomes of a mail in doubt when it is of no more use (`send.in_doubt_policy`)."""


_RULES: Mapping[OwnMail, _Rule] = MappingProxyType(
    {
        # Whoever did not get one of these presses the button again; to hold it for the editor would help nobody.
        OwnMail.CONFIRM: _Rule(DAY_MS, DAY_MS, "assume_sent"),
        OwnMail.ACCESS: _Rule(15 * MINUTE_MS, 30 * MINUTE_MS, "assume_sent"),
        OwnMail.WELCOME: _Rule(0, 0, "hold"),
    }
)

_BARRED_FROM_ACCESS = ("hard_bounce", "complaint")
"""Reasons that keep even a mail away that somebody asked for; all others are about the newsletter."""


@dataclass(frozen=True, slots=True)
class OwnSending:
    """One period of one of these mails, in which rows are due."""

    id: int
    mail: OwnMail
    deadline_at_ms: int | None
    """None: it has none, as each row sees to its own."""


def post(connection: Connection, mail: OwnMail, subscriber_id: int, now_ms: int) -> bool:
    """Put a mail to a subscriber into the ledger, in the caller's transaction; the postman does the rest.

    Returns:
        Whether it was put there: False where that person has had one in this period, or is no subscriber.
    """
    send_id = _sending_of(connection, mail, now_ms)
    columns = (subscriber.c.id, subscriber.c.address, subscriber.c.address_key)
    theirs = select(literal(send_id), *columns).where(subscriber.c.id == subscriber_id)
    names = ["send_id", "subscriber_id", "address", "address_key"]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(delivery).from_select(names, theirs).on_conflict_do_nothing()
    if connection.scalar(statement.returning(delivery.c.id)) is None:
        return False
    connection.execute(update(send).where(send.c.id == send_id).values(audience=send.c.audience + 1))
    return True


def _sending_of(connection: Connection, mail: OwnMail, now_ms: int) -> int:
    """Return the sending of this period; made where this is its first mail."""
    name, rule = _name(mail, now_ms), _RULES[mail]
    found = connection.scalar(select(send.c.id).where(send.c.issue_id == name))
    if found is not None:
        return int(found)
    ends_ms = now_ms - now_ms % rule.period_ms + rule.period_ms + rule.use_ms if rule.period_ms else None
    values = {
        "issue_id": name,
        "status": "sending",
        "content_sha256": "",
        "recipients_sha256": "",
        "audience": 0,
        "deadline_at_ms": ends_ms,
        "in_doubt_policy": rule.doubts,
        "created_at_ms": now_ms,
    }
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(send).values(values).on_conflict_do_nothing())
    return int(connection.execute(select(send.c.id).where(send.c.issue_id == name)).scalar_one())


def _name(mail: OwnMail, now_ms: int) -> str:
    period_ms = _RULES[mail].period_ms
    if not period_ms:
        return f"{PREFIX}{mail}"
    began = from_ms(now_ms - now_ms % period_ms)
    return f"{PREFIX}{mail}:{began:%Y-%m-%d}" if period_ms == DAY_MS else f"{PREFIX}{mail}:{began:%Y-%m-%dT%H:%M}"


WELCOMES = f"{PREFIX}{OwnMail.WELCOME}"
"""The `issue_id` of the one sending of all welcomes."""


def own_tallies(connection: Connection) -> dict[OwnMail, Tally]:
    """Count the rows of each of these mails by their states, over all that is kept; those that there are."""
    counted = select(send.c.issue_id, delivery.c.state, func.count()).join(delivery).where(is_own())
    found: dict[OwnMail, Counter[State]] = {}
    for name, state, many in connection.execute(counted.group_by(send.c.issue_id, delivery.c.state)):
        found.setdefault(_mail_of(name), Counter())[State(state)] += many
    return {mail: Tally(found[mail]) for mail in OwnMail if mail in found}


def _mail_of(name: str) -> OwnMail:
    return OwnMail(name.split(":")[1])


def is_own() -> ColumnElement[bool]:
    """Say of a sending that it is one of these, and no issue's."""
    return send.c.issue_id.startswith(PREFIX, autoescape=True)


def due_sendings(connection: Connection, now_ms: int) -> list[OwnSending]:
    """Return the sendings in which a mail is due, those first that are of the shortest use."""
    is_due = exists().where(delivery.c.send_id == send.c.id, IS_PENDING, delivery.c.next_at_ms <= now_ms)
    is_open = send.c.status.in_(("sending", "done"))
    statement = select(send.c.id, send.c.issue_id, send.c.deadline_at_ms).where(is_own(), is_open, is_due)
    in_order = statement.order_by(send.c.deadline_at_ms.is_(None), send.c.deadline_at_ms, send.c.id)
    return [OwnSending(row.id, _mail_of(row.issue_id), row.deadline_at_ms) for row in connection.execute(in_order)]


def last_sending(connection: Connection, mail: OwnMail, subscriber_id: int) -> int | None:
    """Return the id of the sending in which the last such mail to somebody stands; None where there is none."""
    theirs = (delivery.c.subscriber_id == subscriber_id) & send.c.issue_id.startswith(
        f"{PREFIX}{mail}", autoescape=True
    )
    chosen = select(send.c.id).join(delivery, delivery.c.send_id == send.c.id).where(theirs)
    return connection.scalar(chosen.order_by(send.c.id.desc()).limit(1))


def posted_since(connection: Connection, mail: OwnMail, subscriber_id: int, since_ms: int) -> int:
    """Return how many such mails were posted to somebody, in the periods that began after a moment."""
    theirs = (delivery.c.subscriber_id == subscriber_id) & send.c.issue_id.startswith(
        f"{PREFIX}{mail}", autoescape=True
    )
    chosen = select(func.count()).select_from(delivery).join(send, send.c.id == delivery.c.send_id)
    return connection.scalar(chosen.where(theirs, send.c.created_at_ms > since_ms)) or 0


def may_get(mail: OwnMail, now_ms: int) -> ColumnElement[bool]:
    """Say of a delivery whether its person may get this mail, now."""
    theirs = (subscriber.c.id == delivery.c.subscriber_id) & _may_get(mail, now_ms)
    in_time = send.c.deadline_at_ms.is_(None) | (send.c.deadline_at_ms >= now_ms)
    return exists().where(theirs) & exists().where(send.c.id == delivery.c.send_id, in_time)


def nobody() -> ColumnElement[bool]:
    """Say of every delivery that its person does not get it: there is no such mail."""
    return false()


def _may_get(mail: OwnMail, now_ms: int) -> ColumnElement[bool]:
    """Say of a subscriber whether they may get this mail, now."""
    match mail:
        case OwnMail.CONFIRM:
            # Who left and subscribes again stays unsubscribed until they confirm.
            return subscriber.c.status.in_(("pending", "unsubscribed")) & ~suppressed(now_ms)
        case OwnMail.WELCOME:
            is_fresh = subscriber.c.confirmed_at_ms > now_ms - WELCOME_WITHIN_MS
            return (subscriber.c.status == "active") & ~suppressed(now_ms) & is_fresh
        case OwnMail.ACCESS:
            # Who has left may still ask what is kept of them (GDPR article 15).
            return ~exists().where(
                suppression.c.address_key == subscriber.c.address_key, suppression.c.reason.in_(_BARRED_FROM_ACCESS)
            )


def reopen(connection: Connection, send_id: int) -> None:
    """Let a sending go on that was done until somebody was added to it."""
    connection.execute(update(send).where(send.c.id == send_id, send.c.status == "done").values(status="sending"))


def lapse(connection: Connection, now_ms: int) -> int:
    """Take as sent what is in doubt and of no more use, as it can be asked for again; return how many those were."""
    over = select(send.c.id).where(is_own(), send.c.in_doubt_policy == "assume_sent", send.c.deadline_at_ms < now_ms)
    where = [delivery.c.send_id.in_(over), IS_IN_DOUBT]
    return change(connection, Arrow.LAPSE, where, {"done_at_ms": now_ms}, now_ms)


def sweep(connection: Connection, now_ms: int) -> int:
    """Delete what was sent so long ago that nobody asks for it: addresses are kept no longer than they are needed.

    Whole sendings go, so that what is left still adds up. Who was welcomed stays known, as that happens once.

    Returns:
        How many mails were deleted.
    """
    held = exists().where(delivery.c.send_id == send.c.id, delivery.c.state.in_(sorted(HELD)))
    is_old = send.c.deadline_at_ms < now_ms - KEPT_MS
    old = connection.scalars(select(send.c.id).where(is_own(), is_old, ~held).limit(_SWEPT_AT_ONCE)).all()
    theirs = delivery.c.send_id.in_(old)
    connection.execute(
        delete(delivery_event).where(delivery_event.c.delivery_id.in_(select(delivery.c.id).where(theirs)))
    )
    deleted = connection.execute(delete(delivery).where(theirs)).rowcount
    connection.execute(delete(send).where(send.c.id.in_(old)))
    return deleted
