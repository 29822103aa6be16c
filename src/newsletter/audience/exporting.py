"""Export subscribers as a file that other services, spreadsheets and our own import read."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from sqlalchemy import select

from newsletter.audience.consent import consents_of_all
from newsletter.audience.csv_file import guarded
from newsletter.audience.intake import ENDINGS
from newsletter.audience.subscribers import Filter, stream
from newsletter.audience.values import from_ms
from newsletter.store.schema import subscriber, suppression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from newsletter.audience.consent import Consent
    from newsletter.audience.subscribers import Subscriber


_TOGETHER = 500
"""People whose steps are asked for in one query."""


def export(
    connection: Connection, file: TextIO, fields: Sequence[str], wanted: Filter, now_ms: int, *, raw: bool = False
) -> int:
    """Write subscribers as CSV (RFC 4180), every cell in quotes; return how many.

    Args:
        connection: To read from.
        file: To write to; open it with `newline=""`.
        fields: The names in `[subscribers]`, a column each.
        wanted: Which. Where that is everybody, addresses that are suppressed and of no subscriber follow.
        now_ms: The moment, which decides about suppressions that are for a time.
        raw: Leave cells as they are that a spreadsheet would take for a formula.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(_header(fields))
    rows = 0
    for row in _rows(connection, fields, wanted, now_ms):
        writer.writerow(row if raw else [guarded(cell) for cell in row])
        rows += 1
    return rows


def _header(fields: Sequence[str]) -> list[str]:
    names = ["email", "status", "language", "first_name", "last_name", *fields, "tags"]
    return [*names, "created", "confirmed", "unsubscribed", "consent", "consent_evidence", "paused_until", "proof"]


def _rows(connection: Connection, fields: Sequence[str], wanted: Filter, now_ms: int) -> Iterator[list[str]]:
    people = stream(connection, wanted, now_ms)
    while some := list(islice(people, _TOGETHER)):
        steps = consents_of_all(connection, [person.id for person in some])
        for person in some:
            yield _row(person, fields, steps.get(person.id, ()))
    if wanted == Filter():
        yield from _nobodys(connection, fields)


def _row(person: Subscriber, fields: Sequence[str], steps: Sequence[Consent]) -> list[str]:
    ended = person.suppressed_for in ENDINGS
    return [
        person.address,
        # So that an import elsewhere, or here, knows it too.
        person.suppressed_for if ended else person.status,
        person.language,
        person.first_name,
        person.last_name,
        *(person.attributes.get(name, "") for name in fields),
        ",".join(person.tags),
        _moment(person.created_at),
        _moment(person.confirmed_at),
        _moment(person.unsubscribed_at),
        person.consent_source,
        json.dumps(dict(person.consent_evidence), ensure_ascii=False) if person.consent_evidence else "",
        _moment(person.paused_until),
        _proof(steps),
    ]


def _proof(steps: Sequence[Consent]) -> str:
    """Return what somebody did on the public pages, as JSON: all that is kept of each step."""
    told = [{**asdict(step), "at": _moment(step.at)} for step in steps]
    return json.dumps(told, ensure_ascii=False) if told else ""


def _nobodys(connection: Connection, fields: Sequence[str]) -> Iterator[list[str]]:
    """Yield the suppressed addresses of which nothing else is kept."""
    known = select(subscriber.c.id).where(subscriber.c.address_key == suppression.c.address_key).exists()
    chosen = select(suppression).where(suppression.c.reason.in_(ENDINGS), ~known).order_by(suppression.c.address_key)
    for row in connection.execute(chosen, execution_options={"yield_per": 1000}):
        unsaid = [""] * (len(fields) + 4)
        yield [row.address_key, row.reason, *unsaid, _moment(from_ms(row.at_ms)), "", "", row.evidence, "", "", ""]


def _moment(moment: datetime | None) -> str:
    return (
        ""
        if moment is None
        else moment.isoformat(timespec="milliseconds").replace(".000+00:00", "Z").replace("+00:00", "Z")
    )
