"""Personal fields on their way through the pipeline: `{{ … }}` becomes an opaque placeholder.

Nothing but letters and digits passes a Markdown parser, Jinja, MJML and an inliner unharmed (a space in a link's
address ends the link, braces are percent-encoded, quotes are made typographic). So each field is swapped for
`zq<nonce>h<number>z` before the text is parsed, and swapped back in code, where it is text to be shown.
The nonce is a digest of the text that the field stands in, so that a text which was not changed can be known again
after a change elsewhere. No text can hold its own digest; where the file holds anything that looks like a placeholder,
the file's own digest goes into each nonce, so that none of another of its texts can be meant. Equal files give equal
bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

from newsletter.model import Finding, PersonalField, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    _Swap = Callable[[re.Match[str], Position], str]

PLACEHOLDER = re.compile(r"zq[0-9a-f]{12}h[0-9]+z")
FIELD = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}")
"""A field on one line. It holds no pair of braces, so that the search looks at few characters twice: in a line of
64,000 braces that stay open, a plain `.*?` looks at two thousand million. No possessive `*+` here or around it: in
Python before 3.11.5, such as that of Debian 12, one with a group inside finds nothing (gh-106052)."""
OPEN_MESSAGE = '"{{" is never closed with "}}" on its line'

_LEAD = "{{"
_NONCE_DIGITS = 12
_OPEN = re.compile(r"\{\{")
_FIELD_OR_OPEN = re.compile(rf"{FIELD.pattern}|\{{\{{")


@dataclass(frozen=True, slots=True)
class Written:
    """A value as it stands in the file: of the front matter, an attribute, an id or a title."""

    text: str
    """What it says, without quotes and escapes."""
    position: Position
    source: str = ""
    """How it is written from its position on, where that differs from the text."""

    def fields_at(self) -> list[Position]:
        """Return the places of each `{{` in the text, in their order."""
        path, line, column = self.position.path, self.position.line, self.position.column
        return [
            Position(path, line + number, match.start() + (1 if number else column))
            for number, row in enumerate((self.source or self.text).split("\n"))
            for match in _OPEN.finditer(row)
        ]


def find_open(text: str, start: int, end: int) -> int:
    """Return the index of the first `{{` in `text[start:end]` that no `}}` closes; -1 where there is none."""
    matches = _FIELD_OR_OPEN.finditer(text, start, end)
    return next((match.start() for match in matches if match[0] == "{{"), -1)


class Hider:
    """Swaps the personal fields of one issue for placeholders, and remembers them."""

    def __init__(self, path: str, source: str, source_sha256: str) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._salt = source_sha256 if PLACEHOLDER.search(source) else ""
        self._nonces: set[str] = set()
        self._written: dict[str, str] = {}
        self._fields: dict[str, PersonalField] = {}

    @property
    def fields(self) -> Mapping[str, PersonalField]:
        """The fields hidden and not shown again, by their placeholders."""
        return dict(self._fields)

    def hide(self, text: str, line: int) -> str:
        """Return a text of whole lines, the first of which is `line`, with its fields swapped for placeholders."""
        if _LEAD not in text:
            return text
        swap, rows = self._swapper(text), enumerate(text.split("\n"), start=line)
        return "\n".join(self._hide_in_row(row, number, swap) for number, row in rows)

    def _hide_in_row(self, row: str, line: int, swap: _Swap) -> str:
        return FIELD.sub(lambda match: swap(match, Position(self._path, line, match.start() + 1)), row)

    def hide_value(self, written: Written) -> str:
        """Return a value's text with its fields swapped for placeholders; a `{{` that stays open is a finding."""
        if _LEAD not in written.text:
            return written.text
        places, swap_field = iter(written.fields_at()), self._swapper(written.text)

        def swap(match: re.Match[str]) -> str:
            # Where escapes hide a brace from the search in the source, the value's own place is near enough.
            position = next(places, written.position)
            if match[0] != _LEAD:
                return swap_field(match, position)
            self.findings.append(Finding(position, OPEN_MESSAGE, "personal-field"))
            return match[0]

        return _FIELD_OR_OPEN.sub(swap, written.text)

    def _swapper(self, text: str) -> _Swap:
        """Return what swaps the fields of one text, one after the other."""
        nonce, numbers = self._nonce(text), count()

        def swap(match: re.Match[str], position: Position) -> str:
            placeholder = f"zq{nonce}h{next(numbers)}z"
            self._written[placeholder] = match[0]
            self._fields[placeholder] = PersonalField(match[0][2:-2].strip(), position)
            return placeholder

        return swap

    def _nonce(self, text: str) -> str:
        nonce = _digest(f"{self._salt}{text}")
        while nonce in self._nonces:  # the same text stands in the issue twice
            nonce = _digest(f"{nonce}{text}")
        self._nonces.add(nonce)
        return nonce

    def written_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return the placeholders in a text, each with what the editor wrote."""
        return tuple((found, self._written[found]) for found in PLACEHOLDER.findall(text) if found in self._written)

    def show(self, placeholders: Collection[str]) -> None:
        """Take these for text to be shown, and no longer for fields: they stand in code."""
        for placeholder in placeholders:
            self._fields.pop(placeholder, None)

    def written(self, text: str) -> str:
        """Return `text` as the editor wrote it, for a message."""
        return PLACEHOLDER.sub(lambda match: self._written.get(match[0], match[0]), text)


def _digest(text: str) -> str:
    # Half a character is told elsewhere, and must not stop the count here.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_NONCE_DIGITS]
