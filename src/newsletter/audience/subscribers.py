"""Subscribers: who they are, what is known of them, and the lists and counts of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from newsletter.audience.segments import EVERYBODY, where
from newsletter.audience.values import from_ms, unpacked_tags
from newsletter.store.schema import subscriber, suppression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping, Select

    from newsletter.config import Condition

STATUSES = ("pending", "active", "unsubscribed")
"""Asked to confirm, and has not yet; gets mail; wants none."""

_BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Subscriber:
    """All that is kept of one person in one place."""

    id: int
    address: str
    address_key: str
    status: str
    """One of `STATUSES`."""
    language: str
    first_name: str
    last_name: str
    attributes: Mapping[str, str]
    """The fields of `[subscribers]` of which something is known."""
    tags: tuple[str, ...]
    created_at: datetime
    confirmed_at: datetime | None
    unsubscribed_at: datetime | None
    consent_source: str
    """How they came here."""
    consent_evidence: Mapping[str, str]
    paused_until: datetime | None
    """They asked for no mail before; None for no pause."""
    suppressed_for: str
    """The reason why they get no mail whatever their status is; mostly empty."""

    @property
    def fields(self) -> dict[str, str]:
        """What `{{ subscriber.… }}` and segments may say, beyond the address and the language."""
        return {"first_name": self.first_name, "last_name": self.last_name, **self.attributes}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which subscribers a list shows: those that meet all of it."""

    status: str = ""
    """One of `STATUSES`, or `suppressed`; empty for any."""
    condition: Condition = EVERYBODY


def people(now_ms: int) -> Select[Any]:
    """Return the statement for all that is known of everybody at `now_ms`; `from_row` takes its rows."""
    until = suppression.c.until_at_ms
    holds = (suppression.c.address_key == subscriber.c.address_key) & (until.is_(None) | (until > now_ms))
    reason = func.coalesce(suppression.c.reason, "").label("suppressed_for")
    return select(subscriber, reason).select_from(subscriber.outerjoin(suppression, holds))


def find(connection: Connection, address_key: str, now_ms: int) -> Subscriber | None:
    """Return the subscriber with this key."""
    row = connection.execute(people(now_ms).where(subscriber.c.address_key == address_key)).mappings().first()
    return None if row is None else from_row(row)


def find_id(connection: Connection, subscriber_id: int, now_ms: int) -> Subscriber | None:
    """Return the subscriber with this id."""
    row = connection.execute(people(now_ms).where(subscriber.c.id == subscriber_id)).mappings().first()
    return None if row is None else from_row(row)


def page(connection: Connection, wanted: Filter, after_id: int, limit: int, now_ms: int) -> Sequence[Subscriber]:
    """Return the first `limit` subscribers that meet a filter, of those with an id above `after_id`."""
    chosen = _filtered(people(now_ms), wanted).where(subscriber.c.id > after_id).limit(limit)
    return [from_row(row) for row in connection.execute(chosen).mappings()]


def total(connection: Connection, wanted: Filter, now_ms: int) -> int:
    """Return how many subscribers meet a filter."""
    chosen = _filtered(people(now_ms), wanted).with_only_columns(subscriber.c.id).order_by(None).subquery()
    return connection.scalar(select(func.count()).select_from(chosen)) or 0


def stream(connection: Connection, wanted: Filter, now_ms: int) -> Iterator[Subscriber]:
    """Yield every subscriber that meets a filter, in the order of their ids; a few at a time are in memory."""
    return _streamed(connection, _filtered(people(now_ms), wanted))


def _filtered(statement: Select[Any], wanted: Filter) -> Select[Any]:
    statement = statement.where(where(wanted.condition)).order_by(subscriber.c.id)
    if wanted.status == "suppressed":
        return statement.where(suppression.c.reason.is_not(None))
    return statement.where(subscriber.c.status == wanted.status) if wanted.status else statement


def _streamed(connection: Connection, statement: Select[Any]) -> Iterator[Subscriber]:
    with connection.execute(statement, execution_options={"yield_per": _BATCH_ROWS}) as result:
        for row in result.mappings():
            yield from_row(row)


def from_row(row: RowMapping) -> Subscriber:
    """Return a row of `people` as a person."""
    confirmed, unsubscribed = row["confirmed_at_ms"], row["unsubscribed_at_ms"]
    return Subscriber(
        id=row["id"],
        address=row["address"],
        address_key=row["address_key"],
        status=row["status"],
        language=row["language"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        attributes=MappingProxyType(row["attributes"]),
        tags=unpacked_tags(row["tags"]),
        created_at=from_ms(row["created_at_ms"]),
        confirmed_at=None if confirmed is None else from_ms(confirmed),
        unsubscribed_at=None if unsubscribed is None else from_ms(unsubscribed),
        consent_source=row["consent_source"],
        consent_evidence=MappingProxyType(row["consent_evidence"]),
        paused_until=None if row["paused_until_at_ms"] is None else from_ms(row["paused_until_at_ms"]),
        suppressed_for=row["suppressed_for"],
    )
