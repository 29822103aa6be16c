"""newsletter.toml as text becomes values, and for each of them the place where it stands.

The standard library reads TOML but keeps no positions. They are found afterwards, with the library as the
only judge of what TOML is: lines are gathered until they parse by themselves, and what they parse to names
the keys.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from newsletter.config.faults import MISSING, SYNTAX, TOML
from newsletter.config.files import read_text
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

KeyPath = tuple[str | int, ...]
"""The way to a value: keys, and indexes into arrays, from 0."""

MAX_LINE_CHARACTERS = 1000
"""Python's parser needs time and memory by the square of a dotted key's length: 98 s for one of 120 KB."""

MAX_STATEMENT_LINES = 100
"""Of one value: each line of it is one more attempt at parsing, so that the time grows with the square."""

_PLACE = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
"""How the parser says where it stopped; it says something else at the end of the text."""


@dataclass(frozen=True, slots=True)
class Document:
    """What newsletter.toml says."""

    values: Mapping[str, object]
    positions: Mapping[KeyPath, Position]
    """Of every key and table. What stands within an inline table or an array has the place of its key."""
    readable: bool = True
    """False where the file is not there or is not TOML: then nothing in it can be missed."""

    def position(self, path: KeyPath) -> Position:
        """Return where a key stands, or else the nearest table around it, or else the top of the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return Position(TOML, 1, 1)


_UNREADABLE = Document(MappingProxyType({}), MappingProxyType({}), readable=False)


def read_document(root: Path, faults: list[Finding]) -> Document:
    """Return what newsletter.toml says; where it cannot be read, add a fault and return an empty document."""
    path = root / TOML
    if not path.exists():
        message = 'not found here: "newsletter init" makes one, and -C DIR picks another folder'
        faults.append(Finding(Position(TOML), message, MISSING))
        return _UNREADABLE
    text = read_text(path, faults)
    if text is None:
        return _UNREADABLE
    try:
        return parse(text)
    except ValueError as error:
        faults.append(_syntax_fault(str(error), text))
    except RecursionError:
        faults.append(Finding(Position(TOML), "nested too deeply", SYNTAX))
    return _UNREADABLE


def parse(text: str) -> Document:
    """Return the values and positions in a TOML text.

    Raises:
        ValueError: it is not TOML, one of its lines is too long, or a value has too many lines.
        RecursionError: it is nested deeper than can be parsed.
    """
    # Not splitlines(): it also splits at characters that may stand in a TOML string, such as U+2028.
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE_CHARACTERS:
            message = f"A line of more than {MAX_LINE_CHARACTERS} characters (at line {number}, column 1)"
            raise ValueError(message)
    return Document(tomllib.loads(text), _positions(lines))


def _syntax_fault(message: str, text: str) -> Finding:
    position, reason = Position(TOML, text.rstrip().count("\n") + 1), message
    if place := _PLACE.search(message):
        position = Position(TOML, int(place["line"]), int(place["column"]))
        reason = message[: place.start()]
    return Finding(position, f"cannot be read as TOML: {reason}", SYNTAX)


def _positions(lines: list[str]) -> dict[KeyPath, Position]:
    positions: dict[KeyPath, Position] = {}
    indexes: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for position, is_header, values in _statements(lines):
        if is_header:
            table = _table_path(values, indexes)
            positions[table] = position
            for length in range(1, len(table)):
                positions.setdefault(table[:length], position)
        else:
            _mark(positions, table, values, position)
    return positions


def _statements(lines: list[str]) -> Iterator[tuple[Position, bool, dict[str, object]]]:
    """Yield each header and each key with its value: its place, whether it is a header, what it parses to."""
    start = 0
    while start < len(lines):
        values, end = _statement(lines, start)
        indent = len(lines[start]) - len(lines[start].lstrip(" \t"))
        if values:
            yield Position(TOML, start + 1, indent + 1), lines[start].startswith("[", indent), values
        start = end


def _statement(lines: list[str], start: int) -> tuple[dict[str, object], int]:
    for end in range(start + 1, min(start + MAX_STATEMENT_LINES, len(lines)) + 1):
        try:
            return tomllib.loads("\n".join(lines[start:end])), end
        except tomllib.TOMLDecodeError:
            continue
    message = f"One value spans more than {MAX_STATEMENT_LINES} lines (at line {start + 1}, column 1)"
    raise ValueError(message)


def _table_path(header: dict[str, object], indexes: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a header's table; count the arrays of tables that it names in `indexes`."""
    path: KeyPath = ()
    node: Any = header
    while isinstance(node, dict) and node:
        ((key, node),) = node.items()
        path = (*path, key)
        if isinstance(node, list):
            indexes[path] = indexes.get(path, -1) + 1
        if path in indexes:
            path = (*path, indexes[path])
    return path


def _mark(positions: dict[KeyPath, Position], path: KeyPath, value: object, position: Position) -> None:
    """Give a place to all that a statement's value holds."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, deeper in inner:
        positions.setdefault((*path, step), position)
        _mark(positions, (*path, step), deeper, position)
