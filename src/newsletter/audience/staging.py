"""A scratch table for the people of a file: more than memory should hold, and nothing that the database knows of yet.

It is a SQLite file without a name, which is gone when it is closed, however the process ends. The database itself is
written only when the whole file was read and judged, so others who write need not wait for that.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any, Self

from newsletter.audience.address import Address
from newsletter.audience.incoming import Incoming
from newsletter.audience.intake import ENDINGS
from newsletter.audience.values import packed_tags, unpacked_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_MAKE = """
create table person (line integer primary key, weight integer, key text, address text, status text, language text,
    first_name text, last_name text, attributes text, tags text, created_at_ms integer, confirmed_at_ms integer,
    ended_at_ms integer, evidence text, source text, paused_until_at_ms integer)
"""
_INSERT = "insert into person values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REPEATED = """
select line, kept from (
    select line, first_value(line) over (partition by key order by weight, line) as kept from person
    where key in (select key from person group by key having count(*) > 1)
) where line <> kept order by line
"""


class Staging:
    """The people of one file."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect("", isolation_level=None)
        # Nothing here outlives this process, so there is nothing to undo and nothing to keep.
        self._raw.execute("pragma journal_mode = off")
        self._raw.execute("pragma synchronous = off")
        self._raw.execute(_MAKE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def add(self, people: Iterable[Incoming]) -> None:
        """Put some people in."""
        self._raw.execute("begin")
        self._raw.executemany(_INSERT, map(_row, people))
        self._raw.execute("commit")

    def drop_repeated(self) -> list[tuple[int, int]]:
        """Keep one line of each person; return the lines that were dropped, each with the one that was kept.

        The first is kept, unless another says that mail is not wanted: that must not be lost.
        """
        repeated = self._raw.execute(_REPEATED).fetchall()
        self._raw.executemany("delete from person where line = ?", ((line,) for line, _ in repeated))
        return repeated

    def count(self) -> int:
        """Return how many people are in."""
        return int(self._raw.execute("select count(*) from person").fetchone()[0])

    def batches(self, rows: int) -> Iterator[list[Incoming]]:
        """Yield the people in the order of their lines, so many at a time."""
        cursor = self._raw.execute("select * from person order by line")
        while found := cursor.fetchmany(rows):
            yield [_person(row) for row in found]


def _row(person: Incoming) -> tuple[object, ...]:
    weight = 0 if person.status in ENDINGS else 1 if person.status == "unsubscribed" else 2
    return (
        person.line,
        weight,
        person.address.key,
        person.address.text,
        person.status,
        person.language,
        person.first_name,
        person.last_name,
        json.dumps(person.attributes) if person.attributes else "",
        packed_tags(person.tags),
        person.created_at_ms,
        person.confirmed_at_ms,
        person.ended_at_ms,
        json.dumps(person.evidence) if person.evidence else "",
        person.source,
        person.paused_until_at_ms,
    )


def _person(row: tuple[Any, ...]) -> Incoming:
    (
        line,
        _,
        key,
        address,
        status,
        language,
        first,
        last,
        attributes,
        tags,
        created,
        confirmed,
        ended,
        evidence,
        source,
        paused,
    ) = row
    return Incoming(
        line=line,
        address=Address(address, key),
        status=status,
        language=language,
        first_name=first,
        last_name=last,
        attributes=json.loads(attributes) if attributes else {},
        tags=unpacked_tags(tags),
        created_at_ms=created,
        confirmed_at_ms=confirmed,
        ended_at_ms=ended,
        evidence=json.loads(evidence) if evidence else {},
        source=source,
        paused_until_at_ms=paused,
    )
