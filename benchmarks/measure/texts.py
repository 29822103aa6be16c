"""Other texts of one issue, a new one for each round: what was kept of the round before must not help too much."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape
from itertools import pairwise

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_DATE = re.compile(r"^date: .*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_PARAGRAPH = re.compile(r"^(?=[^\W\d_])", re.MULTILINE)
_UNSEEN = re.compile(r"<!--.*?-->|<(head|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
_FIRST_DAY = date(2024, 1, 1)


def one_word_changed(text: str, number: int) -> str:
    """Return the issue with one word more, in the middle one of its paragraphs: an editor's next save."""
    places = _paragraphs(text)
    at = places[len(places) // 2]
    return f"{text[:at]}Word{number} {text[at:]}"


def another_issue(text: str, number: int) -> str:
    """Return the issue with another date, and in every block a link more, to a place of its own.

    So no block is that of an issue with another number.
    """
    first_in_block = {text.count("\n:::", 0, at): at for at in reversed(_paragraphs(text))}
    starts = [0, *sorted(first_in_block.values()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(starts)]
    linked = f"[Word{number}](https://example.org/{number}) ".join(pieces)
    return _DATE.sub(f"date: {_FIRST_DAY + timedelta(number)}", linked, count=1)


def another_colour(number: int) -> str:
    """Return a colour of its own for each number, as `#rrggbb`."""
    return f"#{0x5B0000 + number:06x}"


def _paragraphs(text: str) -> list[int]:
    """Return where lines begin with a letter, below the front matter and outside code."""
    front = _FRONT_MATTER.match(text)
    hidden = [match.span() for match in (front, *_FENCED.finditer(text)) if match]
    starts = (match.start() for match in _PARAGRAPH.finditer(text))
    return [at for at in starts if not any(start <= at < end for start, end in hidden)]


def same_words(left: str, right: str) -> float:
    """Return the share of visible words that two HTML documents have in common, of all that they have."""
    one, other = (Counter(unescape(_UNSEEN.sub(" ", html)).split()) for html in (left, right))
    return (one & other).total() / (one | other).total()
