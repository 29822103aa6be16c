"""A delivery knows the request that it went out in. `schema` says what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Add the column; what was sent before went out in no request that anybody knows again."""
    connection.exec_driver_sql("alter table delivery add column request text")
