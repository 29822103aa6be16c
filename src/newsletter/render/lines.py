"""Lines of plain text: text measured in columns, wrapped and underlined.

Words move to the next line whole, so an address or the placeholder of a personal field is never broken.
Only East Asian writing, which has no spaces, is cut inside what looks like one word.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WIDTH = 72
"""Columns: room for a few `> ` of quoting in replies before a terminal's 80 are full."""

GLUE = "\0"
"""A space that is no place to break a line. The Markdown parser lets no NUL through: no text holds one."""

_WORD = re.compile(r"[\S\u00a0\u2007\u202f]+")
_ONE_COLUMN_EACH = re.compile(r"[\0\n -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2070-\u208e\u20a0-\u20bf]*")
"""Text as wide as it is long: nearly all of it, and ten times faster to measure."""
_JOINED_EMOJI = re.compile("\u200d[\u2190-\U0010ffff][\ufe0f\U0001f3fb-\U0001f3ff]?")
"""What a zero width joiner adds to an emoji: it is drawn inside the picture before it."""
_EMOJI_STYLE = "\ufe0f"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})
_NO_BREAK_BEFORE = frozenset({"Pe", "Pf", "Po", "Lm", "Mn", "Me", "Cf", "Sk"})
_NO_BREAK_AFTER = frozenset({"Ps", "Pi", "Cf"})


def wrap(text: str, width: int = WIDTH, indent: str = "") -> str:
    """Return a text wrapped at `width` columns, each line after `indent`; its own line breaks are kept."""
    lines = folded(text, width - display_width(indent))
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def hang(text: str, marker: str, width: int = WIDTH) -> str:
    """Return an item of a list wrapped at `width` columns: its marker before the first line, the others below it."""
    return marker + wrap(text, width, " " * display_width(marker))[display_width(marker) :]


def underline(text: str, char: str, width: int = WIDTH) -> str:
    """Return a title, wrapped at `width` columns, above a line of `char` as long as its longest line."""
    return "\n".join(underlined(text, char, width))


def underlined(text: str, char: str, width: int) -> list[str]:
    """Return what `underline` does, as lines; no lines if there is nothing to underline."""
    lines = folded(text, width)
    return [*lines, char * max(map(display_width, lines))] if lines else []


def display_width(text: str) -> int:
    """Return the columns that a text takes in a font of fixed width: two for wide characters and emoji.

    After Unicode Standard Annex #11; combining and invisible characters take none, ambiguous ones one.
    """
    if _ONE_COLUMN_EACH.fullmatch(text):
        return len(text)
    total = last = 0
    for char in _JOINED_EMOJI.sub("", text):
        if char == _EMOJI_STYLE:
            # It turns a text symbol into a picture: one column becomes two.
            total += last == 1
            last = 2
        elif char not in _SKIN_TONES and category(char) not in _INVISIBLE:
            last = 2 if east_asian_width(char) in "WF" else 1
            total += last
    return total


def words(text: str) -> list[str]:
    """Return what stands between the spaces of a text; a no-break space is part of its word."""
    return _WORD.findall(text)


def folded(text: str, width: int) -> list[str]:
    """Return the lines of a text, none of them ending in a space; no lines if there is nothing to see."""
    measure: Callable[[str], int] = len if _ONE_COLUMN_EACH.fullmatch(text) else display_width
    lines = [
        line.replace(GLUE, " ").rstrip()
        for paragraph in text.split("\n")
        for line in _filled(words(paragraph), width, measure)
    ]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _filled(pieces: Iterable[str], width: int, measure: Callable[[str], int]) -> Iterator[str]:
    """Yield lines with as many words as fit in each; one empty line if there are no words."""
    if measure is not len:
        pieces = (piece for word in pieces for piece in _cut(word, width))
    line: list[str] = []
    used = 0
    for piece in pieces:
        size = measure(piece)
        if line and used + 1 + size > width:
            yield " ".join(line)
            line, used = [], 0
        used += size + bool(line)
        line.append(piece)
    yield " ".join(line)


def _cut(word: str, width: int) -> list[str]:
    """Return a word in pieces of at most `width` columns, cut where East Asian writing allows it.

    Two pieces never fit on one line together, so no space comes between them.
    """
    if "://" in word or "www." in word or display_width(word) <= width:
        return [word]
    pieces = [""]
    used = 0
    for unit in _units(word):
        size = display_width(unit)
        if pieces[-1] and used + size > width:
            pieces.append("")
            used = 0
        pieces[-1] += unit
        used += size
    return pieces


def _units(word: str) -> Iterator[str]:
    """Yield the parts of a word between which a line may break: beside a wide character, but marks cling."""
    start = 0
    for at, (before, after) in enumerate(pairwise(word), start=1):
        wide = east_asian_width(before) in "WF" or east_asian_width(after) in "WF"
        if wide and category(before) not in _NO_BREAK_AFTER and category(after) not in _NO_BREAK_BEFORE:
            yield word[start:at]
            start = at
    yield word[start:]
