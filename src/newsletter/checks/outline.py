"""An issue as the other issues look at it, so that what was said before is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.checks.material import Outline, Record
from newsletter.checks.prose import links_of, prose_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.issue import Kind
    from newsletter.model import Block, Issue

_NUMBER = re.compile(r"\d(?:[.,]?\d)+")


def outline_of(issue: Issue, kinds: Mapping[str, Kind]) -> Outline:
    """Return what other issues look at of an issue."""
    return Outline(
        slug=issue.slug,
        path=issue.path,
        date=issue.date,
        language=issue.language,
        subject=issue.subject,
        preheader=issue.preheader,
        records=tuple(_record(block) for block in issue.blocks if kinds[block.kind].record),
        blocks=tuple(block.kind for block in issue.blocks),
        links=frozenset(link.target for link in links_of(issue, kinds) if not link.is_picture),
        numbers=frozenset(number for block in issue.blocks for number in _numbers(block)),
    )


def _record(block: Block) -> Record:
    return Record(block.kind, block.id, block.title, str(block.attributes.get("url", "")), block.position)


def _numbers(block: Block) -> set[str]:
    """Return the numbers in a block's words without the signs between digits, which languages write differently."""
    found = (_NUMBER.findall(line.text) for line in prose_of(block.body))
    return {re.sub(r"[.,]", "", number) for numbers in found for number in numbers}
