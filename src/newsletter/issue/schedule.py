"""When the next issue goes out: the first slot of the week that no issue has yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, tzinfo

    from newsletter.config import Slot

WEEKS_AHEAD = 104


def next_slot(schedule: Sequence[Slot], taken: Iterable[date], now: datetime, zone: tzinfo) -> datetime:
    """Return the next free slot after `now`, in the newsletter's time zone.

    `taken` are the days of the issues there are, each as often as there are issues of that day: the second slot of a
    day is free while the day has one issue.

    Raises:
        UsageError: none is free for two years.
    """
    counts: dict[date, int] = {}
    for day in taken:
        counts[day] = counts.get(day, 0) + 1
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(7 * WEEKS_AHEAD)):
        # Compared in UTC: within one zone, Python compares what the clock shows, and that goes back once a year.
        for slot in list(slots_of(schedule, day, zone))[counts.get(day, 0) :]:
            if slot.astimezone(UTC) > now.astimezone(UTC):
                return slot
    message = f"every slot of the next {WEEKS_AHEAD} weeks has an issue; choose a day with --date"
    raise UsageError(message)


def slots_of(schedule: Sequence[Slot], day: date, zone: tzinfo) -> Iterator[datetime]:
    """Yield the slots of one day.

    Of an hour that comes twice, the first is meant. A time that the clock skips is the moment as long after the skip.
    """
    for slot in schedule:
        if slot.weekday == day.weekday():
            meant = datetime.combine(day, slot.at, zone)
            yield meant.astimezone(UTC).astimezone(zone)
