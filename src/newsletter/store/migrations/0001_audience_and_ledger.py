"""Subscribers, suppressions, and the ledger of what was sent to whom. `schema` says what each column means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.store.migrations import TYPES

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STATEMENTS = (
    """
    create table subscriber (
        id {id},
        address text not null,
        address_key text not null,
        status text not null,
        language text not null,
        first_name text not null default '',
        last_name text not null default '',
        attributes {json} not null default '{{}}',
        tags text not null default '',
        created_at_ms bigint not null,
        confirmed_at_ms bigint,
        unsubscribed_at_ms bigint,
        consent_source text not null,
        consent_evidence {json} not null default '{{}}',
        constraint subscriber_address_key unique (address_key),
        constraint subscriber_status check (status in ('pending', 'active', 'unsubscribed')),
        constraint subscriber_unsubscribed_at_ms check (
            (status = 'unsubscribed') = (unsubscribed_at_ms is not null)
        )
    )
    """,
    "create index subscriber_not_active on subscriber (status, id) where status <> 'active'",
    """
    create table suppression (
        address_key text not null primary key,
        reason text not null,
        until_at_ms bigint,
        evidence text not null default '',
        at_ms bigint not null,
        constraint suppression_reason check (
            reason in ('hard_bounce', 'soft_bounce', 'complaint', 'editor', 'forgotten')
        )
    )
    """,
    """
    create table send (
        id {id},
        issue_id text not null,
        status text not null,
        content_sha256 text not null,
        recipients_sha256 text not null,
        audience bigint not null,
        deadline_at_ms bigint,
        in_doubt_policy text not null default 'hold',
        created_at_ms bigint not null,
        constraint send_issue_id unique (issue_id),
        constraint send_status check (status in ('planned', 'sending', 'paused', 'done', 'cancelled')),
        constraint send_in_doubt_policy check (in_doubt_policy in ('hold', 'resend', 'assume_sent'))
    )
    """,
    """
    create table sender (
        lease text not null primary key,
        host text not null,
        pid integer not null,
        boot_id text not null,
        started_at_ms bigint not null,
        beat_at_ms bigint not null
    )
    """,
    """
    create table delivery (
        id {id},
        send_id bigint not null,
        subscriber_id bigint not null,
        address text not null,
        address_key text not null,
        state text not null default 'pending',
        lease text,
        attempts integer not null default 0,
        next_at_ms bigint not null default 0,
        transport text,
        remote_id text,
        code text,
        reply text,
        wired_at_ms bigint,
        done_at_ms bigint,
        constraint delivery_once unique (send_id, address_key),
        constraint delivery_state check (
            state in ('pending', 'claimed', 'wire', 'sent', 'failed', 'in_doubt', 'skipped', 'cancelled')
        ),
        constraint delivery_lease check ((state in ('claimed', 'wire')) = (lease is not null)),
        constraint delivery_send_id foreign key (send_id) references send (id)
    )
    """,
    "create index delivery_due on delivery (send_id, next_at_ms, id) where state = 'pending'",
    "create index delivery_held on delivery (lease) where state in ('claimed', 'wire')",
    "create index delivery_doubt on delivery (send_id) where state = 'in_doubt'",
    "create index delivery_subscriber on delivery (subscriber_id, send_id)",
    """
    create table delivery_event (
        id {id},
        delivery_id bigint not null,
        source text not null,
        event_id text,
        kind text not null,
        code text not null default '',
        detail text not null default '',
        at_ms bigint not null,
        constraint delivery_event_once unique (source, event_id),
        constraint delivery_event_delivery_id foreign key (delivery_id) references delivery (id)
    )
    """,
    "create index delivery_event_delivery on delivery_event (delivery_id, id)",
    """
    create table bucket (
        name text not null primary key,
        rate_per_s {double} not null,
        burst {double} not null,
        tokens {double} not null,
        at_ms bigint not null
    )
    """,
)


def upgrade(connection: Connection) -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.format_map(TYPES[connection.dialect.name]))
