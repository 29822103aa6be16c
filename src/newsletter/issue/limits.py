"""What an issue may ask of the Markdown parser, counted before it is asked.

Few characters can make much work: 120,000 times `^[` takes 25 s, a table gives each short row all the cells of its
head, so that 255 KB ask for millions, and at each `://` the parser reads once more what stands before it. Code of
4,000 characters can take 0.2 s to colour. The limits are far beyond what a mail can show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.issue.addresses import count_signs
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BRACKETS = 5_000
MAX_CELLS = 20_000
MAX_ADDRESSES = 1_000
MAX_FENCES = 100

_DASHES = re.compile(r"-+")
_UNDER_HEAD = re.compile(r"[\s|:>-]+")


def limit_findings(lines: Sequence[str], first_line: int, path: str) -> Iterator[Finding]:
    """Yield what there is too much of in an issue's text, at the line where it becomes too much."""
    text = "\n".join(lines)
    for at_most, counts, limit, what in (
        (text.count("["), _brackets(lines), MAX_BRACKETS, 'square brackets "["'),
        (text.count("|") * len(text), _cells(lines), MAX_CELLS, "cells of tables"),
        (
            text.count("```") + text.count("~~~"),
            map(_fences, lines),
            MAX_FENCES,
            'lines that begin or end code ("```")',
        ),
        (count_signs(text), map(count_signs, lines), MAX_ADDRESSES, 'addresses ("://", "www." or "@")'),
    ):
        if at_most <= limit:
            continue
        total = 0
        for number, count in enumerate(counts, start=first_line):
            total += count
            if total > limit:
                message = f"more than {limit} {what} in one issue, which is too much work for one mail"
                yield Finding(Position(path, number, 1), message, "issue-work")
                break


def _brackets(lines: Sequence[str]) -> Iterator[int]:
    return (line.count("[") for line in lines)


def _fences(line: str) -> int:
    return line.lstrip(" >").startswith(("```", "~~~"))


def _cells(lines: Sequence[str]) -> Iterator[int]:
    """Yield the cells that each line gets: as many as the line under its table's head has columns."""
    columns = 0
    for line in lines:
        if not line.strip(" \t>"):
            columns = 0
        elif "-" in line and "|" in line and _UNDER_HEAD.fullmatch(line):
            columns = max(columns, len(_DASHES.findall(line)))
        yield columns
