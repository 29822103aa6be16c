"""Days and times of blocks: in the newsletter's zone, and in an order that can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from newsletter.issue import load_kinds
from tests.issue.drafts import FRONT, HOUSE, KINDS, body_faults, faults, only_block, theme

if TYPE_CHECKING:
    from pathlib import Path


def start_of(start: str, end: str = "") -> list[datetime]:
    block = only_block(f'::: event {{start="{start}"{f" end={end!r}" if end else ""}}} Proef\n:::\n')
    times = [block.attributes[name] for name in ("start", "end") if name in block.attributes]
    return [time for time in times if isinstance(time, datetime)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-12-08 20:00", datetime(2026, 12, 8, 19, 0, tzinfo=UTC)),
        ("2027-07-01 20:00", datetime(2027, 7, 1, 18, 0, tzinfo=UTC)),
        ("2027-10-31 02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_in_the_zone_of_the_newsletter(written: str, meant: datetime) -> None:
    [start] = start_of(written)
    assert start.astimezone(UTC) == meant


def test_an_event_may_be_on_the_day_of_the_issue() -> None:
    assert len(start_of("2026-11-24 00:00", "2026-11-24 00:01")) == 2


def test_an_hour_that_comes_twice_is_long() -> None:
    """The clock goes back from 03:00 to 02:00 in between."""
    begin, end = start_of("2027-10-31 01:30", "2027-10-31 03:30")
    assert (end.astimezone(UTC) - begin.astimezone(UTC)).total_seconds() == 3 * 3600


def test_the_order_is_not_guessed_where_a_time_is_wrong() -> None:
    assert body_faults('::: event {start="morgen" end="2026-12-08 19:00"} Proef\n:::\n') == [
        'issue.md:5:19: start "morgen" is not a day and time; write them as 2026-11-24 07:00'
    ]


def test_days_have_an_order_too_and_a_default_is_held_to_nothing(tmp_path: Path) -> None:
    schema = """
    [attributes.first]
    type = "date"
    after = "issue"
    default = "2026-01-01"
    [attributes.last]
    type = "date"
    after = "first"
    """
    house = replace(HOUSE, kinds=KINDS | load_kinds([theme(tmp_path, fair=schema)]))
    assert faults(f'{FRONT}::: fair {{last="2026-01-02"}}\n:::\n', house) == []
    assert faults(f'{FRONT}::: fair {{first="2026-11-23" last="2026-11-23"}}\n:::\n', house) == [
        'issue.md:5:18: first "2026-11-23" is before the day of the issue, 2026-11-24',
        'issue.md:5:36: last "2026-11-23" must be after first, 2026-11-23',
    ]


def test_a_default_that_the_clock_skips_is_told(tmp_path: Path) -> None:
    schema = '[attributes.start]\ntype = "datetime"\ndefault = "2027-03-28 02:30"\n'
    house = replace(HOUSE, kinds=KINDS | load_kinds([theme(tmp_path, fair=schema)]))
    assert faults(f"{FRONT}::: fair\n:::\n", house) == [
        'issue.md:5:1: start "2027-03-28 02:30" is a time that does not exist, as the clock goes forward then'
    ]


@pytest.mark.parametrize(
    ("day", "zone"), [("0001-01-01 00:00", "Europe/Amsterdam"), ("9999-12-31 23:59", "America/Lima")]
)
def test_a_time_at_the_end_of_all_time_is_told(day: str, zone: str) -> None:
    house = replace(HOUSE, timezone=ZoneInfo(zone))
    told = faults(f'{FRONT}::: event {{start="{day}"}} Proef\n:::\n', house)
    assert told == [f'issue.md:5:19: start "{day}" is too far away']


def test_without_a_date_of_the_issue_nothing_is_too_early() -> None:
    front = FRONT.replace("date: 2026-11-24\n", "")
    assert faults(f'{front}::: event {{start="1999-12-31 20:00"}} Proef\n:::\n') == [
        "issue.md:1:1: the front matter has no date; add `date: 2026-11-24`"
    ]
