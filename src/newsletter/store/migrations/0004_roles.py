"""A sender has a role: issues, or the newsletter's own mails. `schema` says what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Add the column; whoever sends by now sends issues."""
    connection.exec_driver_sql(
        "alter table sender add column role text not null default 'issues' "
        "constraint sender_role check (role in ('issues', 'own_mails'))"
    )
