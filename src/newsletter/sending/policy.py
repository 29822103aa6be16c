"""What follows from a server's answer: which arrow a row takes, and when it is tried again. Pure.

    about                 answer             row
    the message           2xx                accept
    -                     none, after the dot lose: nobody knows
    the server, the line  4xx, lost before   defer, soon; no try of the reader is counted
    the reader, now       4xx                defer, by the table of delays, until the deadline
    the reader            5xx                refuse; a hard one spares the address from now on
    ourselves             4xx, 5xx           defer; after five in a row the sending stops, and nobody is to blame

Tries are bounded by time, not by their number: a mailbox that is busy for an hour is worth an hour (RFC 5321 section
4.5.4.1), and what is left at the deadline is old news.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.model import Scope, Verdict
from newsletter.sending.states import Arrow

if TYPE_CHECKING:
    from newsletter.model import Outcome

OWN_FAULTS_IN_A_ROW = 5
"""So many, with no other answer between them, and the sending stops."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How long to wait before the next try, and for how long to try at all."""

    delays_s: tuple[int, ...] = (300, 900, 1800, 3600)
    """After the first try, the second, and so on; the last one holds for all that follow."""
    session_delay_s: int = 30
    """After a fault of the server or the line. The transport itself slows down meanwhile."""
    give_up_s: int = 24 * 3600
    """After the sending began: what is put off then is given up."""

    def delay_s(self, attempts: int) -> int:
        """Return how long to wait after so many tries, at least one."""
        return self.delays_s[min(max(attempts, 1), len(self.delays_s)) - 1]

    @property
    def longest_s(self) -> int:
        """The longest wait there is: a row that is due later than that was noted by a clock that was wrong."""
        return max(*self.delays_s, self.session_delay_s)


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a row."""

    arrow: Arrow
    attempts: int
    """How many tries of this reader count, with this one."""
    next_at_ms: int = 0
    """For a row that is put off."""
    suppress: bool = False
    """Whether the address is not to be mailed again."""


def decide(outcome: Outcome, attempts: int, now_ms: int, deadline_at_ms: int, retry: Retry) -> Decision:
    """Return what happens to a row with so many tries before this outcome; moments are milliseconds since 1970."""
    tried = attempts + 1
    if outcome.verdict is Verdict.ACCEPTED:
        return Decision(Arrow.ACCEPT, tried)
    if outcome.verdict is Verdict.UNCERTAIN:
        return Decision(Arrow.LOSE, tried)
    if outcome.scope is Scope.SESSION:
        return _later(attempts, now_ms + retry.session_delay_s * 1000, deadline_at_ms)
    if outcome.verdict is Verdict.REFUSED and outcome.scope is not Scope.OURS:
        return Decision(Arrow.REFUSE, tried, suppress=outcome.scope is Scope.HARD)
    return _later(tried, now_ms + retry.delay_s(tried) * 1000, deadline_at_ms)


def _later(attempts: int, next_at_ms: int, deadline_at_ms: int) -> Decision:
    if next_at_ms > deadline_at_ms:
        return Decision(Arrow.EXPIRE, attempts)
    return Decision(Arrow.DEFER, attempts, next_at_ms)


def own_faults(in_a_row: int, outcome: Outcome) -> int:
    """Return how many faults of our own were met in a row, with this outcome."""
    if outcome.verdict in {Verdict.DEFERRED, Verdict.REFUSED}:
        if outcome.scope is Scope.OURS:
            return in_a_row + 1
        if outcome.scope is Scope.SESSION:  # it says nothing about us
            return in_a_row
    return 0
