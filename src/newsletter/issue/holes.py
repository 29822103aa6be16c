"""Personal fields on their way through the pipeline: `{{ … }}` becomes an opaque placeholder.

Nothing but letters and digits passes a Markdown parser, Jinja, MJML and an inliner unharmed (a space in a link's
address ends the link, braces are percent-encoded, quotes are made typographic). So each field is swapped for
`zq<nonce>h<number>z` before the text is parsed, and swapped back in code, where it is text to be shown.
The nonce is a digest of the file itself, so no file can hold its own placeholders, and equal files give equal bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.model import PersonalField, Position

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDER = re.compile(r"zq[0-9a-f]{12}h[0-9]+z")
FIELD = re.compile(r"\{\{(.+?)\}\}")


class Hider:
    """Swaps the personal fields of one issue for placeholders, and remembers them."""

    def __init__(self, path: str, source_sha256: str) -> None:
        self._path = path
        self._nonce = source_sha256[:12]
        self._written: dict[str, str] = {}
        self._fields: dict[str, PersonalField] = {}

    @property
    def fields(self) -> Mapping[str, PersonalField]:
        """The fields hidden and not shown again, by their placeholders."""
        return dict(self._fields)

    def hide(self, text: str, line: int, column: int = 1) -> str:
        """Return `text`, which begins at `line` and `column`, with its fields swapped for placeholders."""
        if "{{" not in text:
            return text
        rows = text.split("\n")
        for number, row in enumerate(rows):
            shift = column if number == 0 else 1
            rows[number] = FIELD.sub(
                lambda match, at=(line + number, shift): self._swap(match, *at),  # type: ignore[misc]
                row,
            )
        return "\n".join(rows)

    def _swap(self, match: re.Match[str], line: int, shift: int) -> str:
        placeholder = f"zq{self._nonce}h{len(self._written)}z"
        self._written[placeholder] = match[0]
        position = Position(self._path, line, match.start() + shift)
        self._fields[placeholder] = PersonalField(match[1].strip(), position)
        return placeholder

    def show(self, text: str) -> str:
        """Return `text` with its placeholders swapped back for what the editor wrote: it stands in code."""
        return PLACEHOLDER.sub(self._swap_back, text)

    def _swap_back(self, match: re.Match[str]) -> str:
        self._fields.pop(match[0], None)
        return self._written.get(match[0], match[0])
