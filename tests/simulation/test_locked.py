"""A database that another process holds for long, in virtual time: whoever waits for it is not dead."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

import pytest

from newsletter.delivery.memory import MemoryTransport, accept
from newsletter.errors import SendingError, StoreError
from newsletter.sending.clock import start_clock
from newsletter.sending.committer import PATIENCE_S
from newsletter.sending.engine import End, Means, Tuning, deliver
from newsletter.sending.senders import Machine, Sender, enlist
from tests.sending.mailings import T0, Desk, add_readers, addresses, begun, enlisted, letter, states
from tests.simulation.virtual import let_pass, run_virtually

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome

T = TypeVar("T")
BUSY_S = 1.0
"""How long the sender's SQLite waits for another writer (`open_database`), in one try."""


class Locked:
    """A database that somebody else holds from the fifth mail on, for a time."""

    def __init__(self, for_s: float) -> None:
        self._for_s = for_s
        self.until_s = 0.0
        self.has_begun = asyncio.Event()

    def answer(self, message: Message) -> Outcome:
        if message.recipient == addresses(5)[4]:
            self.until_s = asyncio.get_running_loop().time() + self._for_s
            self.has_begun.set()
        return accept(message)

    async def in_thread(self, action: Callable[[], T]) -> T:
        """Do something with the database, in its turn."""
        loop = asyncio.get_running_loop()
        if loop.time() + BUSY_S < self.until_s:
            await let_pass(BUSY_S)
            message = "newsletter.db: another process is writing and did not end in time"
            raise StoreError(message)
        if loop.time() < self.until_s:
            await let_pass(self.until_s - loop.time())
        return action()


async def _send(desk: Desk, locked: Locked) -> End:
    loop = asyncio.get_running_loop()
    means = Means(
        ledger=desk.ledger,
        deadline_at_ms=desk.sending.deadline_at_ms,
        compose=letter,
        transport=MemoryTransport(locked.answer),
        clock=start_clock(T0 / 1000, loop.time),
        in_thread=locked.in_thread,
        told=lambda *_: None,
    )
    return await deliver(means, asyncio.Event(), Tuning(chunk=4))


async def _beside(engine: Engine, desk: Desk, for_s: float) -> tuple[End | BaseException, bool]:
    """Send, and have another begin in the moment in which the database is free; return both ends."""
    locked = Locked(for_s)
    sending = asyncio.ensure_future(_send(desk, locked))
    await locked.has_begun.wait()
    await let_pass(for_s)
    was_refused = False
    try:
        now_ms = round(T0 + asyncio.get_running_loop().time() * 1000)
        enlist(engine, Sender("other", 1, Machine("here", "", lambda _: True)), now_ms)
    except SendingError:
        was_refused = True
    (end,) = await asyncio.gather(sending, return_exceptions=True)
    return end, was_refused


@pytest.mark.parametrize("for_s", [35.0, 62.0, PATIENCE_S - 2])
def test_who_waits_for_a_large_import_goes_on_after_it(for_s: float, engine: Engine) -> None:
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")
    assert run_virtually(_beside(engine, desk, for_s)) == (End.DONE, True)
    assert Counter(states(engine).values()) == {"sent": 30}


def test_who_waits_in_vain_gives_up_before_others_take_him_for_dead(engine: Engine) -> None:
    add_readers(engine, addresses(30))
    desk = enlisted(engine, begun(engine), "one")
    end, was_refused = run_virtually(_beside(engine, desk, PATIENCE_S + 20))
    assert isinstance(end, StoreError)
    assert was_refused
