"""What a reader tells by the links of one of their mails: noted with the row of that mail, once of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from newsletter.store.once import insert_if_new
from newsletter.store.schema import delivery, delivery_event

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEFT = "left"
"""They unsubscribed by this mail."""
REASON = "reason"
"""Why they did; the event's code says it."""


def note(connection: Connection, subscriber_id: int, send_id: int, kind: str, *, code: str = "", now_ms: int) -> bool:
    """Note what a reader tells; return whether it was noted: not twice, and not of a mail that there is no row of."""
    theirs = select(delivery.c.id).where(delivery.c.subscriber_id == subscriber_id, delivery.c.send_id == send_id)
    delivery_id = connection.scalar(theirs)
    if delivery_id is None:
        return False
    event = {
        "delivery_id": delivery_id,
        "source": "reader",
        "event_id": f"{kind}:{delivery_id}",
        "kind": kind,
        "code": code,
        "at_ms": now_ms,
    }
    return insert_if_new(connection, delivery_event, event)
