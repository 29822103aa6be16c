"""Comments: notes of the editors, and what turns off one check at one place, with the reason. No reader sees them.

    <!-- Deze advertentie staat er tot en met 12 december. -->
    Lees het [hier](https://example.org). <!-- check: off link-vague because the sponsor wants it -->

A comment stands at the end of a line, or on lines of its own, which count as empty ones; between words it is text, as
all HTML is. One that turns off a check is about its line, or, on a line of its own, about what follows: a whole block,
or the text up to the next empty line. In the front matter it is one of YAML's comments, on a line of its own, and about
the whole issue: `# check: off size because …`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.issue.blocks import BLOCK_CLOSE, BLOCK_MARK
from newsletter.issue.fences import Fences
from newsletter.model import Finding, Position, Silencing

if TYPE_CHECKING:
    from collections.abc import Sequence

RULE = "check-comment"

_OPENS = "<!--"
_CLOSES = "-->"
_COMMENT = re.compile(r"<!--\s*check:")
_NOTE = re.compile(r"(?:^|(?<=\s))<!--")
_SAYS = re.compile(r"\s*off\s+(?P<rule>[a-z0-9]+(?:-[a-z0-9]+)*)\s+because\s+(?P<reason>\S.*)")
_IN_FRONT = re.compile(r"\s*(?P<comment>#\s*check:(?P<says>.*))")


@dataclass(frozen=True, slots=True)
class Comments:
    """What is left of the lines of a text without comments, and what those of them said that are for the checks."""

    lines: list[str]
    silencings: tuple[Silencing, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_comments(lines: list[str], front_size: int, path: str) -> Comments:
    """Take the comments out of an issue's lines, the first of which are the front matter; return those behind it."""
    of_all, front_findings = _in_front(lines[:front_size], path)
    text = _taken(lines[front_size:], front_size + 1, path)
    return Comments(text.lines, (*of_all, *text.silencings), (*front_findings, *text.findings))


def _in_front(lines: Sequence[str], path: str) -> tuple[list[Silencing], list[Finding]]:
    """Return what the comments in the front matter turn off in the whole issue."""
    silencings, findings = [], []
    for number, line in enumerate(lines, start=1):
        if "check:" not in line or not (match := _IN_FRONT.fullmatch(line)):
            continue
        position = Position(path, number, match.start("comment") + 1)
        if says := _SAYS.fullmatch(match["says"]):
            silencings.append(Silencing(says["rule"], says["reason"].strip(), position, range(0)))
        else:
            findings.append(_malformed(position, "# check: off RULE because REASON, on a line of its own"))
    return silencings, findings


def _taken(lines: list[str], first_line: int, path: str) -> Comments:
    """Take the comments out of an issue's text; `first_line` is the file's number of `lines[0]`."""
    if not any(_OPENS in line for line in lines):
        return Comments(lines)
    taker = _Taker(path, lines, first_line)
    for number, line in enumerate(lines, start=first_line):
        taker.take(line, number)
    silencings = (_reaching(said, taker.lines, first_line) for said in taker.silencings)
    return Comments(taker.lines, tuple(silencings), tuple(taker.findings))


class _Taker:
    def __init__(self, path: str, written: Sequence[str], first_line: int) -> None:
        self._written, self._first_line = written, first_line
        self._ends = [number for number, line in enumerate(written, start=first_line) if _CLOSES in line]
        self._last_hidden = 0
        """The number of the line that ends the comment of several lines."""
        self.lines: list[str] = []
        self.silencings: list[Silencing] = []
        self.findings: list[Finding] = []
        self._path = path
        self._fences = Fences()

    def take(self, line: str, number: int) -> None:
        if number <= self._last_hidden:
            line = ""
        elif _OPENS in line and not self._fences.is_code(line):
            line = self._without_comment(line, number)
        if not self._fences.take(line, number) and BLOCK_MARK.match(line):
            self._fences = Fences()
        self.lines.append(line)

    def _without_comment(self, line: str, number: int) -> str:
        at = line.rfind(_OPENS)
        match = _COMMENT.match(line, at) if at >= 0 else None
        if line[at - 1 : at] == "`":
            return line
        if match is None:
            return self._without_note(line, number)
        position, end = Position(self._path, number, at + 1), line.rstrip()
        says = _SAYS.fullmatch(end[match.end() : -len(_CLOSES)]) if end.endswith(_CLOSES) else None
        if says:
            self.silencings.append(Silencing(says["rule"], says["reason"].strip(), position, range(number, number + 1)))
        else:
            form = "<!-- check: off RULE because REASON -->, at the end of a line or on one of its own"
            self.findings.append(_malformed(position, form))
        return line[:at].rstrip()

    def _without_note(self, line: str, number: int) -> str:
        """Return what stands before a comment that ends its line, or fills this line and others."""
        text = line.strip()
        if self._fences.is_indented_code(line):
            return line
        if text.endswith(_CLOSES):
            behind = line.rfind(_CLOSES, 0, len(line.rstrip()) - 1) + 1  # what another comment ends
            note = _NOTE.search(line, behind)
            return line[: note.start()].rstrip() if note else line
        if text.startswith(_OPENS) and _CLOSES not in text and self._is_ended(number):
            return ""
        return line

    def _is_ended(self, number: int) -> bool:
        """Tell whether a comment that begins in this line ends with another one, and hide those between them."""
        at = bisect_right(self._ends, number)
        last = self._ends[at] if at < len(self._ends) else number
        if not self._written[last - self._first_line].rstrip().endswith(_CLOSES):
            return False
        self._last_hidden = last
        return True


def _malformed(position: Position, form: str) -> Finding:
    return Finding(position, f"a comment that turns off a check is written {form}", RULE)


def _reaching(said: Silencing, lines: list[str], first_line: int) -> Silencing:
    """Return what a comment turns off, with the lines that it is about; `lines` have no comments any more."""
    at = said.lines.start - first_line
    if lines[at].strip():
        return said
    start = next((index for index in range(at + 1, len(lines)) if lines[index].strip()), at)
    opens_block = BLOCK_MARK.match(lines[start]) and not BLOCK_CLOSE.match(lines[start])
    ends = BLOCK_CLOSE.match if opens_block else _ends_paragraph
    end = next((index for index in range(start + 1, len(lines)) if ends(lines[index])), len(lines))
    behind = end + 1 if opens_block else end
    return replace(said, lines=range(start + first_line, behind + first_line))


def _ends_paragraph(line: str) -> bool:
    return not line.strip() or BLOCK_MARK.match(line) is not None
