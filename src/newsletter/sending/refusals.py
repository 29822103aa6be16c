"""Refusals that are too many to be believed: held for the editor, who says whether to believe them or to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, insert, literal, select, update

from newsletter.errors import SendingError
from newsletter.sending.changes import change, suppress
from newsletter.sending.guard import WINDOW_MS
from newsletter.sending.states import Arrow, State
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, delivery_event, send, suppression

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine

    from newsletter.sending.sendings import Sending

COUNTED, HELD, BELIEVED = "counted", "held", "believed"
"""What holds for the hard refusals of a sending: each suppresses its address, and they are counted; they were too many,
and suppress nobody until the editor has spoken; each suppresses its address, however many they are."""

_HOLD = "hold"
"""The event of a row whose refusal is not believed."""


def hold(connection: Connection, send_id: int, now_ms: int) -> int:
    """Pause a sending, and let the hard refusals of the last ten minutes suppress nobody; return how many they are."""
    fresh = (
        (suppression.c.reason == "hard_bounce")
        & (suppression.c.at_ms >= now_ms - WINDOW_MS)
        & (delivery.c.send_id == send_id)
        & (delivery.c.address_key == suppression.c.address_key)
        & (delivery.c.done_at_ms == suppression.c.at_ms)  # by this row, not by an earlier sending
        & (delivery.c.state == State.FAILED)
    )
    found = select(delivery.c.id, literal("sender"), literal(_HOLD), literal(now_ms)).where(fresh)
    held = connection.execute(
        insert(delivery_event).from_select(["delivery_id", "source", "kind", "at_ms"], found)
    ).rowcount
    connection.execute(delete(suppression).where(exists(select(delivery.c.id).where(fresh).correlate(suppression))))
    connection.execute(
        update(send).where(send.c.id == send_id, send.c.status == "sending").values(status="paused", refusals=HELD)
    )
    return held


def count_held(engine: Engine, send_id: int) -> int:
    """Return how many readers of a sending were refused and wait for the editor's word."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(delivery).where(*_are_held(send_id))) or 0


def settle_refusals(engine: Engine, sending: Sending, *, are_right: bool, now_ms: int) -> int:
    """Settle the refusals that are held, by the editor's word; return how many they were.

    Where they are right, the addresses are suppressed, and those to come are believed too. Otherwise the readers are
    tried again.

    Raises:
        SendingError: none are held.
    """
    if sending.status != "paused" or sending.refusals != HELD:
        message = f"no refusals of {sending.slug} wait for a word about them; see: newsletter status {sending.slug}"
        raise SendingError(message)
    with writing(engine) as connection:
        ids = list(connection.scalars(select(delivery.c.id).where(*_are_held(sending.id))))
        for id_ in ids:
            if are_right:
                suppress(connection, id_, now_ms)
            else:
                change(connection, Arrow.RETRY, [delivery.c.id == id_], {"next_at_ms": now_ms}, now_ms)
        refusals = BELIEVED if are_right else COUNTED
        connection.execute(update(send).where(send.c.id == sending.id).values(refusals=refusals))
    return len(ids)


def _are_held(send_id: int) -> tuple[ColumnElement[bool], ...]:
    told = exists().where(delivery_event.c.delivery_id == delivery.c.id, delivery_event.c.kind == _HOLD)
    return (delivery.c.send_id == send_id, delivery.c.state == State.FAILED, told)
