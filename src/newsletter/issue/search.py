"""Blocks of all issues, searched for a word or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.issue.holes import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.model import Block, Issue, Position

EXCERPT_CHARACTERS = 90
_LEADS = re.compile(r"https?://(?:www\.)?|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A block in which it was found."""

    slug: str
    date: str
    kind: str
    id: str
    """Empty where the block has none."""
    title: str
    position: Position
    """Of the line, in the block's text or its head."""
    excerpt: str


def find_blocks(issues: Iterable[Issue], wanted: str) -> Iterator[Hit]:
    """Yield the blocks that hold a word or an address, in the order of the issues; case does not matter.

    Of addresses, neither does the scheme, `www.` or a slash at the end.
    """
    sought = _plain(wanted).rstrip("/")
    for issue in issues:
        for block in issue.blocks:
            found = _found(block, sought)
            if found:
                line, excerpt = found
                position = replace(block.position, line=line)
                title = PLACEHOLDER.sub("…", block.title)
                yield Hit(issue.slug, issue.date.isoformat(), block.kind, block.id, title, position, excerpt)


def _found(block: Block, sought: str) -> tuple[int, str] | None:
    """Return the line in which it stands, and what stands around it."""
    head = [block.title, *(str(value) for value in block.attributes.values())]
    for text in head:
        if sought in _plain(text):
            return block.position.line, _excerpt(text, sought)
    own_lines = 0 if block.episode and block.body.position.line == block.position.line else 1
    for number, text in enumerate(block.body.source.split("\n")):
        if sought in _plain(text):
            return block.body.position.line + number * own_lines, _excerpt(text, sought)
    return None


def _plain(text: str) -> str:
    return _LEADS.sub("", PLACEHOLDER.sub("", text)).casefold()


def _excerpt(text: str, sought: str) -> str:
    """Return a piece of a line around what was sought."""
    words = PLACEHOLDER.sub("…", text).strip()
    at = max(0, words.casefold().find(sought) - EXCERPT_CHARACTERS // 3)
    piece = words[at : at + EXCERPT_CHARACTERS]
    return f"{'…' if at else ''}{piece}{'…' if at + EXCERPT_CHARACTERS < len(words) else ''}"
