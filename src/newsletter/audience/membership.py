"""One person at a time: add, remove, forget, and tell them all that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, String, cast, delete, exists, insert, select, update

from newsletter.audience.consent import Step, consents_of, hide_clients
from newsletter.audience.intake import Decision, Kind, decide, write
from newsletter.audience.subscribers import find
from newsletter.audience.tokens import forgotten_key
from newsletter.audience.values import from_ms
from newsletter.store.schema import consent, delivery, delivery_event, send, subscriber, suppression

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from newsletter.audience.consent import Consent
    from newsletter.audience.incoming import Incoming
    from newsletter.audience.intake import Intake
    from newsletter.audience.subscribers import Subscriber
    from newsletter.audience.tokens import Keys


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no mail."""

    reason: str
    at: datetime
    until: datetime | None
    """None: for ever."""
    evidence: str


@dataclass(frozen=True, slots=True)
class Event:
    """What was heard of one mail after it was sent."""

    kind: str
    code: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """One issue that was sent, or was to be sent, to a person."""

    issue: str
    state: str
    at: datetime | None
    """When it was handed over; None where it was not."""
    reply: str
    """What their mail server said."""
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one address."""

    subscriber: Subscriber | None
    suppression: Suppression | None
    received: tuple[Received, ...]
    consents: tuple[Consent, ...]
    """What they did on the public pages."""

    def __bool__(self) -> bool:
        return bool(self.subscriber or self.suppression or self.received)


def add(connection: Connection, person: Incoming, intake: Intake, *, again: bool = False) -> Decision:
    """Take one person in, as `intake` decides.

    Args:
        connection: To write to.
        person: Who.
        intake: What holds for them.
        again: They ask for mail themselves: what kept them out is over, be it an unsubscription, a bounce, a
            complaint, or that they were forgotten.
    """
    key = person.address.key
    if again:
        connection.execute(delete(suppression).where(suppression.c.address_key.in_(_keys(key, intake.keys))))
        lifted = {"status": "pending", "unsubscribed_at_ms": None}
        unsubscribed = (subscriber.c.address_key == key) & (subscriber.c.status == "unsubscribed")
        connection.execute(update(subscriber).where(unsubscribed).values(lifted))
    (decision,) = decide(connection, [person], intake)
    write(connection, [decision])
    return decision


def remove(connection: Connection, address_key: str, now_ms: int) -> Kind | None:
    """Unsubscribe one person; what is known of them stays, so that no import brings them back.

    Returns:
        What became of them; None where they are no subscriber.
    """
    found = find(connection, address_key, now_ms)
    if found is None:
        return None
    if found.status == "unsubscribed":
        return Kind.UNCHANGED
    ended = {"status": "unsubscribed", "unsubscribed_at_ms": now_ms}
    connection.execute(update(subscriber).where(subscriber.c.id == found.id).values(ended))
    return Kind.UNSUBSCRIBED


def forget(connection: Connection, address_key: str, keys: Keys, now_ms: int) -> bool:
    """Erase one person. The ledger keeps that a mail was sent, to a pseudonym; the suppression keeps a keyed hash.

    Neither tells who it was, and both know them again: no import brings them back, and an issue that is being sent
    passes them over. That somebody with the number of this subscriber agreed to get mail is kept, too.

    Returns:
        Whether anything was kept of them.
    """
    pseudonym = forgotten_key(keys, address_key)
    found = find(connection, address_key, now_ms)
    theirs = _deliveries_of(address_key, found)
    was_suppressed = connection.execute(delete(suppression).where(suppression.c.address_key == address_key)).rowcount
    was_sent = _forget_deliveries(connection, theirs, pseudonym)
    if found:
        hide_clients(connection, consent.c.subscriber_id == found.id)
    if not (found or was_suppressed or was_sent):
        return False
    connection.execute(delete(subscriber).where(subscriber.c.address_key == address_key))
    connection.execute(delete(suppression).where(suppression.c.address_key == pseudonym))
    connection.execute(
        insert(suppression), [{"address_key": pseudonym, "reason": "forgotten", "until_at_ms": None, "at_ms": now_ms}]
    )
    return True


def forget_unconfirmed(connection: Connection, keys: Keys, before_ms: int, most: int) -> int:
    """Erase those who were asked to confirm before a moment, for the last time, and did not; at most so many at once.

    Nothing keeps them out: whoever typed their address may have been somebody else. Who came here by a file, and never
    asked on the public pages, is left alone.

    Returns:
        How many there were.
    """
    asked = (consent.c.subscriber_id == subscriber.c.id) & (consent.c.step == Step.ASKED)
    is_over = exists().where(asked) & ~exists().where(asked, consent.c.at_ms >= before_ms)
    chosen = select(subscriber.c.id, subscriber.c.address_key).where(subscriber.c.status == "pending", is_over)
    people = connection.execute(chosen.order_by(subscriber.c.id).limit(most)).all()
    for person in people:
        _forget_deliveries(connection, delivery.c.subscriber_id == person.id, forgotten_key(keys, person.address_key))
        connection.execute(delete(consent).where(consent.c.subscriber_id == person.id))
        connection.execute(delete(subscriber).where(subscriber.c.id == person.id))
    return len(people)


def _forget_deliveries(connection: Connection, theirs: ColumnElement[bool], pseudonym: str) -> int:
    # Who was forgotten, came back and is forgotten again may stand in one sending twice; the pseudonym may not.
    earlier = pseudonym + ":" + cast(delivery.c.id, String)
    connection.execute(update(delivery).where(_deliveries_of(pseudonym, None)).values(address_key=earlier))
    of_them = select(delivery.c.id).where(theirs)
    # A server's answer mostly repeats the address.
    connection.execute(update(delivery_event).where(delivery_event.c.delivery_id.in_(of_them)).values(detail=""))
    hidden = {"address": pseudonym, "address_key": pseudonym, "reply": None}
    return connection.execute(update(delivery).where(theirs).values(hidden)).rowcount


def kept_of(connection: Connection, address_key: str, keys: Keys | None, now_ms: int) -> Kept:
    """Return all that is kept of one address, for whoever asks what is known of them (GDPR article 15)."""
    found = find(connection, address_key, now_ms)
    reasons = select(suppression).where(suppression.c.address_key.in_(_keys(address_key, keys)))
    row = connection.execute(reasons).mappings().first()
    return Kept(
        found,
        Suppression(
            row["reason"],
            from_ms(row["at_ms"]),
            None if row["until_at_ms"] is None else from_ms(row["until_at_ms"]),
            row["evidence"],
        )
        if row
        else None,
        _received(connection, _deliveries_of(address_key, found)),
        consents_of(connection, found.id) if found else (),
    )


def _deliveries_of(address_key: str, known: Subscriber | None) -> ColumnElement[bool]:
    # The sends are named for the index, which begins with them; they are few, and the deliveries are not.
    by_key = delivery.c.send_id.in_(select(send.c.id)) & (delivery.c.address_key == address_key)
    return by_key if known is None else by_key | (delivery.c.subscriber_id == known.id)


def _received(connection: Connection, theirs: ColumnElement[bool]) -> tuple[Received, ...]:
    chosen = (
        select(delivery, send.c.issue_id)
        .join(send, send.c.id == delivery.c.send_id)
        .where(theirs)
        .order_by(delivery.c.id)
    )
    return tuple(
        Received(
            row["issue_id"],
            row["state"],
            None if row["wired_at_ms"] is None else from_ms(row["wired_at_ms"]),
            row["reply"] or "",
            _events(connection, row["id"]),
        )
        for row in connection.execute(chosen).mappings().all()
    )


def _events(connection: Connection, delivery_id: int) -> tuple[Event, ...]:
    chosen = select(delivery_event).where(delivery_event.c.delivery_id == delivery_id).order_by(delivery_event.c.id)
    return tuple(Event(row.kind, row.code, row.detail, from_ms(row.at_ms)) for row in connection.execute(chosen))


def _keys(address_key: str, keys: Keys | None) -> list[str]:
    return [address_key] if keys is None else [address_key, forgotten_key(keys, address_key)]
