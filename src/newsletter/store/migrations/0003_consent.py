"""Who agreed to what, when and where; and readers who pause. `schema` says what that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.store.migrations import TYPES

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATEMENTS = (
    """
    create table consent_wording (
        sha256 text not null primary key,
        wording text not null
    )
    """,
    """
    create table consent (
        id {id},
        subscriber_id bigint not null,
        step text not null,
        at_ms bigint not null,
        language text not null,
        wording_sha256 text,
        form_url text not null,
        client text not null default '',
        message_id text not null default '',
        constraint consent_step check (step in ('asked', 'confirmed', 'left', 'returned')),
        constraint consent_wording_sha256 foreign key (wording_sha256) references consent_wording (sha256)
    )
    """,
    "create index consent_subscriber on consent (subscriber_id, id)",
    "create index consent_asked on consent (at_ms) where step = 'asked'",
    "alter table subscriber add column paused_until_at_ms bigint",
)


def upgrade(connection: Connection) -> None:
    """Make the tables; nobody pauses yet."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.format_map(TYPES[connection.dialect.name]))
