"""Bring a database up to date: each step of `migrations` in a transaction of its own, with its number.

Killed half-way, a database is as it was before the step. Two processes at once: one makes the step, the other
waits for it and finds it made.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import insert, inspect, select, update

from newsletter.errors import StoreError
from newsletter.store.migrations import STEPS
from newsletter.store.schema import meta, metadata
from newsletter.store.transaction import place, reading, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

_LOCK = 0x6E77_736C
"""Of PostgreSQL's advisory locks, the one that is held during a step."""


def migrate(engine: Engine, fresh_id: str, steps: Sequence[str] = STEPS) -> None:
    """Take the steps that the database has not gone through yet.

    Args:
        engine: The database.
        fresh_id: The instance id that a new one gets.
        steps: The names of the steps, in their order.

    Raises:
        StoreError: it was made by a later version, or holds tables of another program.
    """
    with reading(engine) as connection:
        done = steps_done(connection, len(steps))
    while done < len(steps):
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
            done = steps_done(connection, len(steps))
            if done < len(steps):
                _take(connection, steps[done], done + 1, fresh_id)


def steps_done(connection: Connection, known: int) -> int:
    """Return the number of the database's schema; 0 where there is nothing yet."""
    where = place(connection.engine)
    columns = _columns(connection)
    if "meta" not in columns:
        if taken := sorted(columns.keys() & metadata.tables.keys()):
            message = f"{where}: another program keeps its {taken[0]} here; name another database"
            raise StoreError(message)
        return 0
    found = None
    if columns["meta"] == {"name", "value"}:
        found = connection.scalar(select(meta.c.value).where(meta.c.name == "schema_version"))
    if found is None:
        message = f"{where}: another program keeps its meta here; name another database"
        raise StoreError(message)
    if int(found) > known:
        message = (
            f"{where}: it was made by a later version of newsletter (its schema is {found}, this version knows up to "
            f"{known}); install that version"
        )
        raise StoreError(message)
    return int(found)


def _columns(connection: Connection) -> dict[str, set[str]]:
    """Return the tables that are there, each with the names of its columns."""
    inspector = inspect(connection)
    names = [name for name in inspector.get_table_names() if name in metadata.tables]
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in names}


def _take(connection: Connection, step: str, number: int, fresh_id: str) -> None:
    if number == 1:
        meta.create(connection)
        connection.execute(
            insert(meta),
            [
                {"name": "schema_version", "value": "0"},
                {"name": "instance_id", "value": fresh_id},
                {"name": "ledger_epoch", "value": "0"},
            ],
        )
    import_module(f"newsletter.store.migrations.{step}").upgrade(connection)
    connection.execute(update(meta).where(meta.c.name == "schema_version").values(value=str(number)))
