"""What follows from a server's answer."""

from __future__ import annotations

import pytest

from newsletter.model import Outcome, Scope, Verdict
from newsletter.sending.policy import Decision, Retry, decide, own_faults
from newsletter.sending.states import Arrow

NOW = 1_764_000_000_000
DEADLINE = NOW + 24 * 3600 * 1000
RETRY = Retry()


def decided(verdict: Verdict, scope: Scope = Scope.ROW, attempts: int = 0, deadline: int = DEADLINE) -> Decision:
    return decide(Outcome("anna@example.org", verdict, scope=scope), attempts, NOW, deadline, RETRY)


@pytest.mark.parametrize("scope", Scope)
def test_what_was_taken_is_sent_whatever_else_is_said(scope: Scope) -> None:
    assert decided(Verdict.ACCEPTED, scope) == Decision(Arrow.ACCEPT, 1)


@pytest.mark.parametrize("scope", Scope)
def test_what_nobody_knows_is_never_tried_again(scope: Scope) -> None:
    assert decided(Verdict.UNCERTAIN, scope, attempts=3) == Decision(Arrow.LOSE, 4)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.ROW, Decision(Arrow.REFUSE, 1)),
        (Scope.SOFT, Decision(Arrow.REFUSE, 1)),
        (Scope.HARD, Decision(Arrow.REFUSE, 1, suppress=True)),
        (Scope.OURS, Decision(Arrow.DEFER, 1, NOW + 300_000)),
        (Scope.SESSION, Decision(Arrow.DEFER, 0, NOW + 30_000)),
    ],
)
def test_a_refusal_is_final_only_where_it_is_about_the_reader(scope: Scope, expected: Decision) -> None:
    """And only an address that does not exist is spared from now on: a mistake of ours suppresses nobody."""
    assert decided(Verdict.REFUSED, scope) == expected


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 5), (1, 15), (2, 30), (3, 60), (4, 60), (20, 60)])
def test_a_reader_is_tried_again_after_ever_longer_waits(attempts: int, minutes: int) -> None:
    assert decided(Verdict.DEFERRED, attempts=attempts) == Decision(Arrow.DEFER, attempts + 1, NOW + minutes * 60_000)


def test_a_fault_of_the_server_counts_as_no_try_of_the_reader() -> None:
    assert decided(Verdict.DEFERRED, Scope.SESSION, attempts=2) == Decision(Arrow.DEFER, 2, NOW + 30_000)


def test_a_try_after_the_deadline_is_not_waited_for() -> None:
    assert decided(Verdict.DEFERRED, attempts=1, deadline=NOW + 899_999) == Decision(Arrow.EXPIRE, 2)
    assert decided(Verdict.DEFERRED, attempts=1, deadline=NOW + 900_000) == Decision(Arrow.DEFER, 2, NOW + 900_000)
    assert decided(Verdict.DEFERRED, Scope.SESSION, deadline=NOW) == Decision(Arrow.EXPIRE, 0)


def test_the_longest_wait_is_known() -> None:
    assert Retry().longest_s == 3600
    assert Retry(delays_s=(1, 2), session_delay_s=9).longest_s == 9


@pytest.mark.parametrize(
    ("verdict", "scope", "expected"),
    [
        (Verdict.REFUSED, Scope.OURS, 4),
        (Verdict.DEFERRED, Scope.OURS, 4),
        (Verdict.DEFERRED, Scope.SESSION, 3),
        (Verdict.DEFERRED, Scope.ROW, 0),
        (Verdict.REFUSED, Scope.HARD, 0),
        (Verdict.ACCEPTED, Scope.ROW, 0),
        (Verdict.UNCERTAIN, Scope.SESSION, 0),
    ],
)
def test_faults_of_our_own_are_counted_until_another_answer_comes(
    verdict: Verdict, scope: Scope, expected: int
) -> None:
    assert own_faults(3, Outcome("anna@example.org", verdict, scope=scope)) == expected
