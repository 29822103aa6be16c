"""Rules on days: the issue's own, that of its sending, and those that its words name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newsletter.checks.rule import Remark
from newsletter.config.podcast import DAYS
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material

MOST_DAYS_AWAY = 270
"""Of a date without a year: as far as its words may reach, back or ahead."""

_WEEKDAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_MONTHS = {
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december"),
    "en": ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december"),
}  # fmt: skip
_DAY_FIRST = (
    r"(?P<weekday>{weekdays}),? (?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?P<month>{months})(?:,? (?P<year>\d{{4}}))?\b"
)
_MONTH_FIRST = (
    r"(?P<weekday>{weekdays}),? (?P<month>{months}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?\b"
)
_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-")


def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (
            name,
            re.compile(form.format(weekdays="|".join(_WEEKDAYS[name]), months="|".join(_MONTHS[name])), re.IGNORECASE),
        )
        for name, form in (("nl", _DAY_FIRST), ("en", _DAY_FIRST), ("en", _MONTH_FIRST))
    ]


_SAID_DAYS = _patterns()


def date_file(material: Material) -> Iterator[Remark]:
    """The file is named after another day than the issue says. Issues are found and sorted by their files' names.

    Mend the date, or rename the file.
    """
    path = PurePosixPath(material.issue.path)
    named = _DATED.match(path.parent.name if path.name == "issue.md" else path.name)
    if named and named[1] != material.issue.date.isoformat():
        yield Remark(material.at("date"), f"the date is {material.issue.date}, and the file is named after {named[1]}")


def date_send_at(material: Material) -> Iterator[Remark]:
    """The issue goes out on another day than it bears.

    Mend one of the two.
    """
    issue = material.issue
    if issue.send_at and issue.send_at.date() != issue.date:
        yield Remark(
            material.at("send_at"), f"send_at is on {issue.send_at:%Y-%m-%d}, and the issue bears {issue.date}"
        )


def date_schedule(material: Material) -> Iterator[Remark]:
    """The issue, which is still to come, is not of one of the days and times at which your readers expect it.

    Mend the date or the time; or leave them, if this one goes out on its own day.
    """
    issue, schedule = material.issue, material.settings.newsletter.schedule
    if not schedule or issue.date < material.now.date():
        return
    slots = ", ".join(f"{DAYS[slot.weekday]} {slot.at:%H:%M}" for slot in schedule)
    if issue.date.weekday() not in {slot.weekday for slot in schedule}:
        message = f"{issue.date} is a {DAYS[issue.date.weekday()]}, and the schedule has {slots}"
        yield Remark(material.at("date"), message)
    elif issue.send_at and (issue.send_at.weekday(), issue.send_at.time()) not in {(s.weekday, s.at) for s in schedule}:
        yield Remark(material.at("send_at"), f"send_at is at {issue.send_at:%H:%M}, and the schedule has {slots}")


def send_at_past(material: Material) -> Iterator[Remark]:
    """The time to send it is over, and it is still a draft.

    Give a later time; or write `status: ready`, if it is to go out now.
    """
    issue = material.issue
    if issue.send_at and issue.status == "draft" and issue.send_at < material.now:
        yield Remark(
            material.at("send_at"), f"send_at, {issue.send_at:%Y-%m-%d %H:%M}, is over, and it is still a draft"
        )


def date_weekday(material: Material) -> Iterator[Remark]:
    """The words name a day of the week and a date that do not go together; half of the readers come on the wrong one.

    Look it up, and mend one of the two.
    """
    for line in material.prose:
        for name, pattern in _SAID_DAYS if _DIGIT.search(line.text) else ():
            for found in pattern.finditer(line.text):
                if right := _right_weekday(found, name, material.issue.date):
                    yield Remark(line.at(found.start()), f"{quoted(found[0])}: that day is a {right}")


def _right_weekday(found: re.Match[str], language: str, issued: date) -> str:
    """Return the weekday of the date that was found, where it is another than it says; empty where it is right.

    A date without a year is one of the months before or after the issue.
    """
    month = _MONTHS[language].index(found["month"].casefold()) + 1
    said = _WEEKDAYS[language].index(found["weekday"].casefold())
    years = [int(found["year"])] if found["year"] else [issued.year, issued.year + 1, issued.year - 1]
    days = []
    for year in years:
        try:
            days.append(date(year, month, int(found["day"])))
        except ValueError:
            continue
    nearest = min(days, key=lambda day: abs((day - issued).days), default=None)
    near = [day for day in days if day == nearest or abs((day - issued).days) <= MOST_DAYS_AWAY]
    if nearest is None or any(day.weekday() == said for day in near):
        return ""
    right = _WEEKDAYS[language][nearest.weekday()]
    return f"{right.capitalize() if found['weekday'][0].isupper() else right} in {nearest.year}"
