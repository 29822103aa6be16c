"""Rules on headings, by which readers find their way, those above all who hear the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.checks.prose import headings_of
from newsletter.checks.rule import Remark
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material

TITLE_LEVEL = 2
"""Of a block's title: the subject is the one heading of the first level."""


def heading_first(material: Material) -> Iterator[Remark]:
    """The subject is the page's heading of the first level, and there is one of those.

    Begin the heading with `##`.
    """
    for block in material.issue.blocks:
        for heading in headings_of(block):
            if heading.level < TITLE_LEVEL:
                message = f"the heading {quoted(heading.words)} is of the first level, as only the subject is; write ##"
                yield Remark(heading.position, message)


def heading_level(material: Material) -> Iterator[Remark]:
    """Screen readers tell the level of each heading; where one is left out, a part seems to be missing.

    Go down one `#` at a time. A block's title counts as `##`.
    """
    level = TITLE_LEVEL - 1
    for block in material.issue.blocks:
        level = TITLE_LEVEL if block.title else level
        for heading in headings_of(block):
            if heading.level > level + 1:
                marks, found = "#" * (level + 1), "#" * heading.level
                yield Remark(
                    heading.position,
                    f"the heading {quoted(heading.words)} skips a level: {found} where {marks} is next",
                )
            level = heading.level


def heading_empty(material: Material) -> Iterator[Remark]:
    """A heading without words is an empty line in the mail, and "heading, level two" to those who hear it.

    Write the words, or delete the line.
    """
    for block in material.issue.blocks:
        for heading in headings_of(block):
            if not heading.words:
                yield Remark(heading.position, "a heading without words")
