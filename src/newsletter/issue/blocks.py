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

from newsletter.issue.fences import Fences
from newsletter.issue.head import NO_HEAD, Head, read_head
from newsletter.issue.holes import Written
from newsletter.issue.kinds import TEXT
from newsletter.model import Finding, Position
from newsletter.wording import quoted

BLOCK_MARK = re.compile(r" {0,3}(:::+)")
_OPEN = re.compile(r" {0,3}:::+\s*([^\s{]+)\s*")
BLOCK_CLOSE = re.compile(r" {0,3}:::+\s*$")
_CLOSED_IN_HEAD = re.compile(r"\s(:::+)\s*$")


@dataclass(frozen=True, slots=True)
class RawBlock:
    """One block before its schema is known. The scanner fills its lists line by line."""

    kind: Written
    position: Position
    head: Head = NO_HEAD
    numbered_lines: list[tuple[int, str]] = field(default_factory=list)
    """What stands in it, with the file's line numbers, which follow each other."""
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
    # Where there is no code, nothing can hide a block, and nobody need follow the lists that code may stand in.
    has_code = any("```" in line or "~~~" in line for line in lines)
    for number, line in enumerate(lines, start=first_line):
        if has_code or ":::" in line:
            scanner.take(line, number)
        else:
            scanner.add(line, number)
    scanner.finish()
    return scanner.blocks, scanner.findings


class _Scanner:
    def __init__(self, path: str) -> None:
        self.blocks: list[RawBlock] = []
        self.findings: list[Finding] = []
        self._path = path
        self._open: RawBlock | None = None
        self._text: RawBlock | None = None
        self._fences = Fences()
        self._loose_closes = 0
        """How many ":::" are still to come that belong to a head with a fault."""

    def take(self, line: str, number: int) -> None:
        if self._fences.take(line, number) or not (mark := BLOCK_MARK.match(line)):
            self.add(line, number)
            return
        if mark.start(1):
            message = 'a block\'s ":::" must stand at the very start of its line'
            self._fault(number, mark.start(1) + 1, message, "block-indented")
        self._fences, self._text = Fences(), None
        if BLOCK_CLOSE.match(line):
            self._close(number)
        else:
            self._begin(line, number)

    def finish(self) -> None:
        if self._fences.open_line:
            self._fault(self._fences.open_line, 1, "code fence is never closed", "fence-open")
        elif self._open:
            message = f"block {quoted(self._open.kind.text)} is never closed"
            self._fault(self._open.position.line, 1, message, "block-open")
            self._open.faults.append(self.findings[-1])

    def _fault(self, line: int, column: int, message: str, rule: str) -> None:
        self.findings.append(Finding(Position(self._path, line, column), message, rule))

    def add(self, line: str, number: int) -> None:
        """Give a line to the open block, or to the text between two, which begins where it has words."""
        if not self._open and not self._text and line.strip():
            position = Position(self._path, number, 1)
            self._text = RawBlock(Written(TEXT, position), position)
            self.blocks.append(self._text)
        block = self._open or self._text
        if block:
            block.numbered_lines.append((number, line))

    def _close(self, number: int) -> None:
        if self._open:
            self._open = None
        elif self._loose_closes:
            self._loose_closes -= 1
        else:
            self._fault(number, 1, "::: closes a block, but none is open", "block-close")

    def _begin(self, line: str, number: int) -> None:
        match = _OPEN.match(line)
        if match is None:
            message = 'a block begins with ::: and the name of its kind, such as "::: tip"'
            self._fault(number, 1, message, "block-name")
            self._loose_closes += 1
            return
        self._loose_closes = self._check_nesting(match[1], number)
        position = Position(self._path, number, 1)
        kind = Written(match[1], replace(position, column=match.start(1) + 1))
        closed = _CLOSED_IN_HEAD.search(line, match.end(1))
        head = read_head(line[: closed.start()] if closed else line, match.end(), position)
        self._open = RawBlock(kind, position, head, faults=list(head.findings))
        self.blocks.append(self._open)
        self.findings += head.findings
        if closed:
            message = 'the ":::" that closes a block stands on a line of its own'
            self._fault(number, closed.start(1) + 1, message, "block-close")
            self._open.faults.append(self.findings[-1])
            self._open, self._loose_closes = None, 1

    def _check_nesting(self, kind: str, number: int) -> int:
        """Return how many loose closes are to be expected, now that one more block opens."""
        before = self._open
        if before is None:
            return 0
        message = (
            f"block {quoted(kind)} opens inside block {quoted(before.kind.text)} of line {before.position.line} "
            '(blocks don\'t nest; close the first one with ":::" before this line)'
        )
        self._fault(number, 1, message, "block-nested")
        before.faults.append(self.findings[-1])
        return self._loose_closes + 1
