"""How a text begins, as plain words: for a list that cannot show all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.render import public_line
from newsletter.render.text import LinkList, to_text

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.model import Block, Issue

_UNWRAPPED = 100_000
_LINK_NUMBER = re.compile(r"\s\[\d+\]")
_STRONG = re.compile(r"\*(\S(?:[^*]*\S)?)\*")
"""What plain text has in the place of links and of strong words."""
_MAX_CHARACTERS = 240


def excerpt(block: Block, issue: Issue, settings: Settings) -> str:
    """Return how the text of a block begins, as plain words."""
    words = public_line(to_text(block.body.tokens, LinkList(), _UNWRAPPED), issue, settings).partition("\n\n")[0]
    return _cut(" ".join(_STRONG.sub(r"\1", _LINK_NUMBER.sub("", words)).split()))


def _cut(words: str) -> str:
    if len(words) <= _MAX_CHARACTERS:
        return words
    return words[:_MAX_CHARACTERS].rpartition(" ")[0].rstrip(" ,;:") + "…"
