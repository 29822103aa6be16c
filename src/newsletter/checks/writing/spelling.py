"""Words that are in no dictionary.

A speller that cries wolf is turned off. So a Dutch text may have English words, an English one British and American
ones; and what looks like a name is let through: capitals within a word, a capital within a sentence, and wherever else
such a word stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from newsletter.checks.writing.dictionaries import knows, suggestions
from newsletter.checks.writing.words import HYPHENS, is_in_a_name, is_shortened, sentences_in, words_in

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_ALSO = {"nl": ("nl", "en"), "en": ("en",)}
"""Which dictionaries a text in a language may take its words from."""
_LATIN = re.compile(rf"[A-Za-z\u00c0-\u024f'’{re.escape(HYPHENS)}]+")
_HYPHEN = re.compile(f"[{re.escape(HYPHENS)}]")
_ENDING = re.compile(r"['’](?:s|er|ers|je|jes|tje|tjes|en|t|d|ll|re|ve|m)\Z")
_VOWEL = re.compile(r"[aeiouyà-öø-ÿ]", re.IGNORECASE)
_AFFIXES = frozenset(
    {"achtig", "achtige", "anti", "co", "de", "e", "ex", "mini", "multi", "non", "post", "pre", "re", "sub", "ultra"}
)
"""What stands beside a hyphen without being a word."""
_LEAST_PART = 4
_LEAST_COMPOUND = {"nl": 11, "en": 8}
"""Letters of a compound, and of each half: with fewer, slips of the pen pass for one (`enigzins`)."""
_STRESS = "\N{COMBINING ACUTE ACCENT}"
"""On a word that is stressed: *níet*, *jóuw*."""
_MODERN = frozenset({"app", "apps", "bot", "bots", "chat", "data", "deep", "tech", "tool", "tools", "video", "web"})
"""Halves of which new compounds are made every day; the other half must be a word all the same."""
_MOST_EDITS, _LETTERS_PER_EDIT = 2, 3
"""How far from a word may be what was meant by it."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A word that no dictionary knows."""

    index: int
    word: str
    begins: bool
    """It has a capital, as it begins a sentence: nobody knows whether it is a name."""


@lru_cache(maxsize=4096)
def strangers_in(text: str, language: str) -> tuple[Stranger, ...]:
    """Return the words of a passage that no dictionary knows, and that do not look like names."""
    found = []
    for start, sentence in sentences_in(text):
        for order, word in enumerate(words_in(sentence)):
            # What is asked first decides it for nearly all words, and is kept.
            if not _is_stranger(word[0], language) or is_in_a_name(word) or is_shortened(word):
                continue
            begins = word[0][0].isupper()
            if not (begins and order):
                found.append(Stranger(start + word.start(), word[0], begins))
    return tuple(found)


@lru_cache(maxsize=4096)
def names_in(text: str) -> frozenset[str]:
    """Return the words of a passage that have a capital though they begin no sentence."""
    return frozenset(
        without_ending(word[0])
        for _, sentence in sentences_in(text)
        for order, word in enumerate(words_in(sentence))
        if order and word[0][0].isupper()
    )


def is_among(word: str, right: AbstractSet[str]) -> bool:
    """Tell whether a word is one of those that are right; what is in lower case there may have a capital."""
    plain = without_ending(word)
    return not right.isdisjoint((word, plain, word.lower(), plain.lower()))


def without_ending(word: str) -> str:
    """Return a word without what an apostrophe joins to it: `GPU` for `GPU's`."""
    return _ENDING.sub("", word)


@lru_cache(maxsize=4096)
def better_word(word: str, language: str) -> str:
    """Return the word that was meant; empty where none is near enough."""
    near = [one for one in suggestions(language, word) if " " not in one]
    if word[0].isupper():  # a name is most like other names, of which there are too many to tell it from
        near = [one for one in near if one[0].isupper() and knows(language, one.lower())]
    edits = {found: _edits(found.lower(), word.lower()) for found in near}
    best = min(edits, key=lambda found: edits[found], default="")
    return best if best and edits[best] <= min(_MOST_EDITS, len(word) // _LETTERS_PER_EDIT) else ""


def _edits(one: str, other: str) -> int:
    """Return how many letters must be added, left out, changed or swapped with the next to make one word of another.

    This is the distance of Damerau and Levenshtein, where no letter is touched twice.
    """
    before, above, row = list[int](), list[int](), list(range(len(other) + 1))
    for y, letter in enumerate(one):
        before, above, row = above, row, [y + 1]
        for x, wanted in enumerate(other):
            steps = [above[x] + (letter != wanted), above[x + 1] + 1, row[x] + 1]
            if x and y and letter == other[x - 1] and wanted == one[y - 1]:
                steps.append(before[x - 1] + 1)
            row.append(min(steps))
    return row[-1]


@lru_cache(maxsize=65536)
def _is_stranger(word: str, language: str) -> bool:
    return not (
        _is_odd(word)
        or _is_known(word, language)
        or _has_known_parts(word, language)
        or _is_compound(without_ending(word).lower(), language)
    )


def _is_odd(word: str) -> bool:
    """Tell whether a word is none that a dictionary could have: a name in capitals, a number, another script."""
    base = without_ending(word)
    is_odd_case = sum(map(str.isupper, base)) > 1 or any(map(str.isupper, base[1:]))
    return len(base) == 1 or is_odd_case or not _LATIN.fullmatch(word) or not _VOWEL.search(base)


def _is_known(word: str, language: str) -> bool:
    plain = word.replace("’", "'").replace(HYPHENS[1], HYPHENS[0])
    forms = {plain, without_ending(plain), normalize("NFC", normalize("NFD", plain).replace(_STRESS, ""))}
    return any(knows(name, form) for name in _ALSO[language] for form in forms)


def _has_known_parts(word: str, language: str) -> bool:
    parts = _HYPHEN.split(word)
    return len(parts) > 1 and all(part in _AFFIXES or _is_odd(part) or _is_known(part, language) for part in parts)


def _is_compound(word: str, language: str) -> bool:
    """Tell whether a word is two in one, of which the dictionaries know both: `datagovernance`, `webwinkel`."""
    return any(
        _is_known(second, language) and (_is_known(first, language) or _is_known(first.removesuffix("s"), language))
        for first, second in ((word[:at], word[at:]) for at in range(1, len(word)))
        if _may_be_halves(first, second, language)
    )


def _may_be_halves(first: str, second: str, language: str) -> bool:
    if min(len(first), len(second)) >= _LEAST_PART and len(first) + len(second) >= _LEAST_COMPOUND[language]:
        return True
    return any(half in _MODERN and len(other) >= _LEAST_PART for half, other in ((first, second), (second, first)))
