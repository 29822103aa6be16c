"""An event loop whose time is made up: it passes at once, and only while everybody waits.

A day of retries takes a second, and the same seed gives the same day.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


MOST_S = 6 * 3600.0
"""No story takes longer, but one that never ends."""


class StuckError(Exception):
    """Everybody waits, and nobody for the clock; or for ever."""


class _Selector(selectors.SelectSelector):
    """Waits for nothing: what would be waited for is added to the time."""

    passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise StuckError
        if not ready and timeout:
            self.passed_s += timeout
            if self.passed_s > MOST_S:
                raise StuckError
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in virtual time, from 0 on."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed_s


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_end_the_others())
        loop.close()


async def _end_the_others() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def let_pass(seconds: float) -> None:
    """Let so much of the made-up time pass."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.call_later(seconds, over.set)
    await over.wait()
