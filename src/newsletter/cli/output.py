"""Words on standard error, results on standard output, colours where they are wanted."""

from __future__ import annotations

import json
import os
import sys

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}


def mark(text: str, style: str) -> str:
    """Return text in a style, where standard error is a terminal and NO_COLOR is not set (no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stderr.isatty():
        return text
    return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m"


def clean(text: str) -> str:
    """Return text without control characters, which could play tricks with a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def say(text: str) -> None:
    """Tell a person something."""
    sys.stderr.write(f"{text}\n")


def print_json(document: object) -> None:
    """Print the one JSON document of a command."""
    sys.stdout.write(f"{json.dumps(document, ensure_ascii=False, indent=2)}\n")
