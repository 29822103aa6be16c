"""How fast a sending goes, and how long it will take. Pure: the clock's readings come in as arguments."""

from __future__ import annotations

from collections import deque

WINDOW_S = 30.0
"""What is longer ago says little about now."""


class Pace:
    """Counts what is done, over a window that slides along."""

    def __init__(self, began_s: float, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._readings: deque[tuple[float, int]] = deque([(began_s, 0)])

    def note(self, at_s: float, done: int) -> None:
        """Take a reading: at that time of a clock that only goes forward, so many were done in all."""
        self._readings.append((at_s, done))
        while len(self._readings) > 2 and self._readings[1][0] <= at_s - self._window_s:  # noqa: PLR2004 - the ends
            self._readings.popleft()

    @property
    def per_second(self) -> float:
        """How many were done in a second, of late."""
        (began_s, before), (ended_s, done) = self._readings[0], self._readings[-1]
        return (done - before) / (ended_s - began_s) if ended_s > began_s else 0.0

    def seconds_left(self, left: int) -> float | None:
        """Return how long so many more will take at this pace; None while nobody can say."""
        if not left:
            return 0.0
        return left / self.per_second if self.per_second else None
