"""The time of one sender: it begins where the wall clock stands, and from there only goes forward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Clock:
    """The time since 1970, which no change of the machine's clock can move.

    Somebody sets the clock back by an hour, and by the wall clock every retry is an hour late.
    """

    monotonic: Callable[[], float]
    """Seconds of a clock that never goes back; such as the event loop's own."""
    wall_s: float
    """What the wall clock said, in seconds since 1970 …"""
    began_s: float
    """… when `monotonic` said this."""

    def now_ms(self) -> int:
        """Return the time in whole milliseconds since 1970."""
        return round((self.wall_s + self.monotonic() - self.began_s) * 1000)


def start_clock(wall_s: float, monotonic: Callable[[], float]) -> Clock:
    """Return a clock that starts now."""
    return Clock(monotonic, wall_s, monotonic())
