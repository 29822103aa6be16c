"""A row that is there once, whoever else adds it at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Add a row unless one is there that a key of the table takes for the same; return whether it was added."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1
