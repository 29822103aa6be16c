"""The front matter's keys, each typed by its own rule."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from newsletter.issue.holes import Written
from newsletter.issue.values import parse_day, parse_moment
from newsletter.model import Finding, Position
from newsletter.wording import did_you_mean, near_miss, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from newsletter.issue.frontmatter import Entry
    from newsletter.issue.holes import Hider

KEYS = ("subject", "preheader", "date", "language", "status", "tags", "audience", "send_at", "not_after")

_T = TypeVar("_T")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, line breaks, changes of reading direction, halves of a character: none may stand in a header."""
_MAX_TAG_CHARACTERS = 40
_EXAMPLES = {"subject": '"What this issue is about"', "date": "2026-11-24"}


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says, typed. A key that is missing or wrong has its default; the fault is told."""

    subject: str
    preheader: str
    date: date | None
    language: str
    status: str
    tags: tuple[str, ...]
    audience: str
    send_at: datetime | None
    not_after: datetime | None
    positions: Mapping[str, Position]


class FrontReader:
    """Types the entries of one front matter and collects every fault."""

    def __init__(self, entries: Mapping[str, Entry], shown: str, hider: Hider, *, is_dated: bool = True) -> None:
        """`is_dated` says that there must be a date."""
        self.findings: list[Finding] = []
        self._entries = entries
        self._shown = shown
        self._hider = hider
        self._required = _EXAMPLES if is_dated else {"subject": _EXAMPLES["subject"]}

    def read(self, languages: tuple[str, ...], segments: tuple[str, ...]) -> Front:
        """Read every key; `languages` begins with the one of an issue that does not say."""
        self._check_keys()
        front = Front(
            subject=self._line("subject"),
            preheader=self._line("preheader"),
            date=self._typed("date", parse_day),
            language=self._choice("language", languages),
            status=self._choice("status", ("draft", "ready")),
            tags=self._tags(),
            audience=self._choice("audience", ("all", *segments)),
            send_at=self._typed("send_at", parse_moment),
            not_after=self._typed("not_after", parse_moment),
            positions={key: entry.key for key, entry in self._entries.items()},
        )
        if front.send_at and front.not_after and front.not_after < front.send_at:
            message = f"not_after is before send_at ({front.send_at:%Y-%m-%d %H:%M}): it could never go out"
            self._fault(self._entries["not_after"].values[0].position, message)
        return front

    def _fault(self, position: Position, message: str, rule: str = "front-matter-value") -> None:
        self.findings.append(Finding(position, message, rule))

    def _check_keys(self) -> None:
        for key, entry in self._entries.items():
            if key not in KEYS:
                message = f"the front matter has no key {quoted(key)}{did_you_mean(key, KEYS)}"
                self._fault(entry.key, message, "front-matter-key")
            elif entry.is_list and key != "tags":
                self._fault(entry.key, f"{key} takes one value, not a list")
        unknown = [key for key in self._entries if key not in KEYS]
        for key, example in self._required.items():
            if key not in self._entries and not any(near_miss(other, (key,)) for other in unknown):
                message = f"the front matter has no {key}; add `{key}: {example}`"
                self._fault(Position(self._shown, 1, 1), message, "front-matter-missing")

    def _scalar(self, key: str) -> Written | None:
        entry = self._entries.get(key)
        if entry is None or entry.is_list:
            return None
        return replace(entry.values[0], text=entry.values[0].text.strip())

    def _line(self, key: str) -> str:
        """Read a line that ends up in a header of the mail."""
        scalar = self._scalar(key)
        if scalar is None:
            return ""
        if self._entries[key].is_cut:
            self._fault(scalar.position, f'a "#" begins a comment, and cuts the {key}; put quotes around it')
        elif not scalar.text:
            self._fault(scalar.position, f"the {key} is empty")
        self._check_characters(scalar, f"the {key}")
        if "=?" in scalar.text:
            # RFC 2047 section 2: a mail program would read it as an encoded word.
            self._fault(scalar.position, f'the {key} has "=?" in it, which begins an encoded word in a header')
        return self._hider.hide_value(scalar)

    def _check_characters(self, scalar: Written, what: str) -> None:
        found = _UNFIT.search(scalar.text)
        if found and found[0] == "\n":
            self._fault(scalar.position, f"{what} is more than one line")
        elif found:
            self._fault(scalar.position, f"{what} has a control character in it (U+{ord(found[0]):04X}); delete it")

    def _typed(self, key: str, parse: Callable[[str], _T]) -> _T | None:
        scalar = self._scalar(key)
        if scalar is None:
            return None
        try:
            return parse(scalar.text)
        except ValueError as error:
            self._fault(scalar.position, f"{key} {quoted(scalar.text)} {error}")
            return None

    def _choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """Read one of a few words; the first is that of an issue that does not say."""
        scalar = self._scalar(key)
        if scalar is None:
            return allowed[0]
        if scalar.text not in allowed:
            found = f"{key} {quoted(scalar.text)} is not one of {', '.join(allowed)}"
            self._fault(scalar.position, f"{found}{near_miss(scalar.text, allowed)}")
            return allowed[0]
        return scalar.text

    def _tags(self) -> tuple[str, ...]:
        entry = self._entries.get("tags")
        if entry is None:
            return ()
        tags = entry.values if entry.is_list else _split(entry.values[0])
        for tag in tags:
            if not tag.text.strip() or len(tag.text) > _MAX_TAG_CHARACTERS:
                message = f"the tag {quoted(tag.text)} must have 1 to {_MAX_TAG_CHARACTERS} characters"
                self._fault(tag.position, message)
            self._check_characters(tag, f"the tag {quoted(tag.text)}")
        return tuple(dict.fromkeys(tag.text.strip() for tag in tags))


def _split(written: Written) -> tuple[Written, ...]:
    if not written.text.strip():
        return ()
    return tuple(Written(part.strip(), written.position) for part in written.text.split(","))
