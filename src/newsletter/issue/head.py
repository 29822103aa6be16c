"""The line that opens a block: `::: KIND {#id .class key="value"} TITLE`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.issue.holes import FIELD, Written
from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

# A personal field is taken whole, with the quotes, spaces and braces in it. No two branches begin alike, so that a
# value that is never closed is read once, and not once for each choice between them.
_IN_VALUE = rf"{FIELD.pattern}|\\.|(?!{FIELD.pattern})"
_QUOTED = re.compile(rf"""\"(?:{_IN_VALUE}[^"\\])*\"|'(?:{_IN_VALUE}[^'\\])*'""")
_BARE = re.compile(rf"""(?:{FIELD.pattern}|[^\s}}"'“”„‘’])+""")
_ATTRIBUTE = re.compile(r"([\w-]+)[ \t]*(=?)[ \t]*")
_NAME = re.compile(r"[#.]([^\s}]*)")
_ESCAPED = re.compile(r"\\(.)")
_TYPOGRAPHIC = re.compile(r"[“”„‘’][^“”‘’}]*[“”‘’]?")
_UNREADABLE = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s}])+""")
_LATE = re.compile(r"(?<!\{)\{[ \t]*(?:[#.][\w-]|[\w-]+[ \t]*=)[^{}]*\}$")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands behind the kind's name, and what is wrong with it."""

    attributes: Mapping[str, Written]
    places: Mapping[str, Position]
    """Where each attribute's name stands."""
    id: Written | None
    classes: tuple[Written, ...]
    title: Written | None
    findings: tuple[Finding, ...]

    @property
    def values_at(self) -> Mapping[str, Position]:
        """Where each value stands, and the title and the id."""
        written = {**self.attributes, "title": self.title, "id": self.id}
        return MappingProxyType({name: value.position for name, value in written.items() if value})


NO_HEAD = Head({}, {}, None, (), None, ())
"""Of the text between blocks."""


def read_head(line: str, at: int, position: Position) -> Head:
    """Read a head from the index `at`, behind the kind's name; `position` is the line's."""
    reader = _Reader(line, position)
    if line.startswith("{", at) and not line.startswith("{{", at):
        at = reader.read_attributes(at + 1)
    title = reader.read_title(at)
    return Head(
        attributes=reader.attributes,
        places=reader.places,
        id=reader.id,
        classes=tuple(reader.classes),
        title=title,
        findings=tuple(reader.findings),
    )


class _Reader:
    """Goes along one line; what it has read so far stands in its attributes."""

    def __init__(self, line: str, position: Position) -> None:
        self.attributes: dict[str, Written] = {}
        self.places: dict[str, Position] = {}
        self.id: Written | None = None
        self.classes: list[Written] = []
        self.findings: list[Finding] = []
        self._line = line
        self._position = position

    def _place(self, index: int) -> Position:
        return Position(self._position.path, self._position.line, index + 1)

    def _fault(self, index: int, message: str, rule: str = "attribute-syntax") -> None:
        self.findings.append(Finding(self._place(index), message, rule))

    def read_attributes(self, at: int) -> int:
        """Read up to the closing brace; return where the title may begin."""
        opened = at - 1
        while at < len(self._line):
            if self._line[at] == "}":
                return at + 1
            at = at + 1 if self._line[at].isspace() else self._read_one(at)
        if at == len(self._line):  # else a quote swallowed the rest, and that is told already
            self.findings.clear()  # the title was read as attributes
            self._fault(opened, "the { of the attributes is never closed", "attribute-brace")
        return len(self._line)

    def read_title(self, at: int) -> Written | None:
        """Read what is left of the line, or nothing."""
        text = self._line[at:].strip()
        if not text:
            return None
        begins = self._line.index(text, at)
        if late := _LATE.search(text):
            message = "attributes stand before the title, right behind the name of the block's kind"
            self._fault(begins + late.start(), message)
            text = text[: late.start()].rstrip()
        return Written(text, self._place(begins))

    def _read_one(self, at: int) -> int:
        if name := _NAME.match(self._line, at):
            return self._read_name(name, at)
        match = _ATTRIBUTE.match(self._line, at)
        if match is None:
            self._fault(at, f"found {quoted(self._line[at])} where an attribute was expected")
        elif not match[2]:
            self._fault(at, f'attribute "{match[1]}" has no value; write {match[1]}="…"')
        else:
            return self._read_value(match[1], at, match.end())
        return next(_UNREADABLE.finditer(self._line, at)).end()

    def _read_name(self, match: re.Match[str], at: int) -> int:
        name = Written(match[1], self._place(at))
        if match[0].startswith("."):
            self.classes.append(name)
        elif self.id:
            self._fault(at, "a block has one id, and this is its second", "attribute-duplicate")
        else:
            self.id = name
        return match.end()

    def _read_value(self, name: str, named_at: int, at: int) -> int:
        match = _QUOTED.match(self._line, at) or _BARE.match(self._line, at)
        if match is None:
            return self._refuse_value(name, named_at, at)
        if name in self.attributes:
            self._fault(named_at, f'attribute "{name}" stands here a second time', "attribute-duplicate")
        value = Written(match[0], self._place(at))
        if match.re is _QUOTED:
            source = match[0][1:-1]
            value = Written(_ESCAPED.sub(r"\1", source), self._place(at + 1), source)
        self.attributes[name] = value
        self.places[name] = self._place(named_at)
        return match.end()

    def _refuse_value(self, name: str, named_at: int, at: int) -> int:
        quote = self._line[at : at + 1]
        found, end = "has no value", at
        if quote in {'"', "'"}:
            found, end = f"has a {quote} that is never closed", len(self._line) + 1
        elif match := _TYPOGRAPHIC.match(self._line, at):
            found, end = f"has a typographic quote ({quote}), and needs straight ones", match.end()
        self._fault(named_at, f'attribute "{name}" {found}; write {name}="…"')
        return end
