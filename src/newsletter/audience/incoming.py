"""One line of a file becomes one person: everything in it is checked, and what another service said is understood."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.audience.address import Address, read_address
from newsletter.audience.csv_file import REPLACED, unguarded
from newsletter.audience.values import UncleanError, clean_tags, clean_text, to_ms
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from newsletter.audience.columns import Columns

_STATUS_WORDS = {
    "active": "active subscribed regular premium gifted trialed free paid comp enabled confirmed actief ingeschreven",
    "pending": "pending unactivated unconfirmed",
    "unsubscribed": "unsubscribed removed inactive disabled paused churning churned unpaid pastdue upcoming deleted "
    "uitgeschreven afgemeld",
    "hard_bounce": "undeliverable cleaned bounced hardbounce",
    "complaint": "complained complaint spam",
    "editor": "blocked blocklisted blacklisted suppressed editor",
}
STATUSES: Mapping[str, str] = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}
"""What services call it, and what it means here: one of `newsletter.audience.subscribers.STATUSES`, or the reason of
a suppression. Who pays no longer, or takes a pause, asked for no mail as far as anybody can know."""

_MAX_LITERAL = 4000

_REMEMBERED = 1024
"""Of cells that stand in many lines alike: what they mean is worked out once."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What one line says of one person."""

    line: int
    address: Address
    status: str
    """A value of `STATUSES`."""
    language: str
    """Empty where the line says none that the newsletter has."""
    first_name: str
    last_name: str
    attributes: dict[str, str]
    tags: tuple[str, ...]
    created_at_ms: int | None
    confirmed_at_ms: int | None
    ended_at_ms: int | None
    """When mail was no longer wanted or possible."""
    evidence: dict[str, str]
    """What another service knows of their consent."""
    source: str = ""
    """How they came, where the file says so."""
    paused_until_at_ms: int | None = None
    """They asked for no mail before."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the records of one file."""

    columns: Columns
    fields: frozenset[str]
    """The names in `[subscribers]`."""
    languages: frozenset[str]
    """Those that readers may choose from."""

    def read(self, line: int, cells: Sequence[str]) -> Incoming:
        """Return what a record says.

        Raises:
            AddressError: its address is none.
            UncleanError: something in it cannot be kept.
        """
        if REPLACED in "".join(cells):
            raise UncleanError("holds bytes that are no text in the encoding of this file")
        places = self.columns.places.items()
        said = {meaning: unguarded(cell) for meaning, place in places if (cell := cells[place].strip())}
        address = read_address(said.get("address", ""))
        first, last = _names(said)
        return Incoming(
            line=line,
            address=address,
            status=_status(said),
            language=self._language(said.get("language", "")),
            first_name=first,
            last_name=last,
            attributes=self._attributes(cells, said.get("attributes", "")),
            tags=_tags(said["tags"]) if "tags" in said else (),
            created_at_ms=_moment(said.get("created", "")),
            confirmed_at_ms=_moment(said.get("confirmed", "")),
            ended_at_ms=_ended_at_ms(said),
            evidence=self._evidence(cells, said.get("consent_evidence", "")),
            source=clean_text(said.get("consent_source", "")),
            paused_until_at_ms=_moment(said.get("paused_until", "")),
        )

    def _language(self, said: str) -> str:
        word = said.strip().casefold()
        language = _LANGUAGE_NAMES.get(word, word.replace("_", "-").partition("-")[0])
        return language if language in self.languages else ""

    def _attributes(self, cells: Sequence[str], inner: str) -> dict[str, str]:
        found = dict(_inner_fields(inner))
        said = {name: found[name] for name in self.fields & found.keys()}
        said |= {name: unguarded(cells[place]) for name, place in self.columns.attributes.items() if cells[place]}
        return _cleaned(said)

    def _evidence(self, cells: Sequence[str], inner: str) -> dict[str, str]:
        if not inner and not self.columns.evidence:
            return {}
        said = dict(_inner_fields(inner))
        said |= {name: unguarded(cells[place]) for name, place in self.columns.evidence.items() if cells[place]}
        return _cleaned(said)


def _cleaned(said: Mapping[str, str]) -> dict[str, str]:
    cleaned = {clean_text(name): clean_text(text) for name, text in said.items()}
    return {name: text for name, text in sorted(cleaned.items()) if text}


def _names(said: Mapping[str, str]) -> tuple[str, str]:
    first, last = clean_text(said.get("first_name", "")), clean_text(said.get("last_name", ""))
    if first or last or "name" not in said:
        return first, last
    first, _, last = clean_text(said["name"]).partition(" ")
    return ("", "") if "@" in first else (first, last)


def _status(said: Mapping[str, str]) -> str:
    status = _known_status(said["status"]) if "status" in said else "active"
    if status not in {"active", "pending"}:
        return status
    if _says(said.get("cleaned", "")):
        return "hard_bounce"
    if _is_ended(said):
        return "unsubscribed"
    return "pending" if _truth(said.get("confirmed", "")) is False else status


@lru_cache(_REMEMBERED)
def _known_status(word: str) -> str:
    status = STATUSES.get("".join(c for c in word.casefold() if c.isalpha()), "")
    if not status:
        raise UncleanError(f"the status {quoted(word)} is not known{did_you_mean(word, STATUSES)}")
    return status


def _is_ended(said: Mapping[str, str]) -> bool:
    return (
        _says(said.get("unsubscribed", ""))
        or _says(said.get("deleted", ""))
        or _truth(said.get("disabled", "")) is True
        or _truth(said.get("subscribed", "")) is False
    )


def _ended_at_ms(said: Mapping[str, str]) -> int | None:
    moments = (_moment(said[meaning]) for meaning in ("unsubscribed", "cleaned", "deleted") if meaning in said)
    return next((moment for moment in moments if moment is not None), None)


_LANGUAGE_NAMES = {"dutch": "nl", "nederlands": "nl", "english": "en", "engels": "en"}


def _truth(word: str) -> bool | None:
    """Return what a word for yes or no means; None where it means neither."""
    if not word:
        return None
    plain = word.strip().casefold()
    if plain in {"true", "yes", "1", "ja", "waar"}:
        return True
    return False if plain in {"false", "no", "0", "nee", "onwaar"} else None


def _says(cell: str) -> bool:
    """Say whether a cell for a moment, or for yes or no, says that something was."""
    return bool(cell.strip()) and _truth(cell) is not False


@lru_cache(_REMEMBERED)
def _tags(cell: str) -> tuple[str, ...]:
    """Return the tags in a cell: `a;b`, `a,b`, or `"a","b"` as Mailchimp quotes them."""
    quoted_ones = re.findall(r'"([^"]*)"', cell)
    return clean_tags(quoted_ones or re.split(r"[;,]", cell))


def _moment(text: str) -> int | None:
    """Return a moment in milliseconds; one that names no zone is in UTC. None where there is none, or only a yes or no.

    Raises:
        UncleanError: it is not understood.
    """
    if not text.strip() or _truth(text) is not None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        message = f"the moment {quoted(text)} is not understood: write it as 2026-11-24 or 2026-11-24 07:00"
        raise UncleanError(message) from None


def _inner_fields(cell: str) -> Iterable[tuple[str, str]]:
    """Yield the fields within one cell: JSON as listmonk writes it, or a Python literal as Buttondown does."""
    if not cell.strip():
        return
    if len(cell) > _MAX_LITERAL:
        raise UncleanError(f"its attributes have more than {_MAX_LITERAL} characters")
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            found = None
    if not isinstance(found, dict):
        raise UncleanError(f"its attributes {quoted(cell)} are no JSON object")
    for name, value in found.items():
        if isinstance(name, str) and isinstance(value, str | int | float | bool):
            yield name, str(value)


def one_person(
    address: str, said: Mapping[str, str], tags: Iterable[str], languages: Sequence[str], source: str = ""
) -> Incoming:
    """Return a person that somebody names, one by one, with nothing but what is said of them.

    Args:
        address: As it was written.
        said: `first_name`, `last_name` and `language`, as far as they are known; anything else is a field of
            `[subscribers]`.
        tags: As they were written.
        languages: Those that readers may choose from.
        source: How they came.

    Raises:
        AddressError: the address is none.
        UncleanError: something of it cannot be kept.
    """
    texts = {name: clean_text(text) for name, text in said.items()}
    language = texts.pop("language", "")
    if language and language not in languages:
        raise UncleanError(f"{quoted(language)} is not among the newsletter's languages, {', '.join(languages)}")
    return Incoming(
        line=0,
        address=read_address(address),
        status="active",
        language=language,
        first_name=texts.pop("first_name", ""),
        last_name=texts.pop("last_name", ""),
        attributes={name: text for name, text in sorted(texts.items()) if text},
        tags=clean_tags(tags),
        created_at_ms=None,
        confirmed_at_ms=None,
        ended_at_ms=None,
        evidence={},
        source=clean_text(source),
    )
