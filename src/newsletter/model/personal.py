"""A text that still waits for a reader: literal pieces, `Hole`s and `Conditional` pieces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.model.findings import Position


class Context(StrEnum):
    """Where a personal field lands; it decides how the value is escaped."""

    PLAIN = "plain"
    """Plain text: the text part, a subject. Nothing to escape; line breaks become spaces."""
    HTML = "html"
    """Text or an attribute's value in HTML."""
    URL = "url"
    """A whole address in an attribute; only http, https and mailto may come of it."""
    URL_PART = "url-part"
    """A piece of an address (path or query) in an attribute; percent-encoded."""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """An expression between `{{` and `}}`, as the editor wrote it."""

    expression: str
    position: Position


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a rendered text where a personal field's value goes."""

    field: PersonalField
    context: Context


@dataclass(frozen=True, slots=True)
class Conditional:
    """A piece of a rendered text that only some readers get; without it the rest is whole."""

    condition: PersonalField
    segments: Segments


Segment = str | Hole | Conditional
Segments = tuple[Segment, ...]
"""A rendered text: literal pieces, the holes between them, and pieces that depend on the reader."""
