"""The block scanner: which lines of an issue are a block, and which are the text between two of them.

    issue = (block | text)*
    block = OPEN line* CLOSE              OPEN and CLOSE at column 1; blocks never nest
    OPEN  = ":::" ":"* SP? KIND SP? ("{" attr* "}")? SP? TITLE? EOL        CLOSE = ":::" ":"* EOL
    attr  = "#" id | "." class | key "=" ( '"' … '"' | "'" … "'" | bare )
    text  = any other lines; a code fence (``` or ~~~) hides ::: inside

This is the subset that Pandoc, remark, VitePress and Markdig read alike. The scanner knows no kinds: what may be
written in one is the next step's to judge. It never stops at a fault; it goes on as the editor most likely meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from newsletter.issue.head import NO_HEAD, Head, Written, read_head
from newsletter.issue.kinds import TEXT
from newsletter.model import Finding, Position

MAX_FENCE_INDENT = 3
"""CommonMark section 4.5: a fence further in is code of another kind."""

_MARK = re.compile(r":::+")
_OPEN = re.compile(r":::+[ \t]*([^\s{]+)[ \t]*")
_CLOSE = re.compile(r":::+[ \t]*$")
_INDENTED = re.compile(r" {1,3}(?=:::+[ \t]*(?:[\w-]+|$))")
_FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*$|(~{3,}))")


@dataclass(frozen=True, slots=True)
class RawBlock:
    """One block before its schema is known. The scanner fills its lists line by line."""

    kind: Written
    position: Position
    head: Head = NO_HEAD
    numbered_lines: list[tuple[int, str]] = field(default_factory=list)
    """What stands in it, with the file's line numbers."""
    faults: list[Finding] = field(default_factory=list)
    """Of its form; where there are any, what seems to be missing may only be misread."""

    @property
    def lines(self) -> list[str]:
        """What stands in it."""
        return [line for _, line in self.numbered_lines]

    @property
    def first_line(self) -> int:
        """The file's line where its text begins; that of its head where it has none."""
        return self.numbered_lines[0][0] if self.numbered_lines else self.position.line


def scan_blocks(lines: list[str], first_line: int, path: str) -> tuple[list[RawBlock], list[Finding]]:
    """Cut the lines of an issue's text into blocks; `first_line` is the file's number of `lines[0]`."""
    scanner = _Scanner(path)
    for number, line in enumerate(lines, start=first_line):
        scanner.take(line, number)
    scanner.finish()
    return [block for block in scanner.blocks if block.kind.text != TEXT or _has_text(block)], scanner.findings


def _has_text(block: RawBlock) -> bool:
    return any(line.strip() for line in block.lines)


class _Scanner:
    def __init__(self, path: str) -> None:
        self.blocks: list[RawBlock] = []
        self.findings: list[Finding] = []
        self._path = path
        self._open = False
        self._fence = ""
        self._fence_line = 0

    def take(self, line: str, number: int) -> None:
        if self._fence:
            self._end_fence(line)
        elif match := _FENCE.match(line):
            self._fence = match[1] or match[2]
            self._fence_line = number
        elif _CLOSE.match(line):
            self._close(number)
            return
        elif _MARK.match(line):
            self._begin(line, number)
            return
        elif match := _INDENTED.match(line):
            message = 'a block\'s ":::" must stand at the very start of its line'
            self._fault(number, match.end() + 1, message, "block-indented")
        self._current(number).numbered_lines.append((number, line))

    def finish(self) -> None:
        if self._fence:
            self._fault(self._fence_line, 1, "code fence is never closed", "fence-open")
        elif self._open:
            block = self.blocks[-1]
            self._fault(block.position.line, 1, f'block "{block.kind.text}" is never closed', "block-open")

    def _fault(self, line: int, column: int, message: str, rule: str) -> None:
        self.findings.append(Finding(Position(self._path, line, column), message, rule))

    def _end_fence(self, line: str) -> None:
        indent, rest = len(line) - len(line.lstrip(" ")), line.strip()
        if indent <= MAX_FENCE_INDENT and set(rest) == {self._fence[0]} and len(rest) >= len(self._fence):
            self._fence = ""

    def _current(self, number: int) -> RawBlock:
        """Return the block that a line belongs to: the open one, or the text between two."""
        if not self._open and not (self.blocks and self.blocks[-1].kind.text == TEXT):
            position = Position(self._path, number, 1)
            self.blocks.append(RawBlock(Written(TEXT, position), position))
        return self.blocks[-1]

    def _close(self, number: int) -> None:
        if not self._open:
            self._fault(number, 1, "::: closes a block, but none is open", "block-close")
        self._open = False

    def _begin(self, line: str, number: int) -> None:
        match = _OPEN.match(line)
        if match is None:
            message = 'a block begins with ::: and the name of its kind, such as "::: tip"'
            self._fault(number, 1, message, "block-name")
            return
        position = Position(self._path, number, 1)
        if self._open:
            before = self.blocks[-1]
            message = (
                f'block "{match[1]}" opens inside block "{before.kind.text}" of line {before.position.line} '
                '(blocks don\'t nest; close the first one with ":::" before this line)'
            )
            self._fault(number, 1, message, "block-nested")
            before.faults.append(self.findings[-1])
        kind = Written(match[1], replace(position, column=match.start(1) + 1))
        head = read_head(line, match.end(), position)
        self.blocks.append(RawBlock(kind, position, head, faults=list(head.findings)))
        self.findings += head.findings
        self._open = True
