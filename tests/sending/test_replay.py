"""A doubt is settled by asking again with the very same request, or it stays one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from newsletter.delivery.base import Capabilities
from newsletter.errors import DeliveryError, PersonalFieldError
from newsletter.model import Outcome, Scope, Verdict
from newsletter.sending.clock import start_clock
from newsletter.sending.engine import Means, Tuning, deliver
from newsletter.sending.policy import Retry
from newsletter.sending.replay import LEEWAY_S, Asked, ask_again, doubtful_requests, labels_of
from newsletter.sending.rows import Batch, Fate, Request
from newsletter.sending.senders import settle_dead
from newsletter.sending.sendings import doubts
from newsletter.sending.states import Arrow
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, delivery_event, subscriber
from tests.sending.mailings import LATER, T0, Desk, add_readers, addresses, begun, column, enlisted, letter, states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from newsletter.delivery.base import Feed, Message
    from newsletter.sending.rows import Row

KNOWS = Capabilities("esp:knows", takes_octets=False, max_batch=2, idempotency_ttl_s=3600, account="a1b2")


class Provider:
    """Takes each request once, by its readers, and answers the second as the first; it may lose the first answers."""

    def __init__(self, capabilities: Capabilities = KNOWS, *, loses: int = 0) -> None:
        self.capabilities = capabilities
        self.requests: list[tuple[str, ...]] = []
        self._loses = loses

    async def run(self, feed: Feed) -> None:
        while messages := await feed.take(self.capabilities.max_batch):
            self.requests.append(tuple(message.recipient for message in messages))
            is_lost = len(self.requests) <= self._loses
            for message in messages:
                feed.settle(message, _lost(message) if is_lost else _taken(message))

    @property
    def mails(self) -> list[str]:
        return [address for request in dict.fromkeys(self.requests) for address in request]


def _taken(message: Message) -> Outcome:
    return Outcome(message.recipient, Verdict.ACCEPTED, "200", remote_id=f"id-of-{message.recipient}")


def _lost(message: Message) -> Outcome:
    return Outcome(message.recipient, Verdict.UNCERTAIN, reply="the line was cut")


def desk_with(engine: Engine, readers: int) -> Desk:
    add_readers(engine, addresses(readers))
    return replace(enlisted(engine, begun(engine), "one"), transport=KNOWS.name)


def doubtful(engine: Engine, readers: int = 4, capabilities: Capabilities = KNOWS) -> Desk:
    """A sending of which every reader is in doubt, two to a request."""
    desk = desk_with(engine, readers)
    rows = desk.ledger.claim(readers, (), T0).rows
    label = labels_of(capabilities)
    assert label
    for pair in (rows[at : at + 2] for at in range(0, readers, 2)):
        ids = tuple(row.id for row in pair)
        desk.ledger.write(Batch(requests=(Request(label(ids), ids),)), T0)
    desk.ledger.write(Batch(tuple(Fate(row.id, Arrow.LOSE, 1) for row in rows)), T0)
    return desk


def asked(desk: Desk, provider: Provider, now_ms: int = T0 + 1000) -> Asked:
    return asyncio.run(ask_again(desk.engine, desk.sending.id, provider, letter, now_ms))


def requests_of(rows: Sequence[Sequence[Row]]) -> list[list[str]]:
    return [[row.reader.address.partition("@")[0] for row in request] for request in rows]


def found(desk: Desk, capabilities: Capabilities = KNOWS, now_ms: int = T0 + 1000) -> list[list[str]]:
    return requests_of(doubtful_requests(desk.engine, desk.sending.id, capabilities, now_ms))


def test_those_who_are_in_doubt_are_asked_about_as_they_went_out(engine: Engine) -> None:
    desk, provider = doubtful(engine), Provider()
    assert asked(desk, provider) == Asked(confirmed=4, answered=4)

    one, two, three, four = addresses(4)
    assert provider.requests == [(one, two), (three, four)]
    assert set(states(engine).values()) == {"sent"}
    assert column(engine, "remote_id", one) == f"id-of-{one}"
    assert column(engine, "done_at_ms", one) == T0 + 1000
    with reading(engine) as connection:
        events = connection.execute(select(delivery_event.c.source, delivery_event.c.kind)).all()
    assert {("provider", "confirm")} < {tuple(event) for event in events}


def test_an_answer_that_gets_lost_again_leaves_the_doubt(engine: Engine) -> None:
    desk = doubtful(engine)
    assert asked(desk, Provider(loses=1)) == Asked(confirmed=2, answered=4)
    assert list(states(engine).values()) == ["in_doubt", "in_doubt", "sent", "sent"]


def test_a_refusal_proves_nothing_about_the_first_time(engine: Engine) -> None:
    class Refusing(Provider):
        async def run(self, feed: Feed) -> None:
            while messages := await feed.take(2):
                for message in messages:
                    feed.settle(message, Outcome(message.recipient, Verdict.REFUSED, "422", scope=Scope.SOFT))

    desk = doubtful(engine, 2)
    assert asked(desk, Refusing()) == Asked(confirmed=0, answered=2)
    assert set(states(engine).values()) == {"in_doubt"}


def test_what_was_said_before_a_provider_went_away_is_noted(engine: Engine) -> None:
    class Leaving(Provider):
        async def run(self, feed: Feed) -> None:
            for message in await feed.take(2):
                feed.settle(message, _taken(message))
            raise DeliveryError("it cannot be reached")

    desk = doubtful(engine)
    with pytest.raises(DeliveryError, match="cannot be reached"):
        asked(desk, Leaving())
    assert list(states(engine).values()) == ["sent", "sent", "in_doubt", "in_doubt"]


def test_nobody_is_asked_who_knows_no_request_again(engine: Engine) -> None:
    desk = doubtful(engine)
    forgetful = Provider(replace(KNOWS, idempotency_ttl_s=0))
    assert asked(desk, forgetful) == Asked(0, 0)
    assert forgetful.requests == []
    assert labels_of(forgetful.capabilities) is None


def test_a_request_is_asked_again_whole_or_not_at_all(engine: Engine) -> None:
    desk = doubtful(engine)
    first = doubts(engine, desk.sending.id)[0]
    with writing(engine) as connection:
        connection.execute(update(delivery).where(delivery.c.id == first.id).values(state="sent"))
    assert found(desk) == [["reader-00002", "reader-00003"]]


def test_who_left_meanwhile_is_sent_nothing_by_a_question(engine: Engine) -> None:
    desk = doubtful(engine)
    with writing(engine) as connection:
        gone = subscriber.c.address == addresses(1)[0]
        connection.execute(update(subscriber).where(gone).values(status="unsubscribed", unsubscribed_at_ms=T0))
    assert found(desk) == [["reader-00002", "reader-00003"]]


def test_a_mail_that_cannot_be_made_any_more_is_not_asked_about(engine: Engine) -> None:
    def unfit(row: Row) -> Message:
        if row.reader.address == addresses(1)[0]:
            raise PersonalFieldError("there is no first_name any more")
        return letter(row)

    desk, provider = doubtful(engine), Provider()
    answer = asyncio.run(ask_again(engine, desk.sending.id, provider, unfit, T0 + 1000))
    assert answer == Asked(confirmed=2, answered=2)
    assert provider.requests == [tuple(addresses(4)[2:])]


def test_a_request_is_not_asked_about_when_it_may_be_forgotten(engine: Engine) -> None:
    desk = doubtful(engine, 2)
    last_ms = T0 + (KNOWS.idempotency_ttl_s - LEEWAY_S) * 1000
    assert found(desk, now_ms=last_ms - 1) == [["reader-00000", "reader-00001"]]
    assert found(desk, now_ms=last_ms) == []


@pytest.mark.parametrize("other", [replace(KNOWS, account="a1b2c"), replace(KNOWS, name="esp:other")])
def test_another_account_and_another_provider_know_nothing_of_it(engine: Engine, other: Capabilities) -> None:
    assert found(doubtful(engine, 2), other) == []


def test_a_row_that_is_claimed_anew_remembers_no_earlier_request(engine: Engine) -> None:
    """So that, when a power cut takes its next mark, nobody asks with the request of before."""
    desk = desk_with(engine, 1)
    (row,) = desk.ledger.claim(1, (), T0).rows
    desk.ledger.write(Batch(requests=(Request("a1b2.1.x", (row.id,)),)), T0)
    assert column(engine, "request", row.reader.address) == "a1b2.1.x"
    desk.ledger.write(Batch((Fate(row.id, Arrow.DEFER, 0, T0),)), T0)
    desk.ledger.claim(1, (), T0)
    assert column(engine, "request", row.reader.address) is None


def test_a_row_that_goes_out_by_another_way_belongs_to_no_request(engine: Engine) -> None:
    desk = replace(desk_with(engine, 1), transport="smtp")
    (row,) = desk.ledger.claim(1, (), T0).rows
    desk.ledger.write(Batch(marks=(row.id,)), T0)
    assert column(engine, "request", row.reader.address) is None
    assert column(engine, "transport", row.reader.address) == "smtp"


def send(desk: Desk, provider: Provider) -> None:
    async def main(thread: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        means = Means(
            ledger=desk.ledger,
            deadline_at_ms=desk.sending.deadline_at_ms,
            compose=letter,
            transport=provider,
            clock=start_clock(T0 / 1000, loop.time),
            in_thread=lambda action: loop.run_in_executor(thread, action),
            told=lambda _counts, _due: None,
        )
        await deliver(means, asyncio.Event(), Tuning(Retry(), chunk=10))

    with ThreadPoolExecutor(1) as thread:
        asyncio.run(main(thread))


def test_a_sender_notes_what_went_out_together(engine: Engine) -> None:
    desk, provider = desk_with(engine, 5), Provider(loses=1)
    send(desk, provider)
    lost = provider.requests[0]
    label = column(engine, "request", lost[0])
    assert str(label).startswith(f"a1b2.{len(lost)}.")
    assert [address for address in addresses(5) if column(engine, "request", address) == label] == list(lost)
    taken = next(address for address in addresses(5) if address not in lost)
    assert column(engine, "remote_id", taken) == f"id-of-{taken}"

    assert asked(desk, provider) == Asked(len(lost), len(lost))
    assert sorted(provider.mails) == addresses(5)


def test_what_a_dead_sender_left_is_asked_about(engine: Engine) -> None:
    desk = desk_with(engine, 2)
    rows = desk.ledger.claim(2, (), T0).rows
    label = labels_of(KNOWS)
    assert label
    ids = tuple(row.id for row in rows)
    desk.ledger.write(Batch(requests=(Request(label(ids), ids),)), T0)
    with writing(engine) as connection:
        assert settle_dead(connection, desk.sender, LATER) == 2

    assert asked(desk, Provider(), LATER) == Asked(2, 2)
    assert set(states(engine).values()) == {"sent"}
