"""A throw-away copy of the audience, to send to without anybody knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from newsletter.store import Begin, reading, writing
from newsletter.store.schema import subscriber, suppression

if TYPE_CHECKING:
    from sqlalchemy import Engine

_BATCH = 2000


def copy_audience(source: Engine, target: Engine) -> None:
    """Copy everybody who may get mail, and everybody who may not, into an empty database of any kind."""
    with reading(source) as old, writing(target, begin=Begin.LAX) as new:
        for table in (subscriber, suppression):
            rows = old.execution_options(yield_per=_BATCH).execute(select(table)).mappings()
            for batch in rows.partitions(_BATCH):
                new.execute(insert(table), [dict(row) for row in batch])
