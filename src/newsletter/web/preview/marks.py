"""Marks in the preview's copy of a mail, which say from which line of the issue a block comes.

They are comments between the blocks. What is left without them is, byte for byte, the mail that is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.model import Block

_MARK = re.compile(r"<!--newsletter-line:(\d+)-->")


def mark(block: Block | None) -> str:
    """Return what stands before a block's HTML: the line of the issue that it begins in; 0 behind the last one."""
    return f"<!--newsletter-line:{block.position.line if block else 0}-->"


def without_marks(html: str) -> str:
    """Return the HTML that readers get."""
    return _MARK.sub("", html)


def bytes_by_line(html: str) -> dict[int, int]:
    """Return how many bytes each block that is shown adds to a mail, by its line; under 0, all around them."""
    before, *rest = _MARK.split(html)
    sizes = {0: len(before.encode())}
    for line, piece in zip(rest[::2], rest[1::2], strict=True):
        sizes[int(line)] = sizes.get(int(line), 0) + len(piece.encode())
    return sizes
