"""The one writer of a sender's notes: what many connections have to say goes into one transaction.

While a transaction is under way, marks and fates gather; the next one takes them all. So the number of transactions
follows the speed of the disk, and not the number of mails. Fates alone, for which nobody waits, gather a moment longer,
and mostly go with the next marks: never behind them, so that no more rows are marked than are in hand.

A database that is locked, full or away for a moment is waited for. Meanwhile nothing new goes out, as no mark is
given, and what is known stays in memory. If it stays away, the writer's death ends the sending.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from newsletter.errors import StoreError
from newsletter.sending.rows import Batch, Request
from newsletter.store import Begin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from newsletter.sending.rows import Fate

T = TypeVar("T")


class InThread(Protocol):
    """Runs something that may block, one after the other, while the event loop goes on."""

    def __call__(self, action: Callable[[], T], /) -> Awaitable[T]:
        """Run `action`; what it returns or raises comes back."""
        ...


PATIENCE_S = 120.0
"""How long a database may be locked, full or away before the sending stops. An import of a million holds it for half a
minute on a fast disk."""
_PAUSE_S = 0.5
GATHER_S = 0.02
"""How long fates wait for a mark to go with."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Rows that a connection waits for leave to write."""

    ids: tuple[int, ...]
    label: str
    """Of the request that they go out in; empty where that is no matter."""
    given: asyncio.Future[frozenset[int]]


class Committer:
    """Writes to the ledger, one thing at a time, on one thread of its own."""

    def __init__(
        self,
        write: Callable[[Batch, Begin], frozenset[int]],
        in_thread: InThread,
        patience_s: float,
        *,
        is_local: bool = False,
    ) -> None:
        """`write` notes a batch in one transaction and returns which of its marks were given.

        `is_local` says that it can be asked to do so at once, or to raise a StoreError.
        """
        self._write = write
        self._is_local = is_local
        self._in_thread = in_thread
        self.patience_s = patience_s
        self._fates: list[Fate] = []
        self._writing: list[Fate] = []
        self._marks: list[_Mark] = []
        self._stirred = asyncio.Event()
        self._is_awaited = asyncio.Event()
        """Somebody waits for what has gathered to be written."""
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def note(self, fate: Fate) -> None:
        """Have a fate noted, soon."""
        self._fates.append(fate)
        self._stir()

    async def mark(self, ids: Sequence[int], label: str = "") -> frozenset[int]:
        """Have rows marked as on the wire; return those that are this sender's still. Only they may be written.

        `label` is that of the request that they go out in, where the provider knows it again.
        """
        mark = _Mark(tuple(ids), label, asyncio.get_running_loop().create_future())
        self._marks.append(mark)
        self._stir()
        self._is_awaited.set()
        return await mark.given

    async def run(self) -> None:
        """Write what gathers, until cancelled.

        Raises:
            StoreError: the database was not to be written to for the whole of the patience.
        """
        while True:
            await self._stirred.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_S):
                    await self._is_awaited.wait()
            await self._write_gathered()

    async def drain(self) -> None:
        """Write all that has gathered."""
        while self._fates or self._marks:
            await self._write_gathered()

    async def _write_gathered(self) -> None:
        self._writing, self._fates = self._fates, []
        marks, self._marks = self._marks, []
        self._is_awaited.clear()
        batch = Batch(
            tuple(self._writing),
            tuple(id_ for mark in marks if not mark.label for id_ in mark.ids),
            tuple(Request(mark.label, mark.ids) for mark in marks if mark.label),
        )
        try:
            given = self._written_at_once(batch)
            if given is None:
                given = await self.patiently(lambda: self._write(batch, Begin.LAX))
        except BaseException:
            # Nothing that is known gets lost: whoever ends the sending tries once more. No leave is given.
            self._fates[:0] = self._writing
            for mark in marks:
                _answer(mark, frozenset())
            raise
        finally:
            self._writing = []
        for mark in marks:
            _answer(mark, given)
        if not (self._fates or self._marks):
            self._stirred.clear()
            self._is_idle.set()

    def _written_at_once(self, batch: Batch) -> frozenset[int] | None:
        """Write it here, in a fraction of a millisecond: less than it takes to have it done by a thread.

        None where that would mean to wait, for another writer or for room on the disk; then nothing was changed.
        """
        if not self._is_local:
            return None
        try:
            return self._write(batch, Begin.AT_ONCE)
        except StoreError:
            return None

    def unwritten(self) -> tuple[int, ...]:
        """Return the rows whose fate was noted and is not written yet."""
        return tuple(fate.id for fate in (*self._writing, *self._fates))

    async def idle(self) -> None:
        """Wait until all that was said is written."""
        self._is_awaited.set()
        await self._is_idle.wait()

    async def patiently(self, action: Callable[[], T]) -> T:
        """Do something with the database; again while it is busy, until the patience is over.

        Raises:
            StoreError: it still was.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self.patience_s
        while True:
            try:
                return await self._in_thread(action)
            except StoreError:
                if loop.time() >= until:
                    raise
            await asyncio.sleep(_PAUSE_S)

    def _stir(self) -> None:
        self._is_idle.clear()
        self._stirred.set()


def _answer(mark: _Mark, given: frozenset[int]) -> None:
    if not mark.given.done():  # the connection that asked may be gone
        mark.given.set_result(given.intersection(mark.ids))
