"""One sender at work: every row gets the fate that its server gave it, however the work ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select, update

from newsletter.delivery.base import Capabilities
from newsletter.delivery.memory import MemoryTransport, accept
from newsletter.errors import DeliveryError, PersonalFieldError, SendingError, StoreError
from newsletter.model import Outcome, Scope, Verdict
from newsletter.sending.engine import End, Tuning
from newsletter.sending.feed import SIGNED_TOGETHER
from newsletter.sending.policy import Retry
from newsletter.sending.refusals import count_held
from newsletter.sending.sendings import doubts, find_sending, steer, tally
from newsletter.sending.states import State
from newsletter.store import open_store, reading, writing
from newsletter.store.schema import sender, subscriber, suppression
from tests.sending.at_work import QUICK, work
from tests.sending.mailings import SLUG, T0, add_readers, addresses, begun, enlisted, letter, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from newsletter.delivery.base import Feed, Message
    from newsletter.sending.rows import Row


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="a-test")
    yield opened
    opened.dispose()


def answers(
    *first: Outcome | DeliveryError, then: Callable[[Message], Outcome] = accept
) -> Callable[[Message], Outcome]:
    """Give these outcomes first, one for each message, whoever it is for."""
    waiting = list(first)

    def answer(message: Message) -> Outcome:
        outcome = waiting.pop(0) if waiting else then(message)
        if isinstance(outcome, DeliveryError):
            raise outcome
        return outcome

    return answer


def outcome(verdict: Verdict, scope: Scope = Scope.ROW, code: str = "", reply: str = "") -> Outcome:
    return Outcome("", verdict, code, reply, scope)


def recipients(transport: MemoryTransport) -> list[str]:
    return [message.recipient for message in transport.messages]


@pytest.mark.parametrize(("connections", "depth"), [(1, 1), (4, 1), (1, 4), (8, 10)])
def test_everybody_gets_it_once(connections: int, depth: int, engine: Engine) -> None:
    add_readers(engine, addresses(57))
    desk = enlisted(engine, begun(engine), "one")
    transport = MemoryTransport(connections=connections, depth=depth)
    assert work(desk, transport) is End.DONE
    assert sorted(recipients(transport)) == addresses(57)
    assert set(states(engine).values()) == {"sent"}
    found = find_sending(engine, SLUG)
    assert found
    assert found.status == "done"


def test_a_row_is_marked_before_its_transport_has_it(engine: Engine) -> None:
    seen = []

    def look(message: Message) -> Outcome:
        seen.append(states(engine)[message.recipient.partition("@")[0]])
        return accept(message)

    add_readers(engine, addresses(25))
    work(enlisted(engine, begun(engine), "one"), MemoryTransport(look, connections=3, depth=4))
    assert seen == ["wire"] * 25


def test_whatever_goes_out_was_signed(engine: Engine) -> None:
    """A few at a time, also the last ones; and the mail that cannot be made leaves no gap."""
    many: list[int] = []

    def compose(row: Row) -> Message:
        if row.reader.address == addresses(14)[13]:
            message = "asml.md:3:1: no first name"
            raise PersonalFieldError(message)
        return letter(row)

    async def sign(messages: Sequence[Message]) -> Sequence[Message]:
        many.append(len(messages))
        return [replace(message, message_id=f"signed {message.message_id}") for message in messages]

    add_readers(engine, addresses(20))
    transport = MemoryTransport(connections=2, depth=3)
    tuning = replace(QUICK, chunk=20)
    assert work(enlisted(engine, begun(engine), "one"), transport, tuning, compose, sign=sign) is End.DONE
    assert all(message.message_id.startswith("signed ") for message in transport.messages)
    assert len(transport.messages) == 19
    assert many == [SIGNED_TOGETHER, SIGNED_TOGETHER, 19 - 2 * SIGNED_TOGETHER]


def test_who_is_stopped_while_signing_gives_all_rows_back(engine: Engine) -> None:
    stop = asyncio.Event()

    async def sign(messages: Sequence[Message]) -> Sequence[Message]:
        stop.set()
        await asyncio.Event().wait()
        return messages

    add_readers(engine, addresses(20))
    transport = MemoryTransport()
    assert work(enlisted(engine, begun(engine), "one"), transport, stop=stop, sign=sign) is End.STOPPED
    assert transport.messages == []
    assert Counter(states(engine).values()) == {"pending": 20}


def test_a_row_that_was_put_off_is_tried_again(engine: Engine) -> None:
    add_readers(engine, addresses(3))
    later = [outcome(Verdict.DEFERRED, scope, "451 4.7.1") for scope in (Scope.ROW, Scope.SESSION, Scope.SOFT)]
    transport = MemoryTransport(answers(*later))
    assert work(enlisted(engine, begun(engine), "one"), transport) is End.DONE
    assert sorted(recipients(transport)) == addresses(3)


def test_a_row_is_given_up_at_the_deadline(engine: Engine) -> None:
    add_readers(engine, addresses(2))
    desk = enlisted(engine, begun(engine, Retry(give_up_s=100)), "one")
    busy = MemoryTransport(answers(outcome(Verdict.DEFERRED, code="450 4.2.1", reply="busy")))
    assert work(desk, busy, Tuning(Retry(delays_s=(101,)), chunk=10)) is End.DONE
    assert list(states(engine).values()) == ["failed", "sent"]


def test_what_nobody_knows_is_in_doubt_and_not_sent_again(engine: Engine) -> None:
    add_readers(engine, addresses(3))
    desk = enlisted(engine, begun(engine), "one")
    lost = MemoryTransport(answers(outcome(Verdict.UNCERTAIN, reply="the connection was lost, at the dot")))
    assert work(desk, lost) is End.DONE
    assert list(states(engine).values()) == ["in_doubt", "sent", "sent"]
    (doubt,) = doubts(engine, desk.sending.id)
    assert (doubt.address, doubt.reply) == (addresses(1)[0], "the connection was lost, at the dot")


def test_five_faults_of_our_own_stop_it_and_blame_nobody(engine: Engine) -> None:
    add_readers(engine, addresses(20))
    desk = enlisted(engine, begun(engine), "one")
    ours = outcome(Verdict.REFUSED, Scope.OURS, "550 5.7.26", "this mail is unauthenticated")
    transport = MemoryTransport(lambda _: ours)
    with pytest.raises(DeliveryError) as stopped:
        work(desk, transport, Tuning(chunk=10))
    assert str(stopped.value) == (
        "5 mails in a row were refused for a reason that is about the sender, and not about the readers; "
        "the last answer was: 550 5.7.26 this mail is unauthenticated"
    )
    assert Counter(states(engine).values()) == {"pending": 20}


def test_many_unknown_addresses_pause_it_and_suppress_nobody(engine: Engine) -> None:
    """What was handed over already is noted too; then the editor is asked."""
    add_readers(engine, addresses(60))
    desk = enlisted(engine, begun(engine), "one")
    unknown = outcome(Verdict.REFUSED, Scope.HARD, "550 5.1.1", "no such user")
    with pytest.raises(DeliveryError) as stopped:
        work(desk, MemoryTransport(lambda _: unknown, connections=2, depth=3))
    assert str(stopped.value) == (
        "20 of the last 20 readers (100.0 %) were refused because there is no such address; "
        "that is too many to be believed, so it was paused, and nobody was suppressed for it"
    )
    found = find_sending(engine, SLUG)
    assert found
    assert (found.status, found.refusals) == ("paused", "held")
    refused = Counter(states(engine).values())["failed"]
    assert 20 <= refused <= 25
    assert count_held(engine, found.id) == refused
    with reading(engine) as connection:
        assert connection.scalars(select(suppression.c.address_key)).all() == []


def test_unknown_addresses_that_are_believed_pause_nothing(engine: Engine) -> None:
    add_readers(engine, addresses(30))
    unknown = outcome(Verdict.REFUSED, Scope.HARD, "550 5.1.1", "no such user")
    tuning = replace(QUICK, most_unknown_percent=100.0)
    assert work(enlisted(engine, begun(engine), "one"), MemoryTransport(lambda _: unknown), tuning) is End.DONE
    with reading(engine) as connection:
        assert len(connection.scalars(select(suppression.c.address_key)).all()) == 30


def test_a_server_that_is_gone_ends_it_and_loses_nothing(engine: Engine) -> None:
    add_readers(engine, addresses(20))
    desk = enlisted(engine, begun(engine), "one")
    gone = MemoryTransport(
        answers(*[Outcome(name, Verdict.ACCEPTED) for name in addresses(3)], DeliveryError("gone")), depth=4
    )
    with pytest.raises(DeliveryError, match=r"^gone$"):
        work(desk, gone)
    assert Counter(states(engine).values()) == {"sent": 3, "pending": 17}
    again = enlisted(engine, desk.sending, "two")
    rest = MemoryTransport()
    assert work(again, rest) is End.DONE
    assert sorted(recipients(gone) + recipients(rest)) == addresses(20)


def test_a_reader_whose_mail_cannot_be_made_keeps_it_from_nobody_else(engine: Engine) -> None:
    def compose(row: Row) -> Message:
        if row.reader.address == addresses(2)[1]:
            message = "asml.md:3:1: no first name"
            raise PersonalFieldError(message)
        return letter(row)

    add_readers(engine, addresses(3))
    assert work(enlisted(engine, begun(engine), "one"), MemoryTransport(depth=3), compose=compose) is End.DONE
    assert list(states(engine).values()) == ["sent", "failed", "sent"]


def test_a_mail_that_cannot_be_made_for_anybody_stops_it(engine: Engine) -> None:
    def compose(row: Row) -> Message:
        message = "the envelope sender is too long"
        raise DeliveryError(message)

    add_readers(engine, addresses(12))
    with pytest.raises(DeliveryError, match=r"^the envelope sender is too long$"):
        work(enlisted(engine, begun(engine), "one"), MemoryTransport(depth=3), compose=compose)
    assert Counter(states(engine).values()) == {"pending": 12}


@pytest.mark.parametrize(("word", "state"), [("paused", "pending"), ("cancelled", "cancelled")])
def test_the_editor_can_stop_it_from_elsewhere(word: str, state: str, engine: Engine) -> None:
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")

    def obey(message: Message) -> Outcome:
        if message.recipient == addresses(8)[7]:
            steer(engine, SLUG, word, T0)
        return accept(message)

    transport = MemoryTransport(obey)
    assert work(desk, transport) is End.PAUSED
    counts = Counter(states(engine).values())
    assert counts["sent"] == len(transport.messages) < 30
    assert counts[state] == 30 - counts["sent"]


class Stalled:
    """Takes four messages, and never hears of two of them again; the others had not begun."""

    capabilities = Capabilities("stalled")

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    async def run(self, feed: Feed) -> None:
        taken = list(await feed.take(4))
        feed.settle(taken[0], accept(taken[0]))
        self._stop.set()
        try:
            await asyncio.Event().wait()
        finally:
            feed.settle(taken[1], outcome(Verdict.DEFERRED, Scope.SESSION))
            feed.settle(taken[2], outcome(Verdict.UNCERTAIN, reply="stopped"))


def test_stopping_leaves_no_row_in_hand(engine: Engine) -> None:
    """What the transport did not say a word about may have been written: it is in doubt too."""
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")
    stop = asyncio.Event()
    began = time.monotonic()
    assert work(desk, Stalled(stop), stop=stop) is End.STOPPED
    assert time.monotonic() - began < 20  # it would wait for ever
    assert list(states(engine).values())[:5] == ["sent", "pending", "in_doubt", "in_doubt", "pending"]
    assert Counter(states(engine).values()) == {"sent": 1, "pending": 27, "in_doubt": 2}
    unanswered = doubts(engine, desk.sending.id)[1]
    assert unanswered.reply == "the sending was stopped before an answer"


def test_a_sender_that_was_taken_for_dead_writes_nothing_more(engine: Engine) -> None:
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")

    def take_over(message: Message) -> Outcome:
        if message.recipient == addresses(5)[4]:
            with writing(engine) as connection:
                connection.execute(update(sender).values(beat_at_ms=0))
            enlisted(engine, desk.sending, "two")
        return accept(message)

    transport = MemoryTransport(take_over)
    with pytest.raises(SendingError, match="gave no sign of life for minutes"):
        work(desk, transport)
    assert len(transport.messages) == 5
    # The answer for the fifth came after the other had put it into doubt.
    assert Counter(states(engine).values()) == {"sent": 5, "pending": 25}


def test_a_database_that_stays_away_ends_it(engine: Engine) -> None:
    """The writer's death is the end of all; what it could not note is known by its state."""
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")
    away = threading.Event()

    def stay_away(_: Connection) -> None:
        if away.is_set():
            message = "newsletter.db: the disk is full; nothing was changed"
            raise StoreError(message)

    event.listen(engine, "begin", stay_away)

    def fill_up(message: Message) -> Outcome:
        if message.recipient == addresses(5)[4]:
            away.set()
        return accept(message)

    transport = MemoryTransport(fill_up)
    with pytest.raises(StoreError, match="the disk is full; nothing was changed"):
        work(desk, transport)
    away.clear()
    with writing(engine) as connection:
        connection.execute(update(sender).values(beat_at_ms=0))
    assert Counter(states(engine).values())["sent"] == 4
    rest = MemoryTransport()
    assert work(enlisted(engine, desk.sending, "two"), rest) is End.DONE
    everybody = Counter(recipients(transport) + recipients(rest))
    assert max(everybody.values()) == 1
    unsure = {doubt.address for doubt in doubts(engine, desk.sending.id)}
    assert unsure == {addresses(5)[4]}
    assert set(everybody) == set(addresses(30))


def test_who_leaves_while_it_is_sent_is_skipped(engine: Engine) -> None:
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")
    last = addresses(30)[29]

    def leave(message: Message) -> Outcome:
        if message.recipient == addresses(1)[0]:
            with writing(engine) as connection:
                gone = subscriber.c.address == last
                connection.execute(update(subscriber).where(gone).values(status="unsubscribed", unsubscribed_at_ms=T0))
        return accept(message)

    transport = MemoryTransport(leave)
    counts: list[Mapping[State, int]] = []
    assert work(desk, transport, told=lambda found, _: counts.append(dict(found))) is End.DONE
    assert last not in recipients(transport)
    assert tally(engine, desk.sending.id)[State.SKIPPED] == 1
    assert (counts[-1][State.SENT], counts[-1][State.SKIPPED]) == (29, 1)
