"""Where things stand in an issue: its links and pictures, its words without code and addresses, its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.issue.body import mentions_in
from newsletter.issue.holes import FIELD
from newsletter.model import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from newsletter.issue import Kind
    from newsletter.model import Block, Body, Issue

_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_ANY = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Link:
    """A place in an issue that leads elsewhere: a link in its words, or an attribute such as `url`."""

    target: str
    """The address as it stands in the mail; may hold placeholders of personal fields."""
    written: str
    """The address as the editor wrote it."""
    words: str
    """What readers see of it; empty for an attribute."""
    position: Position
    """Of the address."""
    words_at: Position
    kind: str
    """Of its block."""
    attribute: str = ""
    """The name of the attribute, where it is one."""
    is_picture: bool = False
    """A picture that lies elsewhere on the web, or beside the issue: its address is loaded, not followed."""

    @property
    def is_bare(self) -> bool:
        """Whether its words are its own address, as the editor wrote nothing else."""
        return self.words_at == self.position and not self.attribute


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in an issue's words."""

    level: int
    words: str
    position: Position


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an issue's words; what is no prose in it (code, addresses, personal fields) is blank."""

    position: Position
    """Of its first character."""
    text: str
    """As long as the line in the file, so that an index in it leads to the column."""

    def at(self, index: int) -> Position:
        """Return the place of the character at an index."""
        return replace(self.position, column=self.position.column + index)


def links_of(issue: Issue, kinds: Mapping[str, Kind]) -> Iterator[Link]:
    """Yield every link and picture of an issue, in the order of its blocks."""
    for block in issue.blocks:
        for name, attribute in kinds[block.kind].attributes.items():
            value = block.attributes.get(name)
            if attribute.type in {"url", "picture"} and value and name in block.places:
                target, place = str(value), block.places[name]
                yield Link(target, target, "", place, place, block.kind, name, attribute.type == "picture")
        for found in mentions_in(block.body):
            yield Link(
                found.target,
                found.written,
                found.words,
                found.position,
                found.words_at,
                block.kind,
                is_picture=found.is_picture,
            )


def as_written(issue: Issue, lines: Sequence[str]) -> Issue:
    """Return an issue without words that do not stand in the lines of its file, as no place in it can be told of them.

    Such are the notes of an episode that is pinned beside it.
    """
    return replace(issue, blocks=tuple(_as_written(block, lines) for block in issue.blocks))


def _as_written(block: Block, lines: Sequence[str]) -> Block:
    body = block.body
    first, number = body.source.partition("\n")[0], body.position.line
    if number <= len(lines) and lines[number - 1].startswith(first):
        return block
    return replace(block, body=replace(body, source="", parsed="", tokens=()))


def headings_of(block: Block) -> Iterator[Heading]:
    """Yield the headings in a block's words."""
    tokens, body = block.body.tokens, block.body
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.map:
            inline = tokens[index + 1]
            words = "".join(child.content for child in inline.children or ()).strip()
            yield Heading(int(token.tag[1:]), words, _first_character(body, token.map[0]))


def _first_character(body: Body, line: int) -> Position:
    text = body.source.split("\n")[line]
    found = _ANY.search(text)
    return Position(body.position.path, body.position.line + line, found.start() + 1 if found else 1)


def words_of(issue: Issue, lines: Sequence[str]) -> Iterator[Line]:
    """Yield the words of an issue, block by block, titles too; `lines` are those of its file."""
    for block in issue.blocks:
        if title := title_of(block, lines):
            yield title
        yield from prose_of(block.body)


def prose_of(body: Body) -> tuple[Line, ...]:
    """Return the lines of a block's words that are not empty, with what is no prose made blank; kept."""
    return _prose_of(body, body.position)


@lru_cache(maxsize=4096)
def _prose_of(body: Body, position: Position) -> tuple[Line, ...]:
    rows = [_blanked(FIELD, row) for row in body.source.split("\n")]
    for token in body.tokens:
        if token.type in {"fence", "code_block"} and token.map:
            rows[token.map[0] : token.map[1]] = [""] * (token.map[1] - token.map[0])
        elif token.type == "inline" and token.map:
            pieces = [child.content for child in token.children or () if child.type == "code_inline"]
            _blank_code(rows, token.map[0], pieces)
    for found in mentions_in(body):
        line, column = found.position.line - body.position.line, found.position.column - 1
        if rows[line].startswith(found.written, column):
            rows[line] = _blank(rows[line], column, column + len(found.written))
    lines = (
        Line(Position(position.path, position.line + number, 1), _blanked(_ENTITY, row))
        for number, row in enumerate(rows)
    )
    return tuple(line for line in lines if line.text.strip())


def title_of(block: Block, lines: Sequence[str]) -> Line | None:
    """Return a block's title as it stands in the lines of its file, its personal fields made blank."""
    position = block.places.get("title")
    if position is None:
        return None
    written = lines[position.line - 1][position.column - 1 :].partition("<!--")[0].rstrip()
    return Line(position, _blanked(FIELD, written))


def _blank_code(rows: list[str], line: int, pieces: list[str]) -> None:
    """Make code between backquotes blank, one piece after the other from a line on."""
    at = 0
    for piece in pieces:
        code = f"`{piece}`"
        starts = ((number, rows[number].find(code, at if number == line else 0)) for number in range(line, len(rows)))
        line, at = next(((number, start) for number, start in starts if start >= 0), (line, -1))
        if at >= 0:
            rows[line] = _blank(rows[line], at, at + len(code))


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)
