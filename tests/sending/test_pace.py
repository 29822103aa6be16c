"""How fast it goes, and how long it takes."""

from __future__ import annotations

import pytest

from newsletter.sending.pace import Pace


def test_nobody_can_say_before_something_is_done() -> None:
    pace = Pace(100.0)
    assert (pace.per_second, pace.seconds_left(10)) == (0.0, None)
    pace.note(100.0, 5)
    assert pace.per_second == 0.0


def test_nothing_left_takes_no_time() -> None:
    assert Pace(100.0).seconds_left(0) == 0.0


def test_the_speed_of_late_is_what_counts() -> None:
    """A start at full speed does not hide that the server slowed down since."""
    pace = Pace(0.0, window_s=30.0)
    for second in range(1, 11):
        pace.note(float(second), second * 100)
    assert pace.per_second == 100.0
    for second in range(11, 61):
        pace.note(float(second), 1000 + (second - 10) * 10)
    assert pace.per_second == pytest.approx(10.0)
    assert pace.seconds_left(600) == pytest.approx(60.0)
