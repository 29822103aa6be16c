"""When too many addresses are said not to exist, it is rather the server that errs, or the list. Pure.

A server that is set up wrongly answers 550 5.1.1 to everybody, and a list that somebody bought is full of addresses
that were left long ago. To believe the first would cost every reader his place on the list; to go on with the second
costs the sender his name. So a person looks at it first.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from newsletter.model import Scope, Verdict

if TYPE_CHECKING:
    from newsletter.model import Outcome

WINDOW_MS = 10 * 60_000
LEAST = 20
"""So many are no accident, however short the list is."""
_STEP_MS = 60_000
_ABOUT_A_READER = frozenset({Scope.ROW, Scope.HARD, Scope.SOFT})


class Guard:
    """Counts final answers of servers, over the last ten minutes."""

    def __init__(self, most_percent: float) -> None:
        """Be alarmed when more of the answers than this say that there is no such address; never by 100."""
        self.answers = 0
        """Of the last ten minutes: taken, or refused for a reason about the reader."""
        self.hard = 0
        """Those of them that say that there is no such address."""
        self.is_alarmed = False
        """They were too many to be believed; what comes later does not undo that."""
        self._most_percent = most_percent
        # When each minute began, and how many of its answers were hard or not.
        self._minutes: deque[tuple[int, Counter[bool]]] = deque()

    def note(self, outcome: Outcome, now_ms: int) -> None:
        """Count an outcome, if it is an answer about a reader, or about his mail."""
        is_refused = outcome.verdict is Verdict.REFUSED and outcome.scope in _ABOUT_A_READER
        if not is_refused and outcome.verdict is not Verdict.ACCEPTED:
            return
        while self._minutes and self._minutes[0][0] <= now_ms - WINDOW_MS:
            _, gone = self._minutes.popleft()
            self.answers -= gone.total()
            self.hard -= gone[True]
        if not self._minutes or self._minutes[-1][0] <= now_ms - _STEP_MS:
            self._minutes.append((now_ms, Counter()))
        is_hard = is_refused and outcome.scope is Scope.HARD
        self._minutes[-1][1][is_hard] += 1
        self.answers += 1
        self.hard += is_hard
        self.is_alarmed |= self.hard >= LEAST and self.percent > self._most_percent

    @property
    def percent(self) -> float:
        """How many of the answers say that there is no such address."""
        return 100 * self.hard / self.answers if self.answers else 0.0
