from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.pace import Limits, Pace


def sent_between(pace: Pace, start: float, end: float) -> int:
    """How many messages get leave, by one who always asks again as soon as he may."""
    now, count = start, 0
    while now < end:
        wait_s = pace.wait_s(now)
        if wait_s:
            now += wait_s + 1e-9
        else:
            count += 1
            pace.sent()
            pace.took()
            now += 1e-5
    return count


def test_without_a_limit_nothing_waits() -> None:
    pace = Pace(Limits(4), 100.0)

    assert sent_between(pace, 100.0, 101.0) == pytest.approx(100_000, rel=0.01)
    assert pace.connections(100.0) == 4


@pytest.mark.parametrize("rate", [1, 14, 50, 1000])
def test_a_rate_is_kept_from_the_first_second_on(rate: int) -> None:
    pace = Pace(Limits(4, rate), 0.0)
    burst = max(1, rate * 0.1)

    assert rate - 1 <= sent_between(pace, 0.0, 1.0) <= rate + burst + 1
    assert rate * 10 * 0.98 <= sent_between(pace, 1.0, 11.0) <= rate * 10 + burst + 1


def test_a_pause_stops_everything_and_doubles_while_nothing_comes_of_it() -> None:
    pace = Pace(Limits(4, first_pause_s=2.0, longest_pause_s=10.0), 0.0)
    now, pauses = 0.0, []
    for _ in range(5):
        pace.throttled(now)
        pauses.append(pace.call_wait_s(now))
        assert pace.wait_s(now) == pauses[-1]
        now += pauses[-1] + 1

    assert pauses == [2.0, 4.0, 8.0, 10.0, 10.0]


def test_success_makes_the_next_pause_short_again() -> None:
    pace = Pace(Limits(4, first_pause_s=2.0), 0.0)
    pace.throttled(0.0)
    pace.throttled(5.0)
    pace.took()
    pace.throttled(20.0)

    assert pace.wait_s(20.0) == 2.0


def test_half_of_what_was_taken_and_then_slowly_more() -> None:
    pace = Pace(Limits(4, first_pause_s=0.5), 0.0)
    for _ in range(1000):
        pace.took()
    pace.throttled(10.0)

    assert pace.rate_per_s(10.0) == 50.0
    assert pace.rate_per_s(15.0) == 75.0
    assert pace.rate_per_s(20.0) == 100.0


def test_a_given_rate_is_never_passed_in_coming_back() -> None:
    pace = Pace(Limits(4, 100), 0.0)
    for _ in range(500):
        pace.took()
    pace.throttled(10.0)

    assert pace.rate_per_s(10.0) == 25.0
    assert pace.rate_per_s(1000.0) == 100


def test_refusals_of_one_burst_count_once() -> None:
    pace = Pace(Limits(8), 0.0)
    for _ in range(80):
        pace.took()
    for now in (8.0, 8.01, 8.5, 8.9):
        pace.throttled(now)

    assert pace.rate_per_s(8.0) == 5.0


def test_a_refused_connection_leaves_those_that_stand_and_slows_no_message() -> None:
    pace = Pace(Limits(8, first_pause_s=2.0), 0.0)
    pace.refused(5.0, others=3)

    assert pace.connections(5.0) == 3
    assert pace.connections(14.9) == 3
    assert pace.connections(15.0) == 4
    assert pace.connections(1000.0) == 8
    assert pace.call_wait_s(5.0) == 2.0
    assert pace.wait_s(5.0) == 0.0


def test_calls_that_fail_one_after_the_other_come_ever_later() -> None:
    pace, now, waits = Pace(Limits(4, longest_pause_s=8.0), 0.0), 0.0, []
    for _ in range(5):
        pace.refused(now, others=0)
        waits.append(pace.call_wait_s(now))
        now += waits[-1]

    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0]
    pace.took()
    pace.refused(now, others=0)
    assert pace.call_wait_s(now) == 1.0


def test_one_connection_and_a_trickle_always_remain() -> None:
    pace = Pace(Limits(100, 1000, longest_pause_s=1.0), 0.0)
    now = 0.0
    for _ in range(60):
        pace.throttled(now)
        pace.refused(now, others=0)
        now += 2.0

    assert pace.connections(now) >= 1
    assert pace.rate_per_s(now) >= 0.2


def test_a_server_that_takes_so_much_gets_that_much() -> None:
    """A server of 40 mails a second that refuses whatever is more: it gets most of what it can take."""
    pace = Pace(Limits(4), 0.0)
    now, taken, refused, window, used = 0.0, 0, 0, 0.0, 0
    while now < 300.0:
        wait_s = pace.wait_s(now)
        if wait_s:
            now += wait_s + 1e-9
            continue
        if now - window >= 1.0:
            window, used = now, 0
        used += 1
        pace.sent()
        if used <= 40:
            taken += 1
            pace.took()
        else:
            refused += 1
            pace.throttled(now)
        now += 1e-4

    assert taken >= 300 * 40 * 0.5
    assert refused <= taken * 0.02


@given(st.lists(st.tuples(st.sampled_from(["ask", "took", "throttled", "refused"]), st.floats(0, 30)), max_size=60))
def test_whatever_happens_it_goes_on(steps: list[tuple[str, float]]) -> None:
    limits = Limits(10, 200)
    pace, now = Pace(limits, 0.0), 0.0
    for what, later in steps:
        now += later
        if what == "took":
            pace.took()
        elif what == "throttled":
            pace.throttled(now)
        elif what == "refused":
            pace.refused(now, others=3)
        else:
            wait_s = pace.wait_s(now)
            assert 0 <= wait_s <= limits.longest_pause_s
            if not wait_s:
                pace.sent()
            assert not math.isnan(wait_s)
        assert 1 <= pace.connections(now) <= 10
        assert 0 < pace.rate_per_s(now) <= 200


def test_a_failure_that_is_not_about_speed_costs_a_pause_and_no_speed() -> None:
    pace = Pace(Limits(1, rate_per_s=10), 0.0)
    pace.failed(0.0)
    pace.failed(0.5)
    assert pace.wait_s(0.5) == 0.5
    assert pace.rate_per_s(1.0) == 10
    pace.failed(1.0)
    assert pace.wait_s(1.0) == 2.0


def test_a_server_that_names_a_time_is_left_alone_for_so_long() -> None:
    pace = Pace(Limits(1), 0.0)
    pace.throttled(0.0, 30.0)
    assert pace.wait_s(0.0) == 30.0
    pace.throttled(10.0, 60.0)
    assert pace.wait_s(10.0) == 60.0
    pace.throttled(20.0, 1.0)
    assert pace.wait_s(20.0) == 50.0
