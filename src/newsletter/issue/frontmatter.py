"""The front matter: YAML between two `---` lines at the head of an issue, read as text and nothing else.

YAML's own types are not wanted: `no` would become False, `012` ten, `12:30` seven hundred and fifty, `1.10` one
point one. So only the parser's events are used: a flat table of scalars and lists of scalars, each with its place.
Aliases, anchors and tags are refused (ten lines of aliases can ask for gigabytes), and nothing recurses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import yaml

from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    class _Mark(Protocol):
        line: int
        column: int


MAX_BYTES = 64 * 1024

_FENCE = "---"
_HINTS = {
    "mapping values are not allowed here": 'a value with ": " in it needs quotes around it',
    "found character '\\t' that cannot start any token": "a tab stands where YAML wants spaces",
    "found unexpected end of stream": "a quote is opened and never closed",
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was written, without quotes, and its place."""

    text: str
    position: Position


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and what stands behind it."""

    key: Position
    values: tuple[Scalar, ...]
    """One scalar, or the members of a list."""
    is_list: bool


class _FaultError(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def split_front_matter(lines: list[str]) -> int:
    """Return how many lines the front matter takes with both its fences; 0 where there is none."""
    if not lines or lines[0].rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == _FENCE:
            return number
    return 0


def read_front_matter(text: str, path: str) -> tuple[dict[str, Entry], tuple[Finding, ...]]:
    """Read the lines between the fences; the first of them is line 2 of the file.

    Returns the entries by key, and what is wrong; after a fault in the YAML itself nothing more is read.
    """
    entries: dict[str, Entry] = {}
    findings: list[Finding] = []
    if len(text.encode()) > MAX_BYTES:
        message = f"the front matter is larger than {MAX_BYTES // 1024} KiB"
        return entries, (Finding(Position(path, 1, 1), message, "front-matter-size"),)
    try:
        _read_table(yaml.parse(text, Loader=yaml.BaseLoader), path, text, entries, findings)
    except _FaultError as error:
        findings.append(error.finding)
    except yaml.MarkedYAMLError as error:
        problem = error.problem or "cannot be read"
        mark = error.problem_mark or error.context_mark
        place = _place(mark, path) if mark else Position(path, 1, 1)
        message = f"front matter: {_HINTS.get(problem, problem)}"
        findings.append(Finding(place, message, "front-matter-yaml"))
    except yaml.YAMLError as error:
        message = f"front matter: {error}".splitlines()[0]
        findings.append(Finding(Position(path, 1, 1), message, "front-matter-yaml"))
    return entries, tuple(findings)


def _place(mark: _Mark | None, path: str) -> Position:
    # Line 1 is the fence. The parser gives every event a mark; its type only says that one could be missing.
    return Position(path, mark.line + 2, mark.column + 1) if mark else Position(path, 1, 1)


def _read_table(
    events: Iterator[yaml.Event], path: str, text: str, entries: dict[str, Entry], findings: list[Finding]
) -> None:
    table = next((event for event in events if not isinstance(event, _WRAPPERS)), None)
    if table is None or isinstance(table, yaml.StreamEndEvent):
        return
    if not isinstance(table, yaml.MappingStartEvent):
        message = 'the front matter is not a table; write each line as `key: "value"`'
        raise _FaultError(Finding(_place(table.start_mark, path), message, "front-matter-yaml"))
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        key = _scalar(event, path, text)
        entry = _entry(events, key, path, text)
        if key.text in entries:
            first = entries[key.text].key.line
            message = f'"{key.text}" stands here a second time (first in line {first})'
            findings.append(Finding(key.position, message, "front-matter-duplicate"))
        else:
            entries[key.text] = entry


_WRAPPERS = (yaml.StreamStartEvent, yaml.DocumentStartEvent)


def _entry(events: Iterator[yaml.Event], key: Scalar, path: str, text: str) -> Entry:
    event = next(events)
    if not isinstance(event, yaml.SequenceStartEvent):
        return Entry(key.position, (_scalar(event, path, text),), is_list=False)
    members = []
    for member in events:
        if isinstance(member, yaml.SequenceEndEvent):
            break
        members.append(_scalar(member, path, text))
    return Entry(key.position, tuple(members), is_list=True)


def _scalar(event: yaml.Event, path: str, text: str) -> Scalar:
    """Take an event as plain text, or say why it is something else."""
    place = _place(event.start_mark, path)
    if isinstance(event, yaml.AliasEvent):
        message = "an alias (*name) is not taken here; write the value out"
    elif getattr(event, "anchor", None):
        message = "an anchor (&name) is not taken here; write the value without it"
    elif isinstance(event, yaml.ScalarEvent) and event.tag is None:
        return Scalar(event.value, place)
    elif isinstance(event, yaml.ScalarEvent):
        message = f"the tag {event.tag} is not taken here; write the value without it"
    elif event.start_mark and text[event.start_mark.index :].startswith("{{"):
        message = 'a value that begins with "{{" needs quotes around it'
    else:
        message = "a value is one text or a list of texts, not a table or a list in a list"
    raise _FaultError(Finding(place, f"front matter: {message}", "front-matter-yaml"))
