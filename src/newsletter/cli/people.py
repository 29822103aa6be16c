"""Subscribers as commands name them and show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from newsletter.audience.incoming import Incoming
    from newsletter.audience.intake import Intake
    from newsletter.audience.membership import Kept
    from newsletter.audience.subscribers import Filter, Subscriber
    from newsletter.config import Settings


def now_ms() -> int:
    """Return the present moment as the database holds moments."""
    from datetime import UTC, datetime

    from newsletter.audience.values import to_ms

    return to_ms(datetime.now(UTC))


def wanted_of(settings: Settings, status: str, segment: str, tag: str) -> Filter:
    """Return the filter that the options of a command say.

    Raises:
        UsageError: there is no such status or segment.
    """
    from newsletter.audience.segments import EVERYBODY
    from newsletter.audience.subscribers import STATUSES, Filter
    from newsletter.config import All, HasTag
    from newsletter.errors import UsageError
    from newsletter.wording import did_you_mean, quoted

    known = (*STATUSES, "suppressed")
    if status and status not in known:
        message = f"there is no status {quoted(status)}{did_you_mean(status, known)}"
        raise UsageError(message)
    if segment and segment != "all" and segment not in settings.segments:
        message = f"there is no segment {quoted(segment)} in newsletter.toml{did_you_mean(segment, settings.segments)}"
        raise UsageError(message)
    parts = [settings.segments.get(segment, EVERYBODY), *([HasTag(tag.casefold())] if tag else [])]
    parts = [part for part in parts if part != EVERYBODY]
    return Filter(status, All(tuple(parts)))


def named_person(
    address: str, said: Mapping[str, str], tags: Iterable[str], settings: Settings, source: str
) -> Incoming:
    """Return the person whom a command names.

    Raises:
        AddressError: the address is none.
        UsageError: something else of it cannot be kept.
    """
    from newsletter.audience.incoming import one_person
    from newsletter.audience.values import UncleanError
    from newsletter.errors import UsageError

    try:
        return one_person(address, said, tags, settings.newsletter.languages, source)
    except UncleanError as error:
        raise UsageError(str(error)) from error


def intake_of(connection: Connection, settings: Settings) -> Intake:
    """Return what holds for one person who comes in now, and says how.

    Raises:
        UsageError: the secret key is needed, to know again who was forgotten, and is not set.
    """
    from newsletter.audience.intake import Intake, anybody_forgotten
    from newsletter.audience.tokens import keys_of

    keys = keys_of(settings.secret_key) if anybody_forgotten(connection) else None
    return Intake(now_ms(), settings.newsletter.language, "", "", keys)


def print_table(people: Sequence[Subscriber]) -> None:
    """Print subscribers, one a line."""
    from newsletter.cli.output import show

    rows = [
        (
            str(person.id),
            person.address,
            person.suppressed_for or person.status,
            person.language,
            f"{person.first_name} {person.last_name}".strip(),
            ", ".join(person.tags),
        )
        for person in people
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        show("  ".join(cells).rstrip())


def print_kept(address: str, kept: Kept) -> None:
    """Print all that is kept of an address."""
    from newsletter.audience.documents import moment
    from newsletter.audience.intake import KEPT_OUT
    from newsletter.cli.output import Mark, show

    show(Mark(address, "bold"))
    lines: list[tuple[str, str | None]] = []
    if one := kept.subscriber:
        lines += [
            ("status", one.status),
            ("name", f"{one.first_name} {one.last_name}".strip()),
            ("language", one.language),
            *one.attributes.items(),
            ("tags", ", ".join(one.tags)),
            ("since", moment(one.created_at)),
            ("confirmed", moment(one.confirmed_at)),
            ("unsubscribed", moment(one.unsubscribed_at)),
            ("paused until", moment(one.paused_until)),
            ("came by", one.consent_source),
            *one.consent_evidence.items(),
        ]
    if why := kept.suppression:
        until = f" until {moment(why.until)}" if why.until else ""
        lines.append(("no mail", f"{KEPT_OUT[why.reason]} ({moment(why.at)}{until}) {why.evidence}".rstrip()))
    for step in kept.consents:
        lines.append((step.step, " ".join(filter(None, (moment(step.at), step.form_url, step.client, step.wording)))))
    for got in kept.received:
        lines.append((got.issue, " ".join(filter(None, (got.state, moment(got.at), got.reply)))))
        lines += [("", f"{event.kind} {moment(event.at)} {event.code} {event.detail}".rstrip()) for event in got.events]
    known = [(name, text) for name, text in lines if text]
    width = max((len(name) for name, _ in known), default=0)
    for name, text in known:
        show(f"  {name.ljust(width)}  {text}")
