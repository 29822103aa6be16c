"""The next slot of the week that no issue has."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import Slot
from newsletter.errors import UsageError
from newsletter.issue.schedule import next_slot

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEK = (Slot(1, time(7)), Slot(4, time(7)))


def slot(now: str, *taken: str, week: tuple[Slot, ...] = WEEK) -> str:
    moment = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)
    return next_slot(week, map(date.fromisoformat, taken), moment, AMSTERDAM).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("now", "next_one"),
    [
        ("2026-11-27 06:59", "2026-11-27 07:00+01:00"),
        ("2026-11-27 07:00", "2026-12-01 07:00+01:00"),
        ("2026-11-28 12:00", "2026-12-01 07:00+01:00"),
        ("2026-12-31 12:00", "2027-01-01 07:00+01:00"),
    ],
)
def test_the_next_slot_is_after_now(now: str, next_one: str) -> None:
    assert slot(now) == next_one


def test_a_day_that_has_an_issue_is_passed_over() -> None:
    assert slot("2026-11-28 12:00", "2026-12-01", "2026-12-04") == "2026-12-08 07:00+01:00"


def test_a_day_with_two_slots_can_have_two_issues() -> None:
    twice = (Slot(1, time(7)), Slot(1, time(17)))

    assert slot("2026-11-28 12:00", "2026-12-01", week=twice) == "2026-12-01 17:00+01:00"
    assert slot("2026-11-28 12:00", "2026-12-01", "2026-12-01", week=twice) == "2026-12-08 07:00+01:00"
    assert slot("2026-12-01 12:00", "2026-12-01", week=twice) == "2026-12-01 17:00+01:00"


def test_summer_and_winter_keep_the_hour_that_the_clock_shows() -> None:
    assert slot("2027-03-26 12:00") == "2027-03-30 07:00+02:00"
    assert slot("2026-10-23 12:00") == "2026-10-27 07:00+01:00"


NIGHT = (Slot(6, time(2, 30)),)


def test_a_time_that_the_clock_skips_is_as_long_after_the_skip() -> None:
    assert slot("2027-03-27 12:00", week=NIGHT) == "2027-03-28 03:30+02:00"


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert slot("2026-10-24 12:00", week=NIGHT) == "2026-10-25 02:30+02:00"
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45, before the clock goes back
    assert next_slot(NIGHT, [], between, AMSTERDAM).isoformat() == "2026-11-01T02:30:00+01:00"


def test_where_every_slot_has_an_issue_that_is_told() -> None:
    every = [date.fromordinal(date(2026, 11, 28).toordinal() + n).isoformat() for n in range(800)]

    with pytest.raises(UsageError, match=r"^every slot of the next 104 weeks has an issue; choose a day with --date$"):
        slot("2026-11-28 12:00", *every)
