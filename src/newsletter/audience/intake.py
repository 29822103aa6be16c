"""Take people in: what becomes of each is decided from what was known of them, then written.

Whoever unsubscribed, complained, bounced or was forgotten stays so, whatever a file says; only their own wish brings
them back (`add` with `again`). And whoever a file calls unsubscribed is, even if they were active here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from newsletter.audience.tokens import forgotten_key
from newsletter.audience.values import packed_tags, unpacked_tags
from newsletter.store.schema import subscriber, suppression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from newsletter.audience.incoming import Incoming
    from newsletter.audience.tokens import Keys

ENDINGS = frozenset({"hard_bounce", "complaint", "editor"})
"""Statuses of an incoming person that are reasons of a suppression."""


KEPT_OUT = {
    "unsubscribed": "unsubscribed before, and stays so",
    "hard_bounce": "mail to them came back, so they get none",
    "soft_bounce": "mail to them came back several times, so they get none for a while",
    "complaint": "called a mail spam, so they get none",
    "editor": "an editor said that they get no mail",
    "forgotten": "asked to be forgotten, and stays so",
}
"""Why somebody gets no mail, by the reason of their suppression or of a decision."""


class Kind(StrEnum):
    """What becomes of an incoming person."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    UNSUBSCRIBED = "unsubscribed"
    """They are now, because it says so."""
    SUPPRESSED = "suppressed"
    """Likewise."""
    KEPT_OUT = "kept_out"
    """It asks for mail, and they once said or showed that they want or take none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one of them, and what is written for it."""

    line: int
    kind: Kind
    reason: str = ""
    """Of those kept out: `unsubscribed`, or the reason of the suppression."""
    added: Mapping[str, object] | None = None
    """A new row of `subscriber`."""
    updated: Mapping[str, object] | None = None
    """The changed columns of a row of `subscriber`, with its id as `b_id`."""
    suppressed: Mapping[str, object] | None = None
    """A new row of `suppression`."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What holds for all who come in together."""

    now_ms: int
    language: str
    """Of those who say none."""
    source: str
    """How they come here, such as the name of a file."""
    sha256: str
    """The beginning of that file's hash; empty where there is no file."""
    keys: Keys | None
    """Needed where somebody was forgotten: see `anybody_forgotten`."""

    def source_of(self, person: Incoming) -> str:
        """Return how a person came here."""
        return person.source or (f"{self.source}:{person.line} sha256:{self.sha256}" if self.sha256 else self.source)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says of one address."""

    row: RowMapping | None
    reason: str


def anybody_forgotten(connection: Connection) -> bool:
    """Say whether addresses were forgotten, so that the secret key is needed to know them again."""
    forgotten = select(suppression.c.address_key).where(suppression.c.reason == "forgotten").limit(1)
    return connection.scalar(forgotten) is not None


def decide(connection: Connection, people: Sequence[Incoming], intake: Intake) -> list[Decision]:
    """Decide what becomes of some people, no two of whom have one key; nothing is written."""
    keys = [person.address.key for person in people]
    chosen = select(subscriber.c.id, subscriber.c.address_key, *_KEPT).where(subscriber.c.address_key.in_(keys))
    rows = {row["address_key"]: row for row in connection.execute(chosen).mappings()}
    reasons = suppression_reasons(connection, keys, intake.now_ms, intake.keys)
    return [
        _decision(person, _Known(rows.get(key), reasons.get(key, "")), intake)
        for person, key in zip(people, keys, strict=True)
    ]


_KEPT = tuple(c for c in subscriber.c if c.name not in {"id", "address", "address_key", "created_at_ms"})
"""The columns that a file can change."""


def suppression_reasons(
    connection: Connection, address_keys: Sequence[str], now_ms: int, keys: Keys | None
) -> dict[str, str]:
    """Return the reasons of those of these addresses that are suppressed, forgotten ones included."""
    asked = {key: key for key in address_keys}
    if keys is not None:
        asked |= {forgotten_key(keys, key): key for key in address_keys}
    until = suppression.c.until_at_ms
    found = select(suppression.c.address_key, suppression.c.reason).where(
        suppression.c.address_key.in_(list(asked)), until.is_(None) | (until > now_ms)
    )
    return {asked[key]: reason for key, reason in connection.execute(found)}


def _decision(person: Incoming, known: _Known, intake: Intake) -> Decision:
    if person.status in ENDINGS:
        if known.reason:
            return Decision(person.line, Kind.UNCHANGED)
        return Decision(person.line, Kind.SUPPRESSED, suppressed=_suppression(person, intake))
    if person.status == "unsubscribed":
        return _ended(person, known, intake)
    if known.reason or (known.row and known.row["status"] == "unsubscribed"):
        return Decision(person.line, Kind.KEPT_OUT, known.reason or "unsubscribed")
    if known.row is None:
        return Decision(person.line, Kind.ADDED, added=_new_row(person, intake))
    changed = _changes(person, known.row, intake)
    return Decision(person.line, Kind.UPDATED, updated=changed) if changed else Decision(person.line, Kind.UNCHANGED)


def _suppression(person: Incoming, intake: Intake) -> dict[str, object]:
    return {
        "address_key": person.address.key,
        "reason": person.status,
        "until_at_ms": None,
        "evidence": intake.source_of(person),
        "at_ms": intake.now_ms if person.ended_at_ms is None else person.ended_at_ms,
    }


def _ended(person: Incoming, known: _Known, intake: Intake) -> Decision:
    if known.reason or (known.row and known.row["status"] == "unsubscribed"):
        return Decision(person.line, Kind.UNCHANGED)
    if known.row is None:
        return Decision(person.line, Kind.UNSUBSCRIBED, added=_new_row(person, intake))
    at_ms = intake.now_ms if person.ended_at_ms is None else person.ended_at_ms
    changed = {**_kept(known.row), "status": "unsubscribed", "unsubscribed_at_ms": at_ms}
    return Decision(person.line, Kind.UNSUBSCRIBED, updated=changed)


def _new_row(person: Incoming, intake: Intake) -> dict[str, object]:
    ended = None
    if person.status == "unsubscribed":
        ended = intake.now_ms if person.ended_at_ms is None else person.ended_at_ms
    return {
        "address": person.address.text,
        "address_key": person.address.key,
        "status": person.status,
        "language": person.language or intake.language,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "attributes": person.attributes,
        "tags": packed_tags(person.tags),
        "created_at_ms": intake.now_ms if person.created_at_ms is None else person.created_at_ms,
        "confirmed_at_ms": person.confirmed_at_ms,
        "unsubscribed_at_ms": ended,
        "consent_source": intake.source_of(person),
        "consent_evidence": person.evidence,
        # Of somebody who is known here, no file makes a pause: they may have ended it since.
        "paused_until_at_ms": person.paused_until_at_ms,
    }


def _kept(row: RowMapping) -> dict[str, object]:
    return {"b_id": row["id"], **{column.name: row[column.name] for column in _KEPT}}


def _changes(person: Incoming, row: RowMapping, intake: Intake) -> dict[str, object] | None:
    """Return a row as it becomes: what a line leaves empty stays as it was, tags and fields come together."""
    before = _kept(row)
    after = {
        **before,
        "language": person.language or row["language"],
        "first_name": person.first_name or row["first_name"],
        "last_name": person.last_name or row["last_name"],
        "attributes": {**row["attributes"], **person.attributes},
        "tags": packed_tags(sorted({*unpacked_tags(row["tags"]), *person.tags})),
        "confirmed_at_ms": row["confirmed_at_ms"] or person.confirmed_at_ms,
        "consent_evidence": {**row["consent_evidence"], **person.evidence},
    }
    if row["status"] == "pending" and person.status == "active":
        after |= {"status": "active", "consent_source": intake.source_of(person)}
    return None if after == before else after


def write(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Write what was decided, in the transaction in which it was."""
    if added := [decision.added for decision in decisions if decision.added]:
        connection.execute(insert(subscriber), added)
    if updated := [decision.updated for decision in decisions if decision.updated]:
        connection.execute(update(subscriber).where(subscriber.c.id == bindparam("b_id")), updated)
    if suppressed := [decision.suppressed for decision in decisions if decision.suppressed]:
        # One that was for a time, and is over, makes room.
        keys = [row["address_key"] for row in suppressed]
        connection.execute(delete(suppression).where(suppression.c.address_key.in_(keys)))
        connection.execute(insert(suppression), suppressed)
