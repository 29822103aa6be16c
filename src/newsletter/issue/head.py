"""The line that opens a block: `::: KIND {#id .class key="value"} TITLE`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Mapping

_ATTRIBUTE = re.compile(r"""([^\s=}"'#.]+)[ \t]*(=?)[ \t]*""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_BARE = re.compile(r"""[^\s}"']+""")
_NAME = re.compile(r"[^\s}]*")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Written:
    """An attribute's value, an id or a title as it stands in the file."""

    text: str
    position: Position


@dataclass(frozen=True, slots=True)
class Head:
    """What stands behind the kind's name, and what is wrong with it."""

    attributes: Mapping[str, Written]
    places: Mapping[str, Position]
    """Where each attribute's name stands."""
    id: Written | None
    classes: tuple[str, ...]
    title: Written | None
    findings: tuple[Finding, ...]


NO_HEAD = Head({}, {}, None, (), None, ())
"""Of the text between blocks."""


def read_head(line: str, at: int, position: Position) -> Head:
    """Read a head from the index `at`, behind the kind's name; `position` is the line's."""
    reader = _Reader(line, position)
    if line.startswith("{", at) and not line.startswith("{{", at):
        at = reader.read_attributes(at + 1)
    title = line[at:].strip()
    return Head(
        attributes=reader.attributes,
        places=reader.places,
        id=reader.id,
        classes=tuple(reader.classes),
        title=Written(title, reader.place(line.index(title, at))) if title else None,
        findings=tuple(reader.findings),
    )


class _Reader:
    """Goes along one line; what it has read so far stands in its attributes."""

    def __init__(self, line: str, position: Position) -> None:
        self.attributes: dict[str, Written] = {}
        self.places: dict[str, Position] = {}
        self.id: Written | None = None
        self.classes: list[str] = []
        self.findings: list[Finding] = []
        self._line = line
        self._position = position

    def place(self, index: int) -> Position:
        return replace(self._position, column=index + 1)

    def _fault(self, index: int, message: str, rule: str = "attribute-syntax") -> None:
        self.findings.append(Finding(self.place(index), message, rule))

    def read_attributes(self, at: int) -> int:
        """Read up to the closing brace; return where the title may begin."""
        opened = at - 1
        while at < len(self._line):
            if self._line[at] == "}":
                return at + 1
            at = at + 1 if self._line[at].isspace() else self._read_one(at)
        if at == len(self._line):  # else a quote swallowed the rest, and that is told already
            self._fault(opened, "the { of the attributes is never closed", "attribute-brace")
        return len(self._line)

    def _read_one(self, at: int) -> int:
        sign = self._line[at]
        if sign in "#.":
            match = _NAME.match(self._line, at + 1)
            name = match[0] if match else ""
            if sign == "#":
                self.id = Written(name, self.place(at))
            else:
                self.classes.append(name)
            return at + 1 + len(name)
        match = _ATTRIBUTE.match(self._line, at)
        if match is None:
            self._fault(at, f"found {sign} where an attribute was expected")
            return at + 1
        if not match[2]:
            self._fault(at, f'attribute "{match[1]}" has no value; write {match[1]}="…"')
            return match.end()
        return self._read_value(match[1], at, match.end())

    def _read_value(self, name: str, named_at: int, at: int) -> int:
        match = _QUOTED.match(self._line, at) or _BARE.match(self._line, at)
        if match is None:
            quote = self._line[at : at + 1]
            is_open = quote in {'"', "'"}
            what = f"the {quote} is never closed" if is_open else "has no value"
            self._fault(named_at, f'attribute "{name}": {what}; write {name}="…"')
            return len(self._line) + 1 if is_open else at
        if name in self.attributes:
            self._fault(named_at, f'attribute "{name}" stands here a second time', "attribute-duplicate")
        text, begins = match[0], at
        if match.re is _QUOTED:
            text, begins = _ESCAPED.sub(r"\1", text[1:-1]), at + 1
        self.attributes[name] = Written(text, self.place(begins))
        self.places[name] = self.place(named_at)
        return match.end()
