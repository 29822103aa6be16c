"""How fast, over how many connections, and how long to wait after a server said: not so fast.

Pure: *now* comes in, in seconds of a clock that never goes back. Nothing here waits.

A server says it in many ways (421, 454, 4.7.x, a refused or cut connection). To each the answer is the same,
and the one of TCP: halve at once, regain slowly. Half the connections and half of the rate that it was really
taking, and a pause that doubles while nothing comes of it. What was lost is regained in steps: the rate grows
by a tenth of that half each second, and a connection comes back every ten seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

BURST_S = 0.1
"""Of a rate, that may go out at once."""
SAME_BURST_S = 1.0
"""Refusals so soon after one are about the same burst, such as one on each connection."""
REGAIN_S = 10.0
MIN_RATE_PER_S = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server is given at most."""

    connections: int
    rate_per_s: float = math.inf
    """Messages in a second over all connections."""
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0


class Pace:
    """The speed of one run."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._low = limits.rate_per_s
        self._changed = now
        """When the rate was last halved, or the run began."""
        self._pushed = -math.inf
        self._taken = 0
        """Messages that the server took since then."""
        self._connections = limits.connections
        self._pause_s = limits.first_pause_s
        self._resumes = now
        self._tokens = 1.0
        self._filled = now

    def rate_per_s(self, now: float) -> float:
        """Return how many messages may go out in a second, now."""
        if math.isinf(self._low):
            return self._low
        regained = self._low * (1 + (now - self._changed) / REGAIN_S)
        return min(self._limits.rate_per_s, regained)

    def connections(self, now: float) -> int:
        """Return how many connections may be open, now."""
        regained = int((now - self._changed) / REGAIN_S)
        return min(self._limits.connections, self._connections + regained)

    def pause_s(self, now: float) -> float:
        """Return how long nothing may be begun, neither a connection nor a message."""
        return max(0.0, self._resumes - now)

    def wait_s(self, now: float) -> float:
        """Take leave for one message and return 0, or return how long to wait before asking again."""
        if pause_s := self.pause_s(now):
            return pause_s
        rate = self.rate_per_s(now)
        if math.isinf(rate):
            return 0.0
        self._tokens = min(max(1.0, rate * BURST_S), self._tokens + (now - self._filled) * rate)
        self._filled = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / rate

    def took(self) -> None:
        """Be told that the server took a message."""
        self._taken += 1
        self._pause_s = self._limits.first_pause_s

    def pushed_back(self, now: float) -> None:
        """Be told that the server, or the line to it, wants less."""
        if now < max(self._resumes, self._pushed + SAME_BURST_S):
            return
        self._pushed = now
        self._resumes = now + self._pause_s
        self._pause_s = min(self._limits.longest_pause_s, 2 * self._pause_s)
        since = max(now - self._changed, SAME_BURST_S)
        measured = self._taken / since if self._taken else self.rate_per_s(now)
        if not math.isinf(measured):
            self._low = max(MIN_RATE_PER_S, min(self.rate_per_s(now), measured) / 2)
        self._connections = max(1, self.connections(now) // 2)
        self._changed, self._taken, self._tokens, self._filled = now, 0, 1.0, now
