"""Refusals that are too many to be believed wait for the editor's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from newsletter.errors import SendingError
from newsletter.sending.refusals import BELIEVED, COUNTED, HELD, count_held, settle_refusals
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.sendings import get_sending, steer
from newsletter.sending.states import Arrow
from newsletter.store import reading, writing
from newsletter.store.schema import suppression
from tests.sending.mailings import SLUG, T0, add_readers, addresses, begun, enlisted, states

if TYPE_CHECKING:
    from sqlalchemy import Engine


def suppressed(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(suppression.c.address_key)))


def held(engine: Engine) -> None:
    """Leave a sending paused: two of four readers were refused, one of them long ago, and one has it."""
    add_readers(engine, addresses(4))
    desk = enlisted(engine, begun(engine), "one")
    rows = desk.ledger.claim(3, (), T0).rows
    desk.ledger.write(Batch(marks=tuple(row.id for row in rows)), T0)
    long_ago, now, taken = rows
    refused = [Fate(row.id, Arrow.REFUSE, 1, code="550 5.1.1", suppress=True) for row in (long_ago, now)]
    desk.ledger.write(Batch((refused[0],)), T0)
    desk.ledger.write(Batch((refused[1], Fate(taken.id, Arrow.ACCEPT, 1))), T0 + 700_000)
    desk.ledger.hold_refusals(T0 + 700_001)
    desk.ledger.leave(T0 + 700_002)


def test_what_is_held_suppresses_nobody(engine: Engine) -> None:
    held(engine)
    sending = get_sending(engine, SLUG)
    assert (sending.status, sending.refusals, count_held(engine, sending.id)) == ("paused", HELD, 1)
    assert suppressed(engine) == {addresses(1)[0]}
    assert list(states(engine).values()) == ["failed", "failed", "sent", "pending"]


def test_who_was_spared_before_stays_so(engine: Engine) -> None:
    """Only what these refusals have done is undone."""
    add_readers(engine, addresses(2))
    desk = enlisted(engine, begun(engine), "one")
    (row, _) = desk.ledger.claim(2, (), T0).rows
    with writing(engine) as connection:
        earlier = {"address_key": addresses(1)[0], "reason": "hard_bounce", "at_ms": T0 - 1}
        connection.execute(insert(suppression), [earlier])
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    desk.ledger.write(Batch((Fate(row.id, Arrow.REFUSE, 1, code="550 5.1.1", suppress=True),)), T0)
    desk.ledger.hold_refusals(T0)
    assert suppressed(engine) == {addresses(1)[0]}


def test_the_editor_believes_them(engine: Engine) -> None:
    held(engine)
    assert settle_refusals(engine, get_sending(engine, SLUG), are_right=True, now_ms=T0 + 800_000) == 1
    assert suppressed(engine) == set(addresses(2))
    assert get_sending(engine, SLUG).refusals == BELIEVED
    assert list(states(engine).values())[:2] == ["failed", "failed"]


def test_the_editor_has_them_tried_again(engine: Engine) -> None:
    held(engine)
    assert settle_refusals(engine, get_sending(engine, SLUG), are_right=False, now_ms=T0 + 800_000) == 1
    assert suppressed(engine) == {addresses(1)[0]}
    assert get_sending(engine, SLUG).refusals == COUNTED
    assert list(states(engine).values()) == ["failed", "pending", "sent", "pending"]
    desk = enlisted(engine, steer(engine, SLUG, "sending", T0 + 800_000), "two", T0 + 800_000)
    found = [row.reader.address for row in desk.ledger.claim(9, (), T0 + 800_000).rows]
    assert found == [addresses(2)[1], addresses(4)[3]]


@pytest.mark.parametrize("are_right", [True, False])
def test_where_none_are_held_there_is_nothing_to_say(engine: Engine, *, are_right: bool) -> None:
    held(engine)
    steer(engine, SLUG, "cancelled", T0 + 800_000)
    with pytest.raises(SendingError) as refused:
        settle_refusals(engine, get_sending(engine, SLUG), are_right=are_right, now_ms=T0)
    assert str(refused.value) == ("no refusals of asml wait for a word about them; see: newsletter status asml")
