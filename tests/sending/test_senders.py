"""Who sends, who is dead, and what is left behind."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from newsletter.errors import SendingError
from newsletter.sending.policy import Retry
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.senders import DEAD_AFTER_MS, Machine, Sender, enlist, this_process
from newsletter.sending.sendings import (
    doubts,
    find_sending,
    go_on,
)
from newsletter.sending.states import Arrow
from newsletter.store import writing
from newsletter.store.schema import sender
from tests.sending.mailings import SLUG, T0, add_readers, addresses, begun, enlisted, states

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.sending.rows import Row

LATER = T0 + DEAD_AFTER_MS + 1


def accepted(row: Row) -> Fate:
    return Fate(row.id, Arrow.ACCEPT, 1, code="250 2.0.0", reply="queued as 4XyZ")


def test_another_senders_row_cannot_be_marked_or_settled(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    sending = begun(engine)
    slow = enlisted(engine, sending, "slow")
    (row,) = slow.ledger.claim(1, (), T0).rows
    quick = enlisted(engine, sending, "quick", LATER)
    (same,) = quick.ledger.claim(1, (), LATER).rows
    assert same.id == row.id

    assert slow.ledger.write(Batch(marks=(row.id,)), LATER) == frozenset()
    slow.ledger.write(Batch((Fate(row.id, Arrow.REFUSE, 1), Fate(row.id, Arrow.RELEASE, 0), accepted(row))), LATER)
    assert states(engine) == {"anna": "claimed"}
    with pytest.raises(SendingError, match="gave no sign of life for minutes"):
        slow.ledger.claim(1, (), LATER)
    with pytest.raises(SendingError, match="gave no sign of life for minutes"):
        slow.ledger.beat(LATER)


def test_a_dead_senders_rows_are_known_by_their_state(engine: Engine) -> None:
    """What was only claimed goes back; what may have been written is in doubt."""
    add_readers(engine, addresses(3))
    sending = begun(engine)
    dead = enlisted(engine, sending, "dead")
    one, two, three = dead.ledger.claim(3, (), T0).rows
    dead.ledger.write(Batch(marks=(one.id, two.id)), T0)
    dead.ledger.write(Batch((accepted(one),)), T0)
    next_one = enlisted(engine, sending, "next", LATER)
    assert list(states(engine).values()) == ["sent", "in_doubt", "pending"]
    assert [doubt.address for doubt in doubts(engine, sending.id)] == [two.reader.address]
    assert [row.id for row in next_one.ledger.claim(3, (), LATER).rows] == [three.id]


def test_after_the_machine_went_down_all_that_was_claimed_is_in_doubt(engine: Engine) -> None:
    """The mark is not forced to the disk: a row that looks as if nothing was written may have been written."""
    add_readers(engine, addresses(2))
    sending = begun(engine)
    dead = enlisted(engine, sending, "dead")
    dead.ledger.claim(1, (), T0)
    with writing(engine) as connection:
        connection.execute(update(sender).values(boot_id="before the power cut"))
    enlisted(engine, sending, "next", LATER)
    assert list(states(engine).values()) == ["in_doubt", "pending"]


def test_an_answer_that_comes_after_its_sender_was_believed_dead_ends_the_doubt(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    sending = begun(engine)
    stopped = enlisted(engine, sending, "stopped")
    (row,) = stopped.ledger.claim(1, (), T0).rows
    stopped.ledger.write(Batch(marks=(row.id,)), T0)
    enlisted(engine, sending, "next", LATER)
    assert states(engine) == {"anna": "in_doubt"}
    stopped.ledger.write(Batch((accepted(row),)), LATER + 1)
    assert states(engine) == {"anna": "sent"}


@pytest.mark.parametrize(
    ("host", "runs", "since_ms", "is_alive"),
    [
        ("another-machine", False, 0, True),
        ("another-machine", False, DEAD_AFTER_MS, True),
        ("another-machine", False, DEAD_AFTER_MS + 1, False),
        ("another-machine", False, -DEAD_AFTER_MS - 1, False),
        ("mine", True, 0, True),
        ("mine", True, DEAD_AFTER_MS + 1, False),
        ("mine", False, 0, False),
    ],
    ids=["beats", "is late", "is silent", "is in the future", "runs here", "hangs here", "is gone from here"],
)
def test_a_second_sender_says_so_at_once(
    host: str, since_ms: int, engine: Engine, *, runs: bool, is_alive: bool
) -> None:
    """On this machine a process that is gone is known at once; elsewhere it is known by its silence."""
    add_readers(engine, ["anna@example.org"])
    enlisted(engine, begun(engine), "other", machine=Machine(host, "", lambda _: True))
    me = Sender("me", 1, Machine("mine", "", lambda _: runs))
    if not is_alive:
        assert enlist(engine, me, T0 + since_ms) == 0
        return
    with pytest.raises(SendingError) as refused:
        enlist(engine, me, T0 + since_ms)
    assert str(refused.value) == (
        f"another process is sending right now: 4711 on {host}, which was alive {since_ms // 1000} s ago; "
        "wait until it has finished, or stop it with ^C"
    )


def test_of_many_who_begin_at_once_one_sends(engine: Engine) -> None:
    add_readers(engine, ["anna@example.org"])
    begun(engine)
    together = Barrier(4)

    def begin(number: int) -> bool:
        together.wait()
        try:
            enlist(engine, Sender(f"lease-{number}", number, Machine("mine", "", lambda _: True)), T0)
        except SendingError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(begin, range(1, 5))) == [False, False, False, True]


def test_a_number_that_is_ours_is_not_another_process(engine: Engine) -> None:
    """In a container the same number comes back at each start."""
    add_readers(engine, ["anna@example.org"])
    here = Machine("mine", "", lambda _: True)
    enlisted(engine, begun(engine), "before", machine=here)
    assert enlist(engine, Sender("now", 4711, here), T0 + 1) == 0


def test_this_process_knows_who_runs_here() -> None:
    me = this_process("me")
    assert me.machine.is_running(me.pid)
    assert me.machine.is_running(1)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not me.machine.is_running(gone.pid)


def test_who_leaves_gives_back_what_is_in_hand_and_closes_what_is_done(engine: Engine) -> None:
    add_readers(engine, addresses(2))
    sending = begun(engine)
    desk = enlisted(engine, sending, "one")
    one, two = desk.ledger.claim(2, (), T0).rows
    desk.ledger.write(Batch(marks=(one.id,)), T0)
    desk.ledger.write(Batch((accepted(one),)), T0)
    desk.ledger.leave(T0)
    assert list(states(engine).values()) == ["sent", "pending"]
    assert go_on(engine, sending, Retry(), T0).status == "sending"

    again = enlisted(engine, sending, "two")
    again.ledger.claim(2, (), T0)
    again.ledger.write(Batch(marks=(two.id,)), T0)
    again.ledger.write(Batch((accepted(two),)), T0)
    assert again.ledger.claim(2, (), T0).is_over
    again.ledger.leave(T0)
    found = find_sending(engine, SLUG)
    assert found
    assert found.status == "done"
