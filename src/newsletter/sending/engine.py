"""One sender at work: rows from the ledger to a transport and their fates back, until none is left or it is stopped.

Four tasks work beside each other: the transport with its connections, the claiming of rows ahead, the one writer, and
the pulse, which shows the others that this sender lives, and looks whether the editor wants it to pause. When one of
them fails, all end. In the end, however it came, every row that this sender had in hand has its fate noted; where even
that cannot be done, the next sender finds the rows, and knows what they mean.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.sending.committer import PATIENCE_S, Committer
from newsletter.sending.feed import LedgerFeed, Work
from newsletter.sending.guard import Guard
from newsletter.sending.policy import Retry
from newsletter.sending.replay import labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from newsletter.delivery.base import Message, Transport
    from newsletter.sending.clock import Clock
    from newsletter.sending.committer import InThread
    from newsletter.sending.feed import Sign, Stock
    from newsletter.sending.ledger import Ledger
    from newsletter.sending.rows import Row
    from newsletter.sending.states import State

PULSE_S = 1.0
"""How often the editor's word is looked for, and progress told."""


class End(StrEnum):
    """Why a sender came to its end."""

    DONE = "done"
    """No reader is left."""
    STOPPED = "stopped"
    """Somebody pressed ^C, or the system is shutting down."""
    PAUSED = "paused"
    """The editor paused or cancelled it from elsewhere."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a sender works; the defaults are for a real one."""

    retry: Retry = field(default_factory=Retry)
    most_unknown_percent: float = 2.0
    """Of the answers of ten minutes: when more say that there is no such address, it is paused (`guard`)."""
    chunk: int = 300
    """Rows per claim, each of which waits for the disk."""
    patience_s: float = PATIENCE_S
    """How long the database may be locked, full or away."""
    last_patience_s: float = 5.0
    """The same, when all that is left is to note what happened."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a sender works with, and what it tells."""

    ledger: Ledger
    deadline_at_ms: int
    """Of the sending: what would be tried later is given up."""
    compose: Callable[[Row], Message]
    transport: Transport
    clock: Clock
    in_thread: InThread
    told: Callable[[Mapping[State, int], int], None]
    """Is told now and then how many rows came to each state; and when the next is due (in milliseconds since 1970),
    while all that are left wait for their time, else 0."""
    sign: Sign | None = None
    """What is done to composed messages before they go out (`feed.Work`)."""
    before_claim: Callable[[], object] = lambda: None
    """What is done each time before rows are claimed, on the ledger's thread; it may raise StoreError."""


async def deliver(means: Means, stop: asyncio.Event, tuning: Tuning) -> End:
    """Work until no row of the sending is left, or until `stop` is set, or the editor pauses it.

    Raises:
        DeliveryError: nothing can be sent at all, or too much was refused: for reasons of our own, or for addresses
            that are said not to exist.
        StoreError: the database was away for too long.
        FencedError: this sender was taken for dead, and another goes on with its rows.
    """
    return await _Sender(means, stop, tuning).run()


class _Sender:
    def __init__(self, means: Means, stop: asyncio.Event, tuning: Tuning) -> None:
        ledger, clock = means.ledger, means.clock
        self._means = means
        self._stop = stop
        self._tuning = tuning
        self._end = End.DONE
        self._guard = Guard(tuning.most_unknown_percent)
        self._committer = Committer(
            lambda batch, begin: ledger.write(batch, clock.now_ms(), begin),
            means.in_thread,
            tuning.patience_s,
            is_local=ledger.is_local,
        )
        work = Work(
            compose=means.compose,
            sign=means.sign,
            claim=self._claim,
            retry=tuning.retry,
            guard=self._guard,
            deadline_at_ms=means.deadline_at_ms,
            chunk=max(tuning.chunk, means.transport.capabilities.max_batch),
            label=labels_of(means.transport.capabilities),
        )
        self._feed = LedgerFeed(work, self._committer, clock)

    def _claim(self, most: int, in_hand: Collection[int]) -> Stock:
        self._means.before_claim()
        return self._means.ledger.claim(most, in_hand, self._means.clock.now_ms())

    async def run(self) -> End:
        try:
            async with asyncio.TaskGroup() as group:
                delivering = group.create_task(self._means.transport.run(self._feed))
                others = [
                    group.create_task(self._feed.keep_stocked()),
                    group.create_task(self._committer.run()),
                    group.create_task(self._pulse()),
                    group.create_task(self._obey(delivering)),
                ]
                await asyncio.wait({delivering})
                for task in others:
                    task.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            await self._leave()
        if self._feed.fault:
            raise self._feed.fault
        return self._end if self._feed.is_wanted else End.PAUSED

    async def _obey(self, delivering: asyncio.Task[None]) -> None:
        """End at once when told to stop: the transport finishes only what it cannot take back."""
        await self._stop.wait()
        self._end = End.STOPPED
        self._feed.end()
        delivering.cancel()

    async def _pulse(self) -> None:
        while True:
            is_wanted = await self._committer.patiently(lambda: self._means.ledger.beat(self._means.clock.now_ms()))
            if not is_wanted:
                self._feed.end_unwanted()
                return
            self._means.told(self._feed.counts, self._feed.due_at_ms)
            await asyncio.sleep(PULSE_S)

    async def _leave(self) -> None:
        """Note what is known of every row in hand, and give the rows back."""
        self._feed.let_go()
        self._committer.patience_s = self._tuning.last_patience_s
        await self._committer.drain()
        if self._guard.is_alarmed:
            await self._committer.patiently(lambda: self._means.ledger.hold_refusals(self._means.clock.now_ms()))
        await self._committer.patiently(lambda: self._means.ledger.leave(self._means.clock.now_ms()))
        self._means.told(self._feed.counts, 0)
