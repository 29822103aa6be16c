"""Readers: as much of the subscribers as a mail and a plan need, for the million times that they are read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from newsletter.audience.segments import mailable
from newsletter.store.schema import subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from newsletter.config import Condition

_BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets mail."""

    id: int
    address: str
    address_key: str
    language: str
    fields: Mapping[str, str]
    """What `{{ subscriber.… }}` may say beyond the address and the language; nothing of what is not known."""


def readers(address: ColumnElement[str] = subscriber.c.address) -> Select[Any]:
    """Return the statement for what a mail needs of everybody; `from_row` takes its rows.

    `address` is where their mail goes, if it is not what the subscriber has now.
    """
    names = ("address_key", "language", "first_name", "last_name", "attributes")
    return select(subscriber.c.id, address, *(subscriber.c[name] for name in names))


def from_row(row: Row[Any]) -> Reader:
    """Return a row of `readers` as a reader; further columns may follow in it."""
    id_, address, address_key, language, first_name, last_name, attributes = tuple(row)[:7]
    fields = {"first_name": first_name, "last_name": last_name, **attributes}
    return Reader(id_, address, address_key, language, MappingProxyType({k: v for k, v in fields.items() if v}))


def mailable_readers(connection: Connection, condition: Condition, now_ms: int) -> Iterator[Reader]:
    """Yield those who get mail that is for this segment, as `select_for` chooses them; a few at a time in memory."""
    chosen = mailable(readers(), condition, now_ms)
    with connection.execute(chosen, execution_options={"yield_per": _BATCH_ROWS}) as result:
        for row in result:
            yield from_row(row)
