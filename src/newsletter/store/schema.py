"""The tables as they are now. `migrations` makes them; a test holds the two to each other.

Moments are whole milliseconds since 1970 in UTC, and their columns end in `_at_ms`. A column may hold NULL only
where the comment says what that means. Each index names the query that it serves.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

_Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts only in a column that is called integer."""

_Json = JSON().with_variant(JSONB(), "postgresql")

meta = Table(
    "meta",
    metadata,
    # What is true of the whole database, one row each: schema_version, instance_id, ledger_epoch.
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# --- The audience -----------------------------------------------------------------------------------------------------

subscriber = Table(
    "subscriber",
    metadata,
    # Never given to another person: links in old mail carry it. Hence `sqlite_autoincrement`.
    Column("id", _Id, Identity(), primary_key=True),
    Column("address", Text, nullable=False),  # in its normal form; mail goes here
    Column("address_key", Text, nullable=False),  # equal for all spellings of one mailbox
    Column("status", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("first_name", Text, nullable=False, server_default=text("''")),
    Column("last_name", Text, nullable=False, server_default=text("''")),
    # The fields of [subscribers], name → text; a name that is missing means an empty text.
    Column("attributes", _Json, nullable=False, server_default=text("'{}'")),
    # In lower case, between commas on both sides: ",founder,vip,". A segment reads every row anyway, and in one
    # column a million rows need neither a second table nor a join.
    Column("tags", Text, nullable=False, server_default=text("''")),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("confirmed_at_ms", BigInteger),  # NULL: never confirmed
    Column("unsubscribed_at_ms", BigInteger),  # NULL: not unsubscribed
    Column("consent_source", Text, nullable=False),  # how they came here, such as "members.csv:12 sha256:3f2a…"
    Column("consent_evidence", _Json, nullable=False, server_default=text("'{}'")),  # what another service said of it
    Column("paused_until_at_ms", BigInteger),  # gets no mail before; NULL: wants no pause
    UniqueConstraint("address_key", name="subscriber_address_key"),
    CheckConstraint("status in ('pending', 'active', 'unsubscribed')", name="subscriber_status"),
    CheckConstraint(
        "(status = 'unsubscribed') = (unsubscribed_at_ms is not null)", name="subscriber_unsubscribed_at_ms"
    ),
    # The lists and counts of those who get no mail; the others are nearly all, and an index would not help.
    Index(
        "subscriber_not_active",
        "status",
        "id",
        sqlite_where=text("status <> 'active'"),
        postgresql_where=text("status <> 'active'"),
    ),
    sqlite_autoincrement=True,
)

suppression = Table(
    "suppression",
    metadata,
    # Who must not get mail whatever an import says: an address_key, or its keyed hash after `forget`.
    Column("address_key", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until_at_ms", BigInteger),  # NULL: for ever
    Column("evidence", Text, nullable=False, server_default=text("''")),  # such as "bounce 5.1.1" or "members.csv:12"
    Column("at_ms", BigInteger, nullable=False),
    CheckConstraint(
        "reason in ('hard_bounce', 'soft_bounce', 'complaint', 'editor', 'forgotten')", name="suppression_reason"
    ),
)

consent_wording = Table(
    "consent_wording",
    metadata,
    # The sentences that people agreed to, each once.
    Column("sha256", Text, primary_key=True),
    Column("wording", Text, nullable=False),
)

consent = Table(
    "consent",
    metadata,
    # What people did by themselves on the public pages: the proof of consent. Rows are added and, when their time is
    # over, deleted; of what they say, only `client` is ever taken away.
    Column("id", _Id, Identity(), primary_key=True),
    # No foreign key: that somebody agreed and left stays true when they are forgotten.
    Column("subscriber_id", BigInteger, nullable=False),
    Column("step", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("language", Text, nullable=False),  # of the page
    Column(
        "wording_sha256", Text, ForeignKey("consent_wording.sha256", name="consent_wording_sha256")
    ),  # what the page said that they agree to; NULL: it asked for nothing
    Column("form_url", Text, nullable=False),  # of the page, without what stands for the reader in it
    Column("client", Text, nullable=False, server_default=text("''")),  # the network or IP address they came from
    Column("message_id", Text, nullable=False, server_default=text("''")),  # of the mail whose link was opened
    CheckConstraint("step in ('asked', 'confirmed', 'left', 'returned')", name="consent_step"),
    # The history of one person.
    Index("consent_subscriber", "subscriber_id", "id"),
    # Who asked so long ago that they will not confirm any more.
    Index("consent_asked", "at_ms", sqlite_where=text("step = 'asked'"), postgresql_where=text("step = 'asked'")),
    sqlite_autoincrement=True,
)

# --- The ledger -------------------------------------------------------------------------------------------------------

send = Table(
    "send",
    metadata,
    Column("id", _Id, Identity(), primary_key=True),
    # The slug, which is permanent; of a mail of the newsletter's own its kind and period: "own:confirm:2026-11-27".
    Column("issue_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("content_sha256", Text, nullable=False),  # of what is sent; another content is another issue
    Column("recipients_sha256", Text, nullable=False),  # of the address_keys that were planned, in order
    Column("audience", BigInteger, nullable=False),  # how many were planned; Σ of their states, always
    Column("deadline_at_ms", BigInteger),  # NULL: none; later than this nothing more is sent
    Column("in_doubt_policy", Text, nullable=False, server_default=text("'hold'")),
    Column("created_at_ms", BigInteger, nullable=False),
    # What "no such address" means: it suppresses, and is counted; too many, so the editor is asked; it is believed.
    Column("refusals", Text, nullable=False, server_default=text("'counted'")),
    UniqueConstraint("issue_id", name="send_issue_id"),
    CheckConstraint("status in ('planned', 'sending', 'paused', 'done', 'cancelled')", name="send_status"),
    CheckConstraint("in_doubt_policy in ('hold', 'resend', 'assume_sent')", name="send_in_doubt_policy"),
    CheckConstraint("refusals in ('counted', 'held', 'believed')", name="send_refusals"),
    sqlite_autoincrement=True,
)

sender = Table(
    "sender",
    metadata,
    # A process that sends. Its rows are in its hands while it beats.
    Column("lease", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("boot_id", Text, nullable=False),  # of the machine: after a crash of it, what it had noted may be lost
    Column("started_at_ms", BigInteger, nullable=False),
    Column("beat_at_ms", BigInteger, nullable=False),
    Column("role", Text, nullable=False, server_default=text("'issues'")),  # what it sends; one sender for each
    CheckConstraint("role in ('issues', 'own_mails')", name="sender_role"),
)

_HELD = "state in ('claimed', 'wire')"

delivery = Table(
    "delivery",
    metadata,
    # One reader of one issue. This row is the truth about what they got.
    Column("id", _Id, Identity(), primary_key=True),
    Column("send_id", BigInteger, ForeignKey("send.id", name="delivery_send_id"), nullable=False),
    # No foreign key: a person may be forgotten, and the account of what was sent stays.
    Column("subscriber_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),  # a pseudonym after `forget`, as is address_key
    Column("address_key", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("lease", Text),  # the sender that holds it; NULL: nobody
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at_ms", BigInteger, nullable=False, server_default=text("0")),  # not before
    Column("transport", Text),  # NULL until it was tried, as all that follows
    Column("remote_id", Text),  # by which a provider knows it
    Column("code", Text),
    Column("reply", Text),
    Column("wired_at_ms", BigInteger),
    Column("done_at_ms", BigInteger),
    Column("request", Text),  # label of the request that it went out in, where the provider knows that again
    UniqueConstraint("send_id", "address_key", name="delivery_once"),  # nobody gets an issue twice
    CheckConstraint(
        "state in ('pending', 'claimed', 'wire', 'sent', 'failed', 'in_doubt', 'skipped', 'cancelled')",
        name="delivery_state",
    ),
    CheckConstraint(f"({_HELD}) = (lease is not null)", name="delivery_lease"),
    # The next ones to claim.
    Index(
        "delivery_due",
        "send_id",
        "next_at_ms",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    # What a sender holds, to settle after its death.
    Index("delivery_held", "lease", sqlite_where=text(_HELD), postgresql_where=text(_HELD)),
    # The list of doubts, and how many there are.
    Index(
        "delivery_doubt",
        "send_id",
        sqlite_where=text("state = 'in_doubt'"),
        postgresql_where=text("state = 'in_doubt'"),
    ),
    # All that one person got; and the row that a token in a link or a bounce stands for.
    Index("delivery_subscriber", "subscriber_id", "send_id"),
    sqlite_autoincrement=True,
)

delivery_event = Table(
    "delivery_event",
    metadata,
    # What was heard of a delivery after it was tried, and what was decided about it; nothing here is changed.
    Column("id", _Id, Identity(), primary_key=True),
    Column("delivery_id", BigInteger, ForeignKey("delivery.id", name="delivery_event_delivery_id"), nullable=False),
    Column("source", Text, nullable=False),  # who says so: "editor", "bounce", "log", a provider
    Column("event_id", Text),  # the source's own id, by which a repetition is known; NULL: it has none
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False, server_default=text("''")),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("at_ms", BigInteger, nullable=False),
    UniqueConstraint("source", "event_id", name="delivery_event_once"),
    # The history of one delivery.
    Index("delivery_event_delivery", "delivery_id", "id"),
    sqlite_autoincrement=True,
)

bucket = Table(
    "bucket",
    metadata,
    # A rate that all senders share: it fills with time, each message takes a token.
    Column("name", Text, primary_key=True),
    Column("rate_per_s", Double, nullable=False),
    Column("burst", Double, nullable=False),
    Column("tokens", Double, nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # when `tokens` was right
)
