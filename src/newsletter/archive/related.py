"""Which issues are on the same subject: those that share tags."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from newsletter.archive.record import Record

MOST = 3
_NEAR = 8
"""So many of a tag are looked at for each issue: a tag may have thousands."""


def related(records: Sequence[Record], filed: Iterable[Sequence[Record]]) -> Mapping[str, Sequence[Record]]:
    """Return for each issue, by its slug, the older ones in its language that share most tags with it, at most `MOST`.

    `records` are all issues, `filed` those of each tag; both newest first. As no issue names a newer one, a new issue
    changes no page. The one right before it is left out: every page leads there anyway.
    """
    before = {record.slug: older.slug for record, older in pairwise(records)}
    shared: dict[str, Counter[str]] = defaultdict(Counter)
    for of_tag in filed:
        for place, record in enumerate(of_tag):
            older = of_tag[place + 1 : place + 1 + _NEAR]
            alike = (one.slug for one in older if one.language == record.language)
            shared[record.slug].update(slug for slug in alike if slug != before[record.slug])
    by_slug = {record.slug: record for record in records}

    def nearest(times: Counter[str]) -> list[Record]:
        first = sorted(times, key=lambda slug: (times[slug], by_slug[slug].date, slug), reverse=True)
        return [by_slug[slug] for slug in first[:MOST]]

    return {slug: nearest(times) for slug, times in shared.items()}
