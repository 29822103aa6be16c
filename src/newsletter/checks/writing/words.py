"""Words in a text, and the marks that stand between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HYPHENS = "-\N{NON-BREAKING HYPHEN}"

_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
"""Characters that nobody sees; a word in which one stands is still one word."""
_WORD = re.compile(rf"[^\W_]+(?:['’{re.escape(HYPHENS)}{_UNSEEN}][^\W_]+)*")
"""With apostrophes and hyphens inside: `foto's`, `EUV-machine`."""
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s|\Z)")
_SHORT = "bijv|blz|bv|ca|dr|drs|etc|excl|inc|incl|ir|ltd|mr|mw|nr|prof|resp|st|vs"
"""Words that a full stop shortens, and ends no sentence."""
_SHORTENED = re.compile(_SHORT, re.IGNORECASE)
_ABBREVIATION = re.compile(rf"\b(?:[A-Za-z]|{_SHORT})\Z")
_LONGEST_SHORT = 5
_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"[@#/_]\Z|[\w:][.:\\]\Z"), re.compile(r"[@/_]|[.:\\]\w")
"""What joins a word to an address or the name of a file, such as `house.txt` and `@name`."""


def words_in(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of a text, digits among them."""
    return _WORD.finditer(text)


def is_in_a_name(word: re.Match[str]) -> bool:
    """Tell whether a word is a piece of an address, of a file's name, or the name of an emoji, such as `:tada:`."""
    text, (start, end) = word.string, word.span()
    is_emoji = text[start - 1 : start] == ":" == text[end : end + 1]
    is_joined = _JOINED_BEFORE.search(text, max(0, start - 2), start) or _JOINED_AFTER.match(text, end)
    return is_emoji or bool(is_joined)


def is_shortened(word: re.Match[str]) -> bool:
    """Tell whether a word is half of one: `bijv.`, `zorg- en welzijn`."""
    after = word.string[word.end() : word.end() + 1]
    return (after == "." and bool(_SHORTENED.fullmatch(word[0]))) or (bool(after) and after in HYPHENS)


def sentences_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a passage: the index of each, and its text."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end[0] == "." and _ABBREVIATION.search(text, max(0, end.start() - _LONGEST_SHORT), end.start()):
            continue
        yield start, text[start : end.end()]
        start = end.end()
    if text[start:].strip():
        yield start, text[start:]


def read_words(text: str) -> frozenset[str]:
    """Return the words of a list, one on each line; what stands behind a `#` is left out."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(filter(None, lines))
