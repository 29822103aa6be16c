"""A small world in which mail is sent: a server that keeps the truth, processes that die, and one seed for all of it.

The engine, its feed, its committer and the ledger on SQLite are the real ones. Made up are time, the server, and what
befalls a process: it is killed, it is stopped and wakes up later, its machine loses power, its clock is wrong, its
database is locked.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from newsletter.delivery.base import Capabilities
from newsletter.errors import StoreError
from newsletter.model import Outcome, Scope, Verdict
from newsletter.sending.clock import Clock
from newsletter.sending.engine import End, Means, Tuning, deliver
from newsletter.sending.ledger import Ledger
from newsletter.sending.policy import Retry
from newsletter.sending.senders import Machine, Sender, enlist
from newsletter.sending.sendings import go_on
from newsletter.store import Begin
from tests.sending.mailings import T0, letter
from tests.simulation.virtual import let_pass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from random import Random

    from sqlalchemy import Engine

    from newsletter.delivery.base import Feed, Message
    from newsletter.sending.feed import Stock
    from newsletter.sending.rows import Batch
    from newsletter.sending.sendings import Sending

T = TypeVar("T")

CONNECTIONS, DEPTH, CHUNK = 3, 2, 8
TUNING = Tuning(Retry(delays_s=(60, 300), session_delay_s=5), chunk=CHUNK, patience_s=20.0, last_patience_s=5.0)


class KilledError(BaseException):
    """Nothing of a process runs after this: neither its handlers nor its notes."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How much of what there is in a world, each as a chance from 0 to 1."""

    kill: float = 0.5
    freeze: float = 0.25
    power_cut: float = 0.15
    wrong_clock: float = 0.2
    locked: float = 0.02
    cut_before_dot: float = 0.03
    cut_after_dot: float = 0.02


@dataclass(frozen=True, slots=True)
class Product:
    """What is tried: the product as it is, or one with a fault that was put in on purpose."""

    ledger: type[Ledger] = Ledger
    claims_wait_for_the_disk: bool = True
    knows_of_boots: bool = True
    """Whether a sender sees that the machine went down since."""


class Server:
    """The mail server: what it took stands in its log before it answers."""

    def __init__(self, random: Random) -> None:
        self.log: Counter[str] = Counter()
        self._random = random
        self._deferred: Counter[str] = Counter()

    def answer(self, address: str) -> Outcome:
        """Answer as the recipient's local part asks for: `t2-…` is put off twice, `p-…` refused, all others taken."""
        kind = address.partition("-")[0]
        if kind.startswith("t") and self._deferred[address] < int(kind[1:]):
            self._deferred[address] += 1
            return Outcome(address, Verdict.DEFERRED, "450 4.2.1", "busy", Scope.ROW)
        if kind == "p":
            return Outcome(address, Verdict.REFUSED, "550 5.1.1", "unknown", Scope.HARD)
        self.log[address] += 1
        return Outcome(address, Verdict.ACCEPTED, "250 2.0.0", "taken")


@dataclass(slots=True, frozen=True)
class World:
    """Everything there is."""

    engine: Engine
    database: Path
    sending: Sending
    product: Product
    random: Random
    trouble: Trouble
    server: Server
    running: set[int] = field(default_factory=set)
    """The numbers of the processes that are there, be they awake or not."""
    disk: list[bytes] = field(default_factory=list)
    """What a power cut leaves of the database: the last state that was forced to the disk."""
    boot: list[str] = field(default_factory=lambda: ["the first boot"])
    """The id of each start of the machine, the last one first."""

    def save(self) -> None:
        """Remember the database as it is: it was forced to the disk."""
        with closing(sqlite3.connect(self.database)) as connection:
            self.disk[:] = [connection.serialize()]

    def cut_power(self) -> None:
        """Forget all that was not forced to the disk; the machine comes up again with another boot id."""
        if self.random.random() < 0.8:  # now and then the cache was written out by chance
            self.engine.dispose()
            for rest in ("-wal", "-shm"):
                self.database.with_name(self.database.name + rest).unlink(missing_ok=True)
            self.database.write_bytes(self.disk[-1])
        self.boot.insert(0, f"boot {self.random.random()}")


class Process:
    """One sender, from its start to its end, whichever that is."""

    def __init__(self, world: World, pid: int) -> None:
        self._world = world
        self._pid = pid
        self._is_dead = False
        self._awake = asyncio.Event()
        self._awake.set()
        self._task: asyncio.Task[End] | None = None
        self._locked_until_s = 0.0

    def kill(self) -> None:
        self._is_dead = True
        self._awake.set()
        self._world.running.discard(self._pid)
        if self._task:
            self._task.cancel()

    async def freeze(self, seconds: float) -> None:
        self._awake.clear()
        await let_pass(seconds)
        self._awake.set()

    async def run(self) -> End | None:
        """Return how it ended; None where it was killed, refused or stopped by the database."""
        self._world.running.add(self._pid)
        self._task = asyncio.ensure_future(self._work())
        try:
            return await self._task
        except (KilledError, asyncio.CancelledError, StoreError):
            return None
        finally:
            self._world.running.discard(self._pid)

    async def _work(self) -> End:
        world, loop = self._world, asyncio.get_running_loop()
        skew_s = world.random.choice((-3600.0, 3600.0, 90_000.0)) if self._chance(world.trouble.wrong_clock) else 0.0
        clock = Clock(loop.time, T0 / 1000 + loop.time() + skew_s, loop.time())
        boot_id = world.boot[0] if world.product.knows_of_boots else "always the same"
        machine = Machine("machine", boot_id, world.running.__contains__)
        me = Sender(f"lease-{self._pid}", self._pid, machine)
        await self.in_thread(lambda: enlist(world.engine, me, clock.now_ms()))
        sending = await self.in_thread(lambda: go_on(world.engine, world.sending, TUNING.retry, clock.now_ms()))
        world.save()
        ledger = world.product.ledger(world.engine, sending.id, me.lease, journal=world.database.parent / ".newsletter")
        means = Means(
            ledger=Watched(ledger, world),  # type: ignore[arg-type]
            deadline_at_ms=sending.deadline_at_ms,
            compose=letter,
            transport=Wire(self, world),
            clock=clock,
            in_thread=self.in_thread,
            told=lambda *_: None,
        )
        return await deliver(means, asyncio.Event(), TUNING)

    async def in_thread(self, action: Callable[[], T]) -> T:
        """Do something with the database; the process may be gone before it, or right after it."""
        await self.step(0.01)
        loop = asyncio.get_running_loop()
        if self._chance(self._world.trouble.locked):
            self._locked_until_s = loop.time() + self._world.random.uniform(0, 30)
        if loop.time() < self._locked_until_s:
            message = "newsletter.db: another process is writing and did not end in time"
            raise StoreError(message)
        result = action()
        await self.step(0.01)
        return result

    async def step(self, seconds: float) -> None:
        """Let time pass; not a word comes from a process that is dead, or stopped."""
        if self._is_dead:
            raise KilledError
        await let_pass(self._world.random.uniform(0, seconds))
        await self._awake.wait()
        if self._is_dead:
            raise KilledError

    def _chance(self, chance: float) -> bool:
        return self._world.random.random() < chance


class Watched:
    """A ledger whose durable transactions are remembered as what is on the disk."""

    def __init__(self, ledger: Ledger, world: World) -> None:
        self._ledger = ledger
        self._world = world

    def claim(self, most: int, in_hand: Collection[int], now_ms: int) -> Stock:
        stock = self._ledger.claim(most, in_hand, now_ms)
        if self._world.product.claims_wait_for_the_disk:
            self._world.save()
        return stock

    @property
    def is_local(self) -> bool:
        return True

    def write(self, batch: Batch, now_ms: int, begin: Begin) -> frozenset[int]:
        if begin is Begin.AT_ONCE and self._world.random.random() < self._world.trouble.locked:
            message = "newsletter.db: another process is writing"
            raise StoreError(message)
        return self._ledger.write(batch, now_ms, begin)

    def beat(self, now_ms: int) -> bool:
        return self._ledger.beat(now_ms)

    def leave(self, now_ms: int) -> None:
        self._ledger.leave(now_ms)
        self._world.save()


class Wire:
    """A transport whose lines break."""

    capabilities = Capabilities("wire")

    def __init__(self, process: Process, world: World) -> None:
        self._process = process
        self._world = world

    async def run(self, feed: Feed) -> None:
        await asyncio.gather(*(self._connection(feed) for _ in range(CONNECTIONS)))

    async def _connection(self, feed: Feed) -> None:
        while messages := await feed.take(DEPTH):
            for message in messages:
                await self._deliver(feed, message)

    async def _deliver(self, feed: Feed, message: Message) -> None:
        random, trouble = self._world.random, self._world.trouble
        await self._process.step(1.0)
        if random.random() < trouble.cut_before_dot:
            feed.settle(message, Outcome(message.recipient, Verdict.DEFERRED, scope=Scope.SESSION))
            return
        outcome = self._world.server.answer(message.recipient)
        await self._process.step(1.0)  # the answer is on its way
        if random.random() < trouble.cut_after_dot:
            outcome = Outcome(message.recipient, Verdict.UNCERTAIN, reply="the line was cut", scope=Scope.SESSION)
        feed.settle(message, outcome)
