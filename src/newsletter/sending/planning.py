"""Make the plan of an issue: look at every reader, change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.audience.readers import mailable_readers
from newsletter.audience.values import to_ms
from newsletter.errors import PersonalFieldError
from newsletter.model import Finding, Position, Recipient
from newsletter.sending.plan import Plan, ReadersHash, content_sha256, field_findings, issue_findings, size_findings
from newsletter.store import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Engine

    from newsletter.audience.readers import Reader
    from newsletter.config import Condition
    from newsletter.model import Issue
    from newsletter.sending.letters import Letters

_ANY_TOKEN = "t" * 32
"""A plan has no readers' tokens yet: they are made from the number of its sending."""


def make_plan(engine: Engine, issue: Issue, letters: Letters, segment: Condition, now: datetime) -> Plan:
    """Return what would be sent to a segment, now; `now` has its time zone."""
    census = _Census()
    fields = (*issue.fields.values(), *(block.condition for block in issue.blocks if block.condition))
    with reading(engine) as connection:
        everybody = census.count(mailable_readers(connection, segment, to_ms(now)))
        unfilled = field_findings(letters.email, fields, everybody, letters.mail.identity.site)
    message_bytes = _message_bytes(letters, census.first)
    findings = (
        *issue_findings(issue, now),
        *_nobody(issue, census.hash.readers),
        *size_findings(issue, message_bytes),
        *unfilled,
    )
    return Plan(
        slug=issue.slug,
        audience=issue.audience,
        language=letters.email.language,
        readers=census.hash.readers,
        content_sha256=content_sha256(letters.mail),
        readers_sha256=census.hash.hexdigest(),
        message_bytes=message_bytes,
        findings=findings,
    )


class _Census:
    """What is counted of readers while they pass by."""

    def __init__(self) -> None:
        self.hash = ReadersHash()
        self.first: Recipient | None = None

    def count(self, readers: Iterable[Reader]) -> Iterator[Recipient]:
        """Yield every reader, counted."""
        for reader in readers:
            self.hash.add(reader.address_key)
            recipient = Recipient(reader.address, reader.language, _ANY_TOKEN, reader.fields)
            self.first = self.first or recipient
            yield recipient


def _nobody(issue: Issue, readers: int) -> tuple[Finding, ...]:
    if readers:
        return ()
    place = issue.positions.get("audience", Position(issue.path, 1, 1))
    who = "there is no reader yet" if issue.audience == "all" else f"nobody is in the segment {issue.audience}"
    message = f"{who}; bring in your readers with: newsletter subscribers import FILE"
    return (Finding(place, message, "send-nobody"),)


def _message_bytes(letters: Letters, reader: Recipient | None) -> int:
    try:
        return len(letters.to(reader).content) if reader else 0
    except PersonalFieldError:  # told already, with the number of readers that it befalls
        return 0
