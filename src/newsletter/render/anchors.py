"""The places that links within an issue lead to, in the finished HTML of the text between its blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.issue.contents import HEADING

if TYPE_CHECKING:
    from newsletter.model import Block

IN_MAIL = '<{tag}><a name="{name}"></a>'
"""Outlook and some webmail know no other anchor."""
ON_PAGE = '<{tag} id="{name}">'

# The Markdown parser lets no HTML through, so a tag is one that it made itself.
_HEADING = re.compile(rf"<({HEADING}\b[^>]*)>")


def with_anchors(html: str, block: Block, form: str) -> str:
    """Return a block's HTML with an anchor, of one of the forms above, in each heading that the contents name.

    The anchor of a block with a title is its template's to place.
    """
    names = iter("" if block.title else part.id for part in block.parts)

    def anchored(match: re.Match[str]) -> str:
        name = next(names, "")
        return form.format(tag=match[1], name=name) if name else match[0]

    return _HEADING.sub(anchored, html)
