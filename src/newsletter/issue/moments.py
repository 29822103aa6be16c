"""Days and times in the attributes of a block: in the newsletter's time zone, and in an order that can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.issue.kinds import ISSUE
from newsletter.model import Finding
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, tzinfo

    from newsletter.issue.holes import Written
    from newsletter.issue.kinds import Attribute
    from newsletter.model import Value


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return a day and time as they are meant in a time zone; of an hour that comes twice, the first.

    Raises:
        ValueError: the clock skips that time, or it is next to the beginning or the end of time.
    """
    meant = moment.replace(tzinfo=zone)
    try:
        there_and_back = meant.astimezone(UTC).astimezone(zone)
    except OverflowError:
        message = "is too far away"
        raise ValueError(message) from None
    if there_and_back.replace(tzinfo=None) != moment:
        message = "is a time that does not exist, as the clock goes forward then"
        raise ValueError(message)
    return meant


def order_findings(
    attributes: Mapping[str, Attribute], values: Mapping[str, Value], written: Mapping[str, Written], day: date | None
) -> Iterator[Finding]:
    """Yield what comes too early: before the attribute that it must come after, or before the day of the issue."""
    for name, attribute in attributes.items():
        if not attribute.after or name not in values or name not in written:
            continue
        place, lead = written[name].position, f"{name} {quoted(written[name].text)}"
        if attribute.after == ISSUE:
            if day and _day(values[name]) < day:
                yield Finding(place, f"{lead} is before the day of the issue, {day.isoformat()}", "attribute-order")
        elif attribute.after in values and not _is_later(values[name], values[attribute.after]):
            message = f"{lead} must be after {attribute.after}, {_said(values[attribute.after])}"
            yield Finding(place, message, "attribute-order")


def _day(value: Value) -> date:
    assert not isinstance(value, str | int)  # noqa: S101 - the schema was checked: only days and times have an order
    return value.date() if isinstance(value, datetime) else value


def _is_later(value: Value, other: Value) -> bool:
    if isinstance(value, datetime) and isinstance(other, datetime):
        return value.astimezone(UTC) > other.astimezone(UTC)
    return _day(value) > _day(other)


def _said(value: Value) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
