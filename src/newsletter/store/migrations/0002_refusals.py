"""A sending knows whether its refusals are believed. `schema` says what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Add the column; what was sent before believed each refusal, and counts those to come."""
    connection.exec_driver_sql(
        "alter table send add column refusals text not null default 'counted' "
        "constraint send_refusals check (refusals in ('counted', 'held', 'believed'))"
    )
