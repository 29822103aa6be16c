"""An issue's words as passages, each with the place of every character: paragraphs, titles, what an inbox shows."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.checks.prose import prose_of, title_of
from newsletter.issue.holes import FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from newsletter.checks.material import Material
    from newsletter.checks.prose import Line
    from newsletter.model import Block, Position

INBOX, TITLE, PROSE = "inbox", "title", "prose"

_SPOKEN = ("alt", "cta")
"""The attributes that hold words of the editor's own."""
_BEGINS = re.compile(r"\s*(?:>\s*)*(?:[-*+]\s|\d+[.)]\s|#{1,6}\s|\||\[\^[^\]]+\]:)")
"""How a line begins that goes on no sentence: an item, a heading, a row of a table, a footnote."""
_ENDS = re.compile(r"\s*(?:>\s*)*(?:#{1,6}\s|\|)")
"""How a line begins after which a sentence does not go on."""
_VALUE = re.compile(
    r"""
    \w+ \s*:\s*
    (?: "(?P<double>(?:\\.|[^"\\])*)" | '(?P<single>(?:''|[^'])*)' | (?P<plain>[^\s"'\#>|].*?) )
    \s* (?:\s\#.*)?
    """,
    re.VERBOSE,
)
"""A key of YAML, its value in quotes or without, and a comment."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that belong together."""

    text: str
    """What is no prose in it (code, addresses, personal fields) is blank; lines end with a line feed."""
    raw: str
    """The same as it was written, character for character."""
    starts: tuple[tuple[int, Position], ...]
    """Of each line: the index of its first character, and where that stands."""
    part: str
    """`inbox`, `title` or `prose`."""
    kind: str = ""
    """Of its block."""

    def at(self, index: int) -> Position:
        """Return the place of a character."""
        start, position = self.starts[bisect_right(self.starts, index, key=lambda one: one[0]) - 1]
        return replace(position, column=position.column + index - start)


def passages_of(material: Material) -> Iterator[Passage]:
    """Yield the passages of an issue, in the order of its file."""
    lines = material.lines
    for key in ("subject", "preheader"):
        yield from _inbox(material.issue.positions.get(key), lines)
    for block in material.issue.blocks:
        yield from _attributes(block, lines)
        title = title_of(block, lines)
        if title and title.text:
            yield _passage([title], lines, TITLE, block)
        for group in _grouped(prose_of(block.body)):
            yield _passage(group, lines, PROSE, block)


def _inbox(position: Position | None, lines: Sequence[str]) -> Iterator[Passage]:
    """Yield a value of the front matter that stands on the line of its key."""
    if position is None:
        return
    line = lines[position.line - 1]
    found = _VALUE.fullmatch(line, position.column - 1)
    if found and found.lastgroup:
        raw = found[found.lastgroup]
        text = FIELD.sub(lambda match: " " * len(match[0]), raw)
        place = replace(position, column=found.start(found.lastgroup) + 1)
        yield Passage(text, raw, ((0, place),), INBOX)


def _attributes(block: Block, lines: Sequence[str]) -> Iterator[Passage]:
    """Yield what readers see or hear of a block's attributes, where it stands as it is shown."""
    for name in _SPOKEN:
        value, place = str(block.attributes.get(name, "")), block.places.get(name)
        if value and place and lines[place.line - 1].startswith(value, place.column - 1):
            yield Passage(value, value, ((0, place),), TITLE, block.kind)


def _grouped(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the lines between which a sentence may go on."""
    group: list[Line] = []
    for line in lines:
        last = group[-1] if group else None
        if last and (line.position.line > last.position.line + 1 or _BEGINS.match(line.text) or _ENDS.match(last.text)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _passage(group: Sequence[Line], lines: Sequence[str], part: str, block: Block) -> Passage:
    texts, raws, starts, at = [], [], [], 0
    for line in group:
        starts.append((at, line.position))
        written = lines[line.position.line - 1][line.position.column - 1 :]
        texts.append(line.text)
        raws.append(written[: len(line.text)].ljust(len(line.text)))
        at += len(line.text) + 1
    return Passage("\n".join(texts), "\n".join(raws), tuple(starts), part, block.kind)
