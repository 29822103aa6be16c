"""Rules on what was left in the words by mistake: things to fill in, characters that nobody sees, another language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.checks.rule import Remark
from newsletter.checks.vocabulary import COMMON
from newsletter.model import Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material

LEAST_WORDS = 40
"""Fewer do not tell which language they are in."""

_NOT_WRITTEN_YET = re.compile(
    r"(?i:lorem ipsum|dolor sit amet)|(?:(?<=^)|(?<=^[*+-] )|(?<=[(\[]))(?:TODO|FIXME)\b(?!-)"
    r"|\b(?:TODO|FIXME)(?=:|\s*$)|\bXXX+\b|\bTKTK\w*|\[TK\]|\bNOG INVULLEN\b"
)
_LIKELY = re.compile(r"[oO](?:REM|rem)|olor|DOLOR|TODO|FIXME|XXX|TK|NOG")
"""In nearly no line; five times as fast."""
_IN_BRACKETS = re.compile(
    r"(?<![#\w!])\[(?:nog )?(?:aantal|bedrijf|bron|citaat|datum|getal|invullen|jaar|link|naam|onderwerp|plaats|prijs"
    r"|tekst|titel|url|voornaam|company|date|first name|fill in|insert [\w ]+|name|number|place|price|quote|source"
    r"|subject|text|title|year)\](?![(\[:])",
    re.IGNORECASE,
)
_MADE_UP_HOST = re.compile(
    r"(?:^|\.)(?:example\.(?:com|org|net|nl)|voorbeeld\.(?:nl|com)|(?:your|my)-?(?:site|domain|company|website)\.com"
    r"|(?:jouw|mijn|uw)-?(?:site|website|domein|bedrijf)\.(?:nl|com)|[\w-]+\.(?:example|invalid|test))$"
)
_HIDDEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufff9-\ufffb]|[\U000e0000-\U000e007f]+"
)
_JOINERS = frozenset("\u200c\u200d")
_NAMES = {
    "\u00ad": "a soft hyphen", "\u200b": "a zero-width space", "\u200c": "a zero-width non-joiner",
    "\u200d": "a zero-width joiner", "\u2060": "a word joiner",
}  # fmt: skip
_CHANGES_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = frozenset("\u061c\u200e\u200f")
_FIRST_LEFTWARD, _LAST_LEFTWARD = "\u0590", "\u08ff"
"""Scripts that are read from right to left, beside which a mark has its place."""
_BLACK_FLAG = "\U0001f3f4"
_FIRST_JOINED = "\u0600"
"""From here on there are scripts and emoji in which a joiner has its place; before, it has none."""
_WORD = re.compile(r"[^\W\d_]+")
_CALLED = {"nl": "Dutch", "en": "English"}


def placeholder(material: Material) -> Iterator[Remark]:
    """Something was to be written here later, and was not.

    Write it, or delete it.
    """
    for line in material.prose:
        for found in _NOT_WRITTEN_YET.finditer(line.text) if _LIKELY.search(line.text) else ():
            yield Remark(line.at(found.start()), f"{quoted(found[0])} is still to be written")
    for key in ("subject", "preheader"):
        for found in _NOT_WRITTEN_YET.finditer(getattr(material.issue, key)):
            yield Remark(material.at(key), f"{quoted(found[0])} in the {key} is still to be written")


def placeholder_bracket(material: Material) -> Iterator[Remark]:
    """A word in square brackets that looks like a place to fill in; in a prompt it may be meant.

    Fill it in; or put it between backquotes where readers are to see it so.
    """
    for line in material.prose:
        for found in _IN_BRACKETS.finditer(line.text):
            yield Remark(line.at(found.start()), f"{quoted(found[0])} looks like a place to fill in")


def placeholder_address(material: Material) -> Iterator[Remark]:
    """The address is one of those that are kept for examples: nothing is there, or somebody else is.

    Write the address that is meant, or put the example between backquotes.
    """
    for link in material.links:
        try:
            host = urlsplit(link.target).hostname or ""
        except ValueError:
            continue
        if _MADE_UP_HOST.search(host):
            yield Remark(
                link.position, f"the address {quoted(link.written)} is one for examples; write the one that is meant"
            )


def hidden_character(material: Material) -> Iterator[Remark]:
    """Nobody sees it, and it came along with something that was copied. It breaks searches, addresses and code.

    Delete the character: mostly by writing the word again.
    """
    for number, line in enumerate(material.lines, start=1):
        if line.isascii():
            continue
        for found in _HIDDEN.finditer(line):
            if _has_its_place(line, found):
                continue
            sign = found[0][0]
            name = _NAMES.get(
                sign, "a sign that changes the direction of reading" if sign in _CHANGES_DIRECTION else "a sign"
            )
            place = Position(material.issue.path, number, found.start() + 1)
            yield Remark(place, f"{name} (U+{ord(sign):04X}), which nobody sees; delete it")


def _has_its_place(line: str, found: re.Match[str]) -> bool:
    """Tell whether a hidden sign belongs to what stands before it: in an emoji, a flag, or a script that joins."""
    before, behind = line[found.start() - 1 : found.start()], line[found.end() : found.end() + 1]
    if found[0] in _MARKS:
        return any(_FIRST_LEFTWARD <= sign <= _LAST_LEFTWARD for sign in (before, behind))
    if found[0] in _JOINERS:
        return before >= _FIRST_JOINED and behind >= _FIRST_JOINED
    return found[0][0] >= "\U000e0000" and before == _BLACK_FLAG


def language(material: Material) -> Iterator[Remark]:
    """What the issue says decides how it is read out, which quotes it gets, and every word that the templates add.

    Mend `language:` in the front matter.
    """
    words = [word for line in material.prose for word in _WORD.findall(line.text.casefold())]
    counts = {name: sum(word in common for word in words) for name, common in COMMON.items()}
    said = material.issue.language
    found = max(counts, key=lambda name: counts[name])
    if len(words) >= LEAST_WORDS and found != said and counts[found] > 3 * counts.get(said, 0) and said in counts:
        difference = f"the issue says that it is in {_CALLED[said]}, and its words are {_CALLED[found]}"
        yield Remark(material.at("language"), f"{difference}; write `language: {found}`")
