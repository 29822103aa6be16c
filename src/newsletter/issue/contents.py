"""The contents of an issue: which titles it has, and the name by which a link finds each of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.issue.holes import PLACEHOLDER
from newsletter.issue.kinds import ENTRY, TEXT
from newsletter.model import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.token import Token

    from newsletter.issue.kinds import Kind
    from newsletter.model import Block

MAX_ANCHOR_CHARACTERS = 60
HEADING = "h2"
"""The headings between blocks that stand in the contents: those of the second level, as the subject is the first."""

_PAGE_IDS = ("content",)
"""What the page itself has already."""


def with_parts(blocks: Sequence[Block], kinds: Mapping[str, Kind]) -> tuple[Block, ...]:
    """Return the blocks with their parts: its title for a block, its headings for the text between two of them.

    A part is found by its block's id, or else by a name made of its title that no other part of the issue has. So a
    link to it goes on working for as long as the title stays.
    """
    taken = dict.fromkeys((*_PAGE_IDS, *(block.id for block in blocks)), 2)  # each with the number of the next alike
    return tuple(replace(block, parts=tuple(_parts(block, kinds[block.kind], taken))) for block in blocks)


def _parts(block: Block, kind: Kind, taken: dict[str, int]) -> Iterator[Part]:
    if kind.contents != ENTRY:
        return
    if kind.name == TEXT:
        for title in _headings(block.body.tokens):
            yield Part(title, _free_name(title, taken) if title else "", block.kind)
    elif block.title:
        yield Part(block.title, block.id or _free_name(block.title, taken), block.kind)


def _free_name(title: str, taken: dict[str, int]) -> str:
    """Return a name made of a title that is not taken yet, and take it."""
    free = name = _name(PLACEHOLDER.sub("", title))
    while free in taken:
        free = f"{name}-{taken[name]}"
        taken[name] += 1
    taken[free] = 2
    return free


@lru_cache(maxsize=512)
def _name(words: str) -> str:
    return slugify(words, max_length=MAX_ANCHOR_CHARACTERS, word_boundary=True) or "part"


def _headings(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words of each heading in the order of the page; an empty text for one in a quotation or a list."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == HEADING:
            words = "".join(map(_words, inline.children or ())).strip()
            yield "" if opening.level else words


def _words(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
