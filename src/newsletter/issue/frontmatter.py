"""The front matter: YAML between two `---` lines at the head of an issue, read as text and nothing else.

YAML's own types are not wanted: `no` would become False, `012` ten, `12:30` seven hundred and fifty, `1.10` one
point one. So only the parser's events are used: a flat table of scalars and lists of scalars, each with its place.
Aliases, anchors and tags are refused (ten lines of aliases can ask for gigabytes), and nothing recurses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import yaml

from newsletter.issue.holes import Written
from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 64 * 1024

UNREADABLE = ("front-matter-yaml", "front-matter-size")
"""The rules after whose breach the rest is not read."""

_QUICK = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The compiled parser, twenty times as fast, where PyYAML was built with it."""
_ODD = re.compile(r"[\t\x85\u2028\u2029\ufeff|>]|[\[{][^?]*\?|\s!")
"""What the two see differently: white space, the head of a text of several lines, a question mark in a list, a tag."""
_FENCE = "---"
_WRAPPERS = (yaml.StreamStartEvent, yaml.DocumentStartEvent)
_ENDS = (yaml.DocumentEndEvent, yaml.StreamEndEvent)
_INDICATORS = frozenset("*&!@%`|>{}],-?")
"""Characters that mean something to YAML where a value begins (YAML 1.2.2 section 5.3)."""
_NOT_TAKEN = {"*": "an alias (*name)", "&": "an anchor (&name)", "!": "a tag (!name)"}
_BACKSLASH = "in double quotes a backslash begins an escape; write \\\\ for the backslash itself"
_NO_TEXT = "a value is one text or a list of texts, not a table or a list in a list"
_IN_DOUBLE_QUOTES = 'put the whole value in double quotes, and a double quote in it as \\"'
_UNREADABLE = "not readable as YAML; begin each key at the start of its line, and put quotes around its value"
_HINTS = (
    # The parser's words begin so; the fault is where it noticed, or where what it was reading began; our words.
    ("found character '\\t'", False, "a tab stands where YAML wants spaces"),
    ("mapping values are not", False, 'a value with ": " in it needs quotes around it'),
    ("found unknown escape", False, _BACKSLASH),
    ("expected escape sequence", False, _BACKSLASH),
    (
        "expected <block end>",
        False,
        f"more stands behind the end of a value, or a quote above is open; {_IN_DOUBLE_QUOTES}",
    ),
    ("expected '<document start>'", False, 'this is behind its end; begin all keys in one column, and leave "..." out'),
    ("found unexpected", True, f"a quote is opened here and never closed; {_IN_DOUBLE_QUOTES}"),
    ("could not find expected ':'", True, 'a line without ": "; write each line as `key: "value"`'),
    ("expected ',' or ']'", True, 'a list is opened here and not closed with "]", or a comma is missing in it'),
)
_COMMENT = re.compile(r"[ \t]*#")
_LONG_ESCAPE = re.compile(r"\\U([0-9a-fA-F]{8})")
_LAST_CHARACTER = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and what stands behind it."""

    key: Position
    values: tuple[Written, ...]
    """One scalar, or the members of a list."""
    is_list: bool
    is_cut: bool = False
    """A comment follows on its line, and no quotes say where the value ends."""


class _FaultError(Exception):
    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index
        self.message = message


def split_front_matter(lines: list[str]) -> int:
    """Return how many lines the front matter takes with both its fences; 0 where there is none."""
    if lines[0].rstrip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == _FENCE:
            return number
    return 0


@lru_cache(maxsize=64)
def read_front_matter(text: str, path: str) -> tuple[Mapping[str, Entry], tuple[Finding, ...]]:
    """Read the lines between the fences; the first of them is line 2 of the file.

    Returns the entries by key, and what is wrong; after a fault in the YAML itself nothing more is read. Both are
    kept for the next time: an editor changes the text far more often.
    """
    if len(text.encode()) > MAX_BYTES:
        message = f"the front matter is larger than {MAX_BYTES // 1024} KiB"
        return {}, (Finding(Position(path, 1, 1), message, "front-matter-size"),)
    reader = _quickly_read(text, path) or _read(text, path)
    return MappingProxyType(reader.entries), tuple(reader.findings)


def _quickly_read(text: str, path: str) -> _Reader | None:
    """Read with the compiled parser; return nothing where there is a fault, which only the other one can tell."""
    if _ODD.search(text):
        return None
    reader = _Reader(text, path)
    try:
        reader.read(yaml.parse(text, Loader=_QUICK))
    except (yaml.YAMLError, _FaultError, ValueError, OverflowError):
        return None
    return reader


def _read(text: str, path: str) -> _Reader:
    reader = _Reader(text, path)
    try:
        reader.read(yaml.parse(text, Loader=yaml.BaseLoader))
    except _FaultError as error:
        reader.fault(error.index, f"front matter: {error.message}", "front-matter-yaml")
    except yaml.MarkedYAMLError as error:
        if reader.entries:  # the last value read may be half of what was meant
            reader.entries.popitem()
        index, message = _explain(error, text)
        reader.fault(index, f"front matter: {message}", "front-matter-yaml")
    except (ValueError, OverflowError):
        # The parser takes any eight digits for a character. There is one like that, or it would not have failed.
        escapes = _LONG_ESCAPE.finditer(text)
        index = next(match.start() for match in escapes if int(match[1], 16) > _LAST_CHARACTER)
        reader.fault(index, f"front matter: there is no such character; {_BACKSLASH}", "front-matter-yaml")
    return reader


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Return where a fault in the YAML is, and what it is in words that mend it."""
    problem = cast("str", error.problem)
    noticed = cast("yaml.Mark", error.problem_mark)
    began = error.context_mark or noticed
    for start, is_where_it_began, message in _HINTS:
        if problem.startswith(start):
            return (began if is_where_it_began else noticed).index, message
    first = text[began.index : began.index + 1]
    return began.index, _needs_quotes(first) if first in _INDICATORS else _UNREADABLE


def _needs_quotes(first: str) -> str:
    lead = f"{_NOT_TAKEN[first]} is not taken here; " if first in _NOT_TAKEN else ""
    return f"{lead}a value that begins with {quoted(first)} needs quotes around it"


class _Reader:
    """Turns the parser's events into entries."""

    def __init__(self, text: str, path: str) -> None:
        self.entries: dict[str, Entry] = {}
        self.findings: list[Finding] = []
        self._text = text
        self._path = path

    def fault(self, index: int, message: str, rule: str) -> None:
        self.findings.append(Finding(self._place(index), message, rule))

    def _place(self, index: int) -> Position:
        # Line 1 of the file is the fence.
        return Position(self._path, self._text.count("\n", 0, index) + 2, index - self._text.rfind("\n", 0, index))

    def read(self, events: Iterator[yaml.Event]) -> None:
        table = next(event for event in events if not isinstance(event, _WRAPPERS))
        if isinstance(table, yaml.StreamEndEvent):
            return
        if _has_extras(table):
            raise self._refusal(_start(table))
        if not isinstance(table, yaml.MappingStartEvent):
            raise _FaultError(_start(table), 'not a table; write each line as `key: "value"`')
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._scalar(event)
            entry = self._entry(events, key)
            if key.text in self.entries:
                first = self.entries[key.text].key.line
                message = f"{quoted(key.text)} stands here a second time (first in line {first})"
                self.findings.append(Finding(key.position, message, "front-matter-duplicate"))
            else:
                self.entries[key.text] = entry
        for event in events:
            if not isinstance(event, _ENDS):
                message = '"---" or "..." ends it here, but more follows; delete the line, or indent it'
                raise _FaultError(_start(event), message)

    def _entry(self, events: Iterator[yaml.Event], key: Written) -> Entry:
        event = next(events)
        if not isinstance(event, yaml.SequenceStartEvent) or _has_extras(event):
            is_plain = isinstance(event, yaml.ScalarEvent) and not event.style
            is_cut = is_plain and _COMMENT.match(self._text, _end(event)) is not None
            return Entry(key.position, (self._scalar(event),), is_list=False, is_cut=is_cut)
        members = []
        while not isinstance(member := next(events), yaml.SequenceEndEvent):
            members.append(self._scalar(member))
        return Entry(key.position, tuple(members), is_list=True)

    def _scalar(self, event: yaml.Event) -> Written:
        """Take an event as plain text, or say why it is something else."""
        start = _start(event)
        if isinstance(event, yaml.ScalarEvent) and not _has_extras(event):
            return Written(event.value, self._place(start), self._text[start : _end(event)])
        if isinstance(event, yaml.SequenceStartEvent) and not _has_extras(event):
            raise _FaultError(start, _NO_TEXT)
        raise self._refusal(start)

    def _refusal(self, start: int) -> _FaultError:
        """Say why what begins here is no plain text."""
        first = "{{" if self._text.startswith("{{", start) else self._text[start]
        return _FaultError(start, _needs_quotes(first) if first in {"{{", *_INDICATORS} else _NO_TEXT)


def _has_extras(event: yaml.Event) -> bool:
    """Tell whether a node has an anchor or a tag."""
    return getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None


# The parser gives every event its marks; only their type says that one could be missing.
def _start(event: yaml.Event) -> int:
    return cast("yaml.Mark", event.start_mark).index


def _end(event: yaml.Event) -> int:
    return cast("yaml.Mark", event.end_mark).index
