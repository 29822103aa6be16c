"""What can be said of a passage's words without a dictionary: each fault with its index and what to say of it."""

from __future__ import annotations

import re
from functools import lru_cache

from newsletter.checks.writing.words import sentences_in, words_in
from newsletter.issue.markdown import typographic
from newsletter.wording import quoted

Faults = tuple[tuple[int, str], ...]

_TWICE = {
    "nl": frozenset(
        {
            "als",
            "bla",
            "dat",
            "die",
            "er",
            "had",
            "haar",
            "heel",
            "het",
            "hij",
            "hun",
            "ja",
            "je",
            "lang",
            "nee",
            "of",
            "ons",
        }
        | {"u", "ver", "was", "we", "wie", "ze", "zijn"}
        | {"aan", "af", "bij", "door", "in", "mee", "na", "om", "op", "over", "tegen", "toe", "tot", "uit", "voor"}
    ),
    "en": frozenset(
        {"blah", "bye", "do", "had", "ha", "her", "in", "is", "long", "no", "on", "so", "that", "very", "you"}
    ),
}
"""Words that stand twice in good sentences: *dat je je afvraagt*, *spreek het in in de app*, *what it is is*."""
_BETWEEN = re.compile(r"[*_]*\s[\s*_]*")
_SPACES = re.compile(r"(?<=\S)  +(?=\S)")
_BEFORE_TEXT = re.compile(r"[\s>]*(?:[-*+]|\d+[.)]|#{1,6})?\s*\Z")
_ANY_QUOTE = re.compile('["“”]')
_QUOTE = re.compile(r'"')


@lru_cache(maxsize=4096)
def repeated_words(text: str, raw: str, language: str) -> Faults:
    """Find words that stand twice, one behind the other."""
    usual = _TWICE.get(language, frozenset())
    found = []
    last = None
    for word in words_in(text):
        if last and last[0].lower() == word[0].lower() and _BETWEEN.fullmatch(raw, last.end(), word.start()):
            is_name = word[0][0].isupper() and last[0][0].isupper()
            if not is_name and not word[0][0].isdigit() and word[0].lower() not in usual:
                found.append((word.start(), f"{quoted(word[0])} stands here twice; delete one"))
        last = word
    return tuple(found)


@lru_cache(maxsize=4096)
def doubled_spaces(text: str, raw: str) -> Faults:
    """Find two spaces and more where one is enough."""
    found = []
    for spaces in _SPACES.finditer(raw):
        start, end = spaces.span()
        line = raw.rfind("\n", 0, start) + 1
        is_prose = text[start - 1] == raw[start - 1] and text[end] == raw[end]
        if is_prose and not raw.startswith("|", line) and not _BEFORE_TEXT.fullmatch(raw, line, end):
            count = "two" if end - start == 2 else str(end - start)  # noqa: PLR2004 - a pair
            found.append((start, f"{count} spaces; one is enough"))
    return tuple(found)


@lru_cache(maxsize=4096)
def long_sentences(text: str, most: int) -> Faults:
    """Find sentences of more words than `most`."""
    found = []
    for start, sentence in sentences_in(text):
        words = list(words_in(sentence))
        if len(words) > most:
            message = f"a sentence of {len(words)} words; of more than {most} few readers know the beginning at the end"
            found.append((start + words[0].start(), f"{message}; make two of it"))
    return tuple(found)


@lru_cache(maxsize=4096)
def straight_quotes(text: str) -> Faults:
    """Find straight quotes around words, where nothing makes them typographic."""
    marks = [mark.start() for mark in _QUOTE.finditer(text) if not _is_inches(text, mark.start())]
    return tuple((at, 'a straight quote (") is shown as it is here; write “ and ”') for at in marks)


@lru_cache(maxsize=4096)
def lone_quotes(text: str, language: str) -> Faults:
    """Find quotes that stay straight, as they have no partner, where the others become typographic."""
    if '"' not in text:
        return ()
    written = [mark.start() for mark in _ANY_QUOTE.finditer(text)]
    shown = _ANY_QUOTE.findall(typographic(text, language))
    return tuple(
        (at, 'this quote (") has no partner, so it stays straight; close it, or delete it')
        for at, mark in zip(written, shown, strict=False)
        if mark == '"' and not _is_inches(text, at)
    )


def _is_inches(text: str, at: int) -> bool:
    return text[max(0, at - 1) : at].isdigit()
