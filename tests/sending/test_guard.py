"""When so many addresses are said not to exist that somebody should look."""

from __future__ import annotations

import pytest

from newsletter.model import Outcome, Scope, Verdict
from newsletter.sending.guard import LEAST, WINDOW_MS, Guard

TAKEN = Outcome("", Verdict.ACCEPTED)
UNKNOWN = Outcome("", Verdict.REFUSED, "550 5.1.1", scope=Scope.HARD)


def noted(guard: Guard, many: int, outcome: Outcome, now_ms: int = 0) -> Guard:
    for _ in range(many):
        guard.note(outcome, now_ms)
    return guard


def test_a_few_are_no_alarm_however_short_the_list() -> None:
    guard = noted(Guard(2.0), LEAST - 1, UNKNOWN)
    assert not guard.is_alarmed
    assert noted(guard, 1, UNKNOWN).is_alarmed


def test_the_share_of_all_answers_counts() -> None:
    guard = noted(noted(Guard(2.0), 1000, TAKEN), 20, UNKNOWN)
    assert (guard.answers, guard.hard, guard.is_alarmed) == (1020, 20, False)
    assert noted(guard, 1, UNKNOWN).is_alarmed


def test_what_is_longer_ago_than_the_window_does_not_count() -> None:
    guard = noted(noted(Guard(2.0), 19, UNKNOWN), 1, UNKNOWN, WINDOW_MS)
    assert (guard.answers, guard.hard, guard.is_alarmed) == (1, 1, False)


def test_within_the_window_it_counts_though_minutes_lie_between() -> None:
    guard = Guard(2.0)
    for minute in range(10):
        noted(guard, 2, UNKNOWN, minute * 60_000)
    assert guard.is_alarmed


def test_an_alarm_stays_though_others_are_taken_after_it() -> None:
    assert noted(noted(Guard(2.0), 20, UNKNOWN), 10_000, TAKEN).is_alarmed


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("", Verdict.REFUSED, scope=Scope.OURS),
        Outcome("", Verdict.DEFERRED, scope=Scope.ROW),
        Outcome("", Verdict.DEFERRED, scope=Scope.SESSION),
        Outcome("", Verdict.UNCERTAIN, scope=Scope.SESSION),
    ],
)
def test_what_is_no_answer_about_a_reader_is_not_counted(outcome: Outcome) -> None:
    assert noted(Guard(2.0), 30, outcome).answers == 0


def test_by_a_hundred_percent_there_is_no_alarm() -> None:
    assert not noted(Guard(100.0), 5000, UNKNOWN).is_alarmed
