"""What would be sent, to how many, and whether it may be: worked out before anybody gets mail. Pure.

A plan has a hash over every byte that is the same for all readers and over the readers themselves. What was looked at
is what goes out, or nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.delivery.body import PreparedHole
from newsletter.delivery.verify import Lines
from newsletter.model import Conditional, Finding, Hole, Position, Severity
from newsletter.render import dry_run
from newsletter.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from newsletter.delivery.body import Piece
    from newsletter.delivery.mime import PreparedMail
    from newsletter.model import Email, Issue, PersonalField, Recipient, Segment

HASH_CHARACTERS = 16
MAX_MESSAGE_BYTES = 1_000_000
"""Far beyond any letter; servers take 10 MB and more, and readers on the road do not."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent."""

    slug: str
    audience: str
    """`all`, or the name of a segment."""
    language: str
    """Of the one variant that there is: an issue is written in one language."""
    readers: int
    content_sha256: str
    readers_sha256: str
    message_bytes: int
    """Of one message, such as it would be for the first reader."""
    findings: tuple[Finding, ...]
    """Errors, with which nothing is sent, and warnings."""

    @property
    def hash(self) -> str:
        """What stands for the content and the readers together."""
        return plan_hash(self.slug, self.audience, self.content_sha256, self.readers_sha256)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that forbid it."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def plan_hash(slug: str, audience: str, content: str, readers: str) -> str:
    """Return the hash of a plan, from those of its content and of its readers: 16 hexadecimal characters."""
    return sha256(f"{slug}\n{audience}\n{content}\n{readers}\n".encode()).hexdigest()[:HASH_CHARACTERS]


def content_sha256(mail: PreparedMail) -> str:
    """Return a hash over all of a mail that is the same for every reader, headers and envelope too."""
    digest = sha256()
    identity = mail.identity
    parts = (
        f"{identity.envelope_sender}\n{identity.verp}\n{identity.site}".encode(),
        mail.before_to,
        mail.after_to,
        mail.subject if isinstance(mail.subject, bytes) else b"".join(_flat(mail.subject)),
        mail.middle,
        mail.end,
        *_flat(mail.body),
    )
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _flat(pieces: Iterable[Segment | Piece]) -> Iterator[bytes]:
    """Yield what stands in a text before a reader is known, each kind of piece told apart."""
    for piece in pieces:
        if isinstance(piece, Lines):
            yield piece.octets
        elif isinstance(piece, str):
            yield piece.encode("utf-8", "surrogatepass")
        elif isinstance(piece, PreparedHole):
            yield from _flat((piece.hole,))
        elif isinstance(piece, Hole):
            yield f"\0{piece.context} {piece.field.expression}\0".encode("utf-8", "surrogatepass")
        else:
            yield f"\0if {piece.condition.expression}\0".encode("utf-8", "surrogatepass")
            yield from _flat(piece.segments if isinstance(piece, Conditional) else piece.pieces)
            yield b"\0end\0"


class ReadersHash:
    """A hash over readers, by the keys of their addresses in the order in which they subscribed."""

    def __init__(self) -> None:
        self.readers = 0
        self._digest = sha256()

    def add(self, address_key: str) -> None:
        """Add the next reader."""
        self.readers += 1
        self._digest.update(address_key.encode("utf-8", "surrogatepass") + b"\n")

    def hexdigest(self) -> str:
        """Return the hash over those that were added."""
        return self._digest.hexdigest()


def issue_findings(issue: Issue, now: datetime) -> tuple[Finding, ...]:
    """Return what forbids to send an issue at this time; `now` and the issue's times are of one time zone."""
    return tuple(_issue_findings(issue, now.replace(tzinfo=None)))


def _issue_findings(issue: Issue, now: datetime) -> Iterator[Finding]:
    def at(key: str) -> Position:
        return issue.positions.get(key, Position(issue.path, 1, 1))

    if issue.status != "ready":
        message = 'it is a draft, and a draft is never sent to readers; when it is finished, write "status: ready"'
        yield Finding(at("status"), message, "send-draft")
    if not issue.preheader:
        message = "it has no preheader, which stands beside the subject in the inbox; add `preheader: …`"
        yield Finding(at("preheader"), message, "send-preheader")
    if issue.not_after and now > issue.not_after.replace(tzinfo=None):
        message = f"not_after, {issue.not_after:%Y-%m-%d %H:%M}, is over; give a later time if it still matters"
        yield Finding(at("not_after"), message, "send-not-after")
    if issue.send_at and now < issue.send_at.replace(tzinfo=None):
        message = (
            f"send_at, {issue.send_at:%Y-%m-%d %H:%M}, is still to come; "
            "send it then, or delete the line to send it now"
        )
        yield Finding(at("send_at"), message, "send-at")


def size_findings(issue: Issue, message_bytes: int) -> tuple[Finding, ...]:
    """Return what is too large about a mail, of which one message has so many bytes."""
    if message_bytes <= MAX_MESSAGE_BYTES:
        return ()
    message = (
        f"a message of it has {message_bytes:,} bytes, and {MAX_MESSAGE_BYTES:,} is the most; "
        "shorten it, or divide it over two issues"
    )
    return (Finding(Position(issue.path), message, "send-size"),)


def field_findings(
    email: Email, fields: Iterable[PersonalField], readers: Iterable[Recipient], site: str
) -> tuple[Finding, ...]:
    """Try the personal fields of a mail with every reader, before the first of them gets it.

    `fields` are those of the issue, and the conditions of its blocks. Every reader is looked at, and none kept.
    """
    places = {f"{field.position}: ": field.position for field in fields}
    found: dict[Position, _Unable] = {}
    for reader, reason in dry_run(email, readers, site):
        lead = next((lead for lead in places if reason.startswith(lead)), "")
        place = places.get(lead, Position(f"issues/{email.slug}"))
        before = found.get(place, _Unable(0, reason.removeprefix(lead), reader.address))
        found[place] = replace(before, readers=before.readers + 1)
    return tuple(
        Finding(
            place,
            f"{unable.reason} (so for {counted(unable.readers, 'reader')}, {unable.first} the first)",
            "send-field",
        )
        for place, unable in sorted(found.items())
    )


@dataclass(frozen=True, slots=True)
class _Unable:
    """Readers whose mail cannot be made, for one reason."""

    readers: int
    reason: str
    first: str
