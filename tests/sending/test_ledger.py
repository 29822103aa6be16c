"""The rows of a sending, as one sender works on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update

from newsletter.errors import StoreError
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.sendings import settle_doubts
from newsletter.sending.states import Arrow
from newsletter.store import reading, writing
from newsletter.store.schema import delivery_event, subscriber, suppression
from tests.sending.mailings import T0, accepted, add_readers, addresses, begun, column, enlisted, states

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def test_a_row_goes_from_claim_to_wire_to_sent(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    desk = enlisted(engine, begun(engine), "one")
    (row,) = desk.ledger.claim(10, (), T0).rows
    assert (row.reader.address, row.reader.language) == ("anna@example.org", "nl")
    assert row.reader.fields["first_name"] == "Anna"
    assert states(engine) == {"anna": "claimed"}

    assert desk.ledger.write(Batch(marks=(row.id,)), T0 + 1) == {row.id}
    assert states(engine) == {"anna": "wire"}

    desk.ledger.write(Batch((accepted(row),)), T0 + 2)
    assert states(engine) == {"anna": "sent"}
    assert column(engine, "code", "anna@example.org") == "250 2.0.0"
    assert column(engine, "reply", "anna@example.org") == "queued as 4XyZ"
    assert column(engine, "wired_at_ms", "anna@example.org") == T0 + 1
    assert column(engine, "done_at_ms", "anna@example.org") == T0 + 2


def test_what_is_claimed_is_claimed_once(engine: Engine) -> None:
    add_readers(engine, addresses(5))
    desk = enlisted(engine, begun(engine), "one")
    first = desk.ledger.claim(3, (), T0).rows
    rest = desk.ledger.claim(3, [row.id for row in first], T0).rows
    assert (len(first), len(rest)) == (3, 2)
    assert {row.id for row in first}.isdisjoint(row.id for row in rest)
    nothing = desk.ledger.claim(3, [row.id for row in (*first, *rest)], T0)
    assert (nothing.rows, nothing.is_over) == ((), False)


def test_a_claim_whose_answer_was_lost_turns_up_at_the_next(engine: Engine) -> None:
    add_readers(engine, addresses(4))
    desk = enlisted(engine, begun(engine), "one")
    lost = desk.ledger.claim(2, (), T0).rows
    found = desk.ledger.claim(2, (), T0).rows
    assert {row.id for row in lost} < {row.id for row in found}
    assert len(found) == 4


def test_without_a_witness_nothing_goes_out(engine: Engine, tmp_path: Path) -> None:
    """What was claimed before it was missed is not lost: it turns up when the witness is there again."""
    add_readers(engine, addresses(2))
    desk = enlisted(engine, begun(engine), "one")
    in_the_way = tmp_path / "a file"
    in_the_way.touch()
    with pytest.raises(StoreError) as refused:
        replace(desk, journal=in_the_way).ledger.claim(1, (), T0)
    assert str(refused.value) == f"{in_the_way}: the journal of what was sent cannot be written: File exists"
    assert len(desk.ledger.claim(1, (), T0).rows) == 2


def test_a_row_is_not_due_before_its_time(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    desk = enlisted(engine, begun(engine), "one")
    (row,) = desk.ledger.claim(1, (), T0).rows
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    desk.ledger.write(Batch((Fate(row.id, Arrow.DEFER, 1, T0 + 300_000, "451 4.7.1", "later"),)), T0)
    early = desk.ledger.claim(1, (), T0 + 299_999)
    assert (early.rows, early.is_over, early.due_at_ms) == ((), False, T0 + 300_000)
    (again,) = desk.ledger.claim(1, (), T0 + 300_000).rows
    assert (again.id, again.attempts) == (row.id, 1)


def test_who_left_after_the_plan_is_skipped(engine: Engine) -> None:
    add_readers(engine, [f"{name}@example.org" for name in ("anna", "bram", "chloe", "daan", "eva")])
    desk = enlisted(engine, begun(engine), "one")
    with writing(engine) as connection:
        anna = subscriber.c.address == "anna@example.org"
        connection.execute(update(subscriber).where(anna).values(status="unsubscribed", unsubscribed_at_ms=T0))
        connection.execute(delete(subscriber).where(subscriber.c.address == "bram@example.org"))
        for name, until in (("chloe", None), ("daan", T0 + 1), ("eva", T0)):
            values = {"address_key": f"{name}@example.org", "reason": "complaint", "until_at_ms": until, "at_ms": T0}
            connection.execute(insert(suppression), values)
    stock = desk.ledger.claim(10, (), T0)
    assert [row.reader.address for row in stock.rows] == ["eva@example.org"]
    assert stock.skipped == 4
    assert states(engine) == {
        "anna": "skipped", "bram": "skipped", "chloe": "skipped", "daan": "skipped", "eva": "claimed",
    }  # fmt: skip


def test_a_mark_whose_answer_was_lost_can_be_made_again(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    desk = enlisted(engine, begun(engine), "one")
    (row,) = desk.ledger.claim(1, (), T0).rows
    assert desk.ledger.write(Batch(marks=(row.id,)), T0) == {row.id}
    assert desk.ledger.write(Batch(marks=(row.id,)), T0) == {row.id}


def test_a_hard_refusal_spares_the_address_from_now_on(engine: Engine) -> None:
    add_readers(engine, addresses(2))
    desk = enlisted(engine, begun(engine), "one")
    one, two = desk.ledger.claim(2, (), T0).rows
    desk.ledger.write(Batch(marks=(one.id, two.id)), T0)
    hard = Fate(one.id, Arrow.REFUSE, 1, code="550 5.1.1", reply="no such user", suppress=True)
    desk.ledger.write(Batch((hard, Fate(two.id, Arrow.REFUSE, 1, code="554 5.7.1", reply="spam"))), T0)
    desk.ledger.write(Batch((hard,)), T0)
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(select(suppression))]
    assert rows == [(one.reader.address, "hard_bounce", None, "smtp 550 5.1.1", T0)]
    assert list(states(engine).values()) == ["failed", "failed"]


def test_what_is_not_routine_is_written_down(engine: Engine) -> None:
    add_readers(engine, addresses(2))
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    one, two = desk.ledger.claim(2, (), T0).rows
    desk.ledger.write(Batch(marks=(one.id, two.id)), T0)
    desk.ledger.write(Batch((accepted(one), Fate(two.id, Arrow.LOSE, 1, reply="the line was cut"))), T0 + 5)
    settle_doubts(engine, sending, Arrow.RESEND, [two.id], T0 + 9)
    with reading(engine) as connection:
        columns = [delivery_event.c[name] for name in ("delivery_id", "source", "kind", "detail", "at_ms")]
        events = [tuple(row) for row in connection.execute(select(*columns).order_by(delivery_event.c.id))]
    assert events == [
        (two.id, "sender", "lose", "the line was cut", T0 + 5),
        (two.id, "editor", "resend", "", T0 + 9),
    ]
