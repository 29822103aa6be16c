"""How fast, over how many connections, and how long to wait after a server said: not so fast.

Pure: *now* comes in, in seconds of a clock that never goes back. Nothing here waits.

A server that throttles messages (454, 4.7.x, 4.3.2) is answered as TCP would: half of the rate that it was
really taking, at once, after a pause that doubles while nothing comes of it; then slowly more again, a tenth
of that half each second. A server that refuses a connection, or cuts one before it took anything, keeps the
connections that stand, and is asked for one more every ten seconds at the most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BURST_S = 0.1
"""Of a rate, that may go out at once."""
LEAST_MEASURED_S = 0.01
"""A speed is measured over so long at least."""
REGAIN_S = 10.0
"""In which the half that was lost, or one connection, is regained."""
MIN_RATE_PER_S = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server is given at most."""

    connections: int
    rate_per_s: float = math.inf
    """Messages in a second over all connections."""
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0


class _Pause:
    """A pause that doubles from one time to the next, until something comes of it."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._next_s = limits.first_pause_s
        self._end = now

    def left_s(self, now: float) -> float:
        return max(0.0, self._end - now)

    def begin(self, now: float, least_s: float = 0.0) -> None:
        self._end = now + max(self._next_s, least_s)
        self._next_s = min(self._limits.longest_pause_s, 2 * self._next_s)

    def extend(self, now: float, least_s: float) -> None:
        self._end = max(self._end, now + least_s)

    def was_of_use(self) -> None:
        self._next_s = self._limits.first_pause_s


class Pace:
    """The speed of one run."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._low = limits.rate_per_s
        self._slowed = now
        """When the rate was last halved, or the run began."""
        self._measured_from = now
        """The end of the last pause, or the begin of the run."""
        self._taken = 0
        """Messages that the server took since then."""
        self._tokens = 1.0
        self._filled = now
        self._pause = _Pause(limits, now)
        self._connections = limits.connections
        self._refused = now
        """When a connection was last refused."""
        self._calling = _Pause(limits, now)

    def rate_per_s(self, now: float) -> float:
        """Return how many messages may go out in a second, now."""
        if math.isinf(self._low):
            return self._low
        return min(self._limits.rate_per_s, self._low * (1 + (now - self._slowed) / REGAIN_S))

    def connections(self, now: float) -> int:
        """Return how many connections may be open, now."""
        regained = int((now - self._refused) / REGAIN_S)
        return min(self._limits.connections, self._connections + regained)

    def call_wait_s(self, now: float) -> float:
        """Return how long no connection may be opened."""
        return max(self._calling.left_s(now), self._pause.left_s(now))

    def wait_s(self, now: float) -> float:
        """Return how long the next message has to wait."""
        if pause_s := self._pause.left_s(now):
            return pause_s
        rate = self.rate_per_s(now)
        if math.isinf(rate):
            return 0.0
        self._tokens = min(max(1.0, rate * BURST_S), self._tokens + (now - self._filled) * rate)
        self._filled = now
        return max(0.0, 1.0 - self._tokens) / rate

    def sent(self) -> None:
        """Be told that a message that had not to wait was begun."""
        self._tokens -= 1.0

    def took(self) -> None:
        """Be told that the server took a message."""
        self._taken += 1
        self._pause.was_of_use()
        self._calling.was_of_use()

    def taken_per_s(self, now: float) -> float:
        """Return how many messages the server took in a second, since the last pause or the begin of the run."""
        return self._taken / max(now - self._measured_from, LEAST_MEASURED_S)

    def throttled(self, now: float, least_s: float = 0.0) -> None:
        """Be told that the server refused a message as one too many, and for how long it wants to be left alone.

        What comes in a pause is of the same burst.
        """
        if self._pause.left_s(now):
            self._pause.extend(now, least_s)
            return
        rate = self.rate_per_s(now)
        measured = self.taken_per_s(now) if self._taken else rate
        if not math.isinf(measured):
            self._low = max(MIN_RATE_PER_S, min(rate, measured) / 2)
        self._pause.begin(now, least_s)
        self._slowed, self._taken, self._tokens, self._filled = now, 0, 1.0, now
        self._measured_from = now + self._pause.left_s(now)

    def failed(self, now: float) -> None:
        """Be told that nothing came of a message, for a reason that is not its speed: a pause, at the same rate."""
        if not self._pause.left_s(now):
            self._pause.begin(now)

    def refused(self, now: float, others: int) -> None:
        """Be told that a connection cannot be had, or was cut before anything was taken; `others` stand."""
        self._connections = max(1, min(others, self.connections(now)))
        self._refused = now
        if not self._calling.left_s(now):
            self._calling.begin(now)
