"""The turns of phrase that messages about a person's text share."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN_CHARACTERS = 60
_LISTED_NAMES = 20


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return ` (did you mean "…"?)` for the nearest known name, or the names where none is near."""
    names = sorted(known)
    rest = ", …" if len(names) > _LISTED_NAMES else ""
    others = f" (there is {', '.join(names[:_LISTED_NAMES])}{rest})" if known else ""
    return near_miss(name, known) or others


def quoted(text: str) -> str:
    """Return a found value as a message shows it: in quotes, controls escaped, at most 60 characters."""
    cut = text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
    return printable(json.dumps(cut, ensure_ascii=False))


def printable(text: str) -> str:
    """Return a text whose controls, and characters that nobody can see, are escaped."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def counted(number: int, noun: str) -> str:
    """Return how many there are of something: `1 line`, `12,000 lines`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def near_miss(name: str, known: Collection[str]) -> str:
    """Return ` (did you mean "…"?)` where a known name is near; for messages that list them all anyway."""
    near = get_close_matches(name.lower(), known, n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""
