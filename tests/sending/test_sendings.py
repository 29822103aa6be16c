"""A sending as a whole: frozen once, steered by the editor, its doubts settled, its end told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from newsletter.errors import SendingError
from newsletter.sending.policy import Retry
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.senders import DEAD_AFTER_MS, Machine, Sender, is_anybody_sending
from newsletter.sending.sendings import (
    all_sendings,
    find_sending,
    freeze,
    go_on,
    reasons,
    seconds_of,
    settle_doubts,
    settle_the_dead,
    steer,
    tally,
)
from newsletter.sending.states import Arrow, State
from newsletter.store import writing
from newsletter.store.schema import delivery
from tests.sending.mailings import (
    LATER,
    READERS,
    SLUG,
    T0,
    accepted,
    add_readers,
    addresses,
    begun,
    column,
    enlisted,
    plan_for,
    states,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_a_doubt_is_settled_once_and_only_where_it_was_seen(engine: Engine) -> None:
    add_readers(engine, addresses(3))
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    rows = desk.ledger.claim(3, (), T0).rows
    desk.ledger.write(Batch(marks=tuple(row.id for row in rows)), T0)
    desk.ledger.write(Batch(tuple(Fate(row.id, Arrow.LOSE, 1) for row in rows)), T0)
    desk.ledger.leave(T0)
    assert settle_doubts(engine, sending, Arrow.ASSUME, [rows[0].id], T0) == 1
    assert settle_doubts(engine, sending, Arrow.RESEND, [rows[0].id, rows[1].id], T0) == 1
    assert list(states(engine).values()) == ["sent", "pending", "in_doubt"]


def test_what_was_cancelled_is_not_sent_again(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    (row,) = desk.ledger.claim(3, (), T0).rows
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    cancelled = steer(engine, SLUG, "cancelled", T0)
    desk.ledger.write(Batch((Fate(row.id, Arrow.LOSE, 1),)), T0)
    with pytest.raises(SendingError, match=r"^asml is cancelled, so nothing more is sent of it; take them as sent"):
        settle_doubts(engine, cancelled, Arrow.RESEND, [row.id], T0)
    assert settle_doubts(engine, cancelled, Arrow.ASSUME, [row.id], T0) == 1


def test_a_sending_that_is_done_goes_on_with_what_is_sent_again(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    (row,) = desk.ledger.claim(3, (), T0).rows
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    desk.ledger.write(Batch((Fate(row.id, Arrow.LOSE, 1),)), T0)
    desk.ledger.leave(T0)
    done = find_sending(engine, SLUG)
    assert done
    assert done.status == "done"
    settle_doubts(engine, done, Arrow.RESEND, [row.id], T0)
    assert go_on(engine, done, Retry(), T0).status == "sending"


def test_a_pause_stops_new_claims_and_keeps_what_is_in_hand(engine: Engine) -> None:
    add_readers(engine, addresses(2))
    desk = enlisted(engine, begun(engine), "one")
    desk.ledger.claim(1, (), T0)
    assert desk.ledger.beat(T0)
    assert steer(engine, SLUG, "paused", T0).status == "paused"
    assert not desk.ledger.beat(T0)
    assert list(states(engine).values()) == ["claimed", "pending"]
    steer(engine, SLUG, "sending", T0)
    assert desk.ledger.beat(T0)


def test_cancelling_cancels_what_nobody_has_in_hand(engine: Engine) -> None:
    add_readers(engine, addresses(3))
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    one, _two = desk.ledger.claim(2, (), T0).rows
    desk.ledger.write(Batch(marks=(one.id,)), T0)
    steer(engine, SLUG, "cancelled", T0)
    assert list(states(engine).values()) == ["wire", "claimed", "cancelled"]
    desk.ledger.write(Batch((accepted(one),)), T0)
    desk.ledger.leave(T0)
    assert list(states(engine).values()) == ["sent", "cancelled", "cancelled"]
    counts = tally(engine, sending.id)
    assert (counts.planned, counts[State.SENT], counts[State.CANCELLED], counts.left) == (3, 1, 2, 0)


@pytest.mark.parametrize(("first", "second"), [("cancelled", "sending"), ("cancelled", "paused")])
def test_what_was_cancelled_stays_so(first: str, second: str, engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    begun(engine)
    steer(engine, SLUG, first, T0)
    with pytest.raises(SendingError, match=f"^asml is {first}, and cannot become {second}$"):
        steer(engine, SLUG, second, T0)


def test_an_issue_that_was_never_sent_cannot_be_steered(engine: Engine) -> None:
    with pytest.raises(SendingError, match=r"^asml was never sent; see what would be with: newsletter plan asml$"):
        steer(engine, SLUG, "paused", T0)


def test_times_that_a_wrong_clock_noted_are_brought_near(engine: Engine) -> None:
    """A clock that was a day ahead put a row off until tomorrow."""
    add_readers(engine, ["anna@example.org"])
    sending = begun(engine)
    with writing(engine) as connection:
        connection.execute(update(delivery).values(next_at_ms=T0 + 86_400_000))
    go_on(engine, sending, Retry(delays_s=(300, 600)), T0)
    assert column(engine, "next_at_ms", "anna@example.org") == T0 + 600_000


def test_a_deadline_that_is_over_is_set_anew_for_what_is_left(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    retry = Retry(give_up_s=3600)
    sending = begun(engine, retry)
    assert sending.deadline_at_ms == T0 + 3_600_000
    assert go_on(engine, sending, retry, T0 + 3_599_999).deadline_at_ms == T0 + 3_600_000
    assert go_on(engine, sending, retry, T0 + 3_600_000).deadline_at_ms == T0 + 7_200_000


def test_a_sending_begins_once(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    plan = plan_for(engine)
    freeze(engine, plan, READERS, Retry(), T0)
    with pytest.raises(SendingError, match=r"^asml was begun by another process just now; look with: newsletter"):
        freeze(engine, plan, READERS, Retry(), T0)


def test_of_many_who_freeze_it_at_once_one_does(engine: Engine) -> None:
    add_readers(engine, addresses(3))
    plan, together = plan_for(engine), Barrier(4)

    def begin(_: int) -> str:
        together.wait()
        try:
            return freeze(engine, plan, READERS, Retry(), T0).slug
        except SendingError as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(begin, range(4)))
    said = "asml was begun by another process just now; look with: newsletter status asml"
    assert found == [SLUG, said, said, said]
    assert states(engine) == dict.fromkeys(("reader-00000", "reader-00001", "reader-00002"), "pending")


def test_readers_that_changed_since_the_plan_are_not_frozen(engine: Engine) -> None:
    """Nothing of it stays, so that the next plan can be sent."""
    add_readers(engine, ["anna@example.org"])
    plan = plan_for(engine)
    add_readers(engine, ["bram@example.org"])
    with pytest.raises(SendingError) as refused:
        freeze(engine, plan, READERS, Retry(), T0)
    assert str(refused.value) == (
        "the readers of asml have changed since it was planned; look at the new plan with: newsletter plan asml"
    )
    assert all_sendings(engine) == []
    assert states(engine) == {}
    assert begun(engine).readers == 2


def test_reasons_are_counted(engine: Engine) -> None:
    add_readers(engine, addresses(4))
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    rows = desk.ledger.claim(4, (), T0).rows
    desk.ledger.write(Batch(marks=tuple(row.id for row in rows)), T0)
    said = ["no such user", "no such user", "full"]
    fates = [Fate(row.id, Arrow.REFUSE, 1, 0, "550 5.1.1", words) for row, words in zip(rows, said, strict=False)]
    desk.ledger.write(Batch((*fates, accepted(rows[3]))), T0 + 2500)
    assert [(reason.readers, reason.state, reason.said) for reason in reasons(engine, sending.id)] == [
        (2, "failed", "550 5.1.1 no such user"),
        (1, "failed", "550 5.1.1 full"),
    ]
    assert seconds_of(engine, sending) == 2.5


def test_what_a_dead_sender_had_in_hand_is_settled_without_another_one(engine: Engine) -> None:
    """Whoever cancelled meanwhile finds nothing left over; a sender that lives keeps what it has."""
    add_readers(engine, addresses(4))
    sending = begun(engine)
    desk = enlisted(engine, sending, "dies")
    (row, _) = desk.ledger.claim(2, (), T0).rows
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    me = Sender("me", 1, Machine("mine", "its boot", lambda _: True))
    assert settle_the_dead(engine, me, T0 + DEAD_AFTER_MS) == 0
    assert list(states(engine).values()) == ["wire", "claimed", "pending", "pending"]
    assert is_anybody_sending(engine, me, T0 + DEAD_AFTER_MS)
    steer(engine, SLUG, "cancelled", T0)
    assert settle_the_dead(engine, me, LATER) == 1
    assert list(states(engine).values()) == ["in_doubt", "cancelled", "cancelled", "cancelled"]
    assert not is_anybody_sending(engine, me, LATER)
    assert settle_the_dead(engine, me, LATER) == 0
