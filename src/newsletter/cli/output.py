"""Words on standard error, results on standard output, colours where they are wanted."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TextIO

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """Words that stand out, where there are colours."""

    text: str
    style: str


def say(*words: str | Mark) -> None:
    """Tell a person something: the words with a space between them, whatever they hold safe for a terminal."""
    _write(sys.stderr, words)


def show(*words: str | Mark) -> None:
    """Print a line of what a command was asked for, as `say` does, on standard output."""
    _write(sys.stdout, words)


def _write(stream: TextIO, words: tuple[str | Mark, ...]) -> None:
    coloured = _has_colours(stream)
    stream.write(f"{' '.join(_shown(word, coloured=coloured) for word in words)}\n")


def weight(size_bytes: int) -> str:
    """Return a size as people say it."""
    return f"{size_bytes / 1000:.1f} kB" if size_bytes < _MB else f"{size_bytes / _MB:,.1f} MB"


def spoken_time(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 90:  # noqa: PLR2004 - from here on nobody counts seconds
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - as above


def print_json(document: object) -> None:
    """Print the one JSON document of a command; in ASCII, which passes every terminal and encoding unharmed."""
    import json

    sys.stdout.write(f"{json.dumps(document, indent=2)}\n")


def _has_colours(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal, and NO_COLOR is not set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _shown(word: str | Mark, *, coloured: bool) -> str:
    if isinstance(word, str):
        return _clean(word)
    text = _clean(word.text)
    return f"\x1b[{_COLOURS[word.style]}m{text}\x1b[0m" if coloured else text


def _clean(text: str) -> str:
    """Return text without control characters: issues, servers and file names could play tricks with a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
