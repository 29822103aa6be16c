"""The one writer: what goes together into one transaction, and when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from newsletter.sending.committer import GATHER_S, Committer
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.states import Arrow
from tests.simulation.virtual import let_pass, run_virtually

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.store import Begin

T = TypeVar("T")
TAKEN = tuple(Fate(number, Arrow.ACCEPT, 1) for number in range(3))


async def at_once(action: Callable[[], T]) -> T:
    return action()


class Book:
    """Writes down each batch, and gives every mark."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.committer = Committer(self._write, at_once, patience_s=0.0)

    def _write(self, batch: Batch, begin: Begin) -> frozenset[int]:
        self.batches.append(batch)
        return frozenset(batch.marks)


def test_fates_go_with_the_marks_that_follow() -> None:
    async def main() -> None:
        book = Book()
        running = asyncio.create_task(book.committer.run())
        for fate in TAKEN:
            book.committer.note(fate)
            await let_pass(GATHER_S / 5)
        assert book.batches == []

        assert await book.committer.mark([7, 8]) == {7, 8}

        assert book.batches == [Batch(TAKEN, (7, 8))]
        running.cancel()

    run_virtually(main())


def test_fates_that_no_mark_follows_are_written_soon() -> None:
    async def main() -> None:
        book = Book()
        running = asyncio.create_task(book.committer.run())
        book.committer.note(TAKEN[0])
        await let_pass(GATHER_S / 2)
        book.committer.note(TAKEN[1])
        assert book.committer.unwritten() == (0, 1)

        await let_pass(GATHER_S)

        assert book.batches == [Batch(TAKEN[:2])]
        assert book.committer.unwritten() == ()
        running.cancel()

    run_virtually(main())


def test_whoever_waits_for_fates_to_be_written_need_not_wait_for_a_mark() -> None:
    async def main() -> None:
        book, loop = Book(), asyncio.get_running_loop()
        running = asyncio.create_task(book.committer.run())
        book.committer.note(TAKEN[0])

        await book.committer.idle()

        assert (book.batches, loop.time()) == ([Batch(TAKEN[:1])], 0.0)
        running.cancel()

    run_virtually(main())
