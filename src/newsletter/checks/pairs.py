"""The rule on an issue that is written in two languages: a file for each, `….md` and `…-en.md`, of the same day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.checks.outline import outline_of
from newsletter.checks.rule import Remark
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material, Outline
    from newsletter.model import Issue

MOST_NAMED = 3


def pair_differs(material: Material) -> Iterator[Remark]:
    """One issue in two languages, and something stands in one of them only: a block, an address, a number.

    Bring the other one up to date; or turn the rule off in the front matter if they are meant to differ.
    """
    for other in material.others:
        if not _is_pair(material.issue, other):
            continue
        mine = outline_of(material.issue, material.kinds)
        if mine.blocks != other.blocks:
            yield Remark(material.top, f"the blocks are not those of {other.path}: {_block_difference(mine, other)}")
        for here, there in ((mine.links, other.links), (mine.numbers, other.numbers)):
            if missing := sorted(there - here):
                named = ", ".join(quoted(text) for text in missing[:MOST_NAMED])
                more = ", …" if len(missing) > MOST_NAMED else ""
                yield Remark(material.top, f"{other.path} has {named}{more} in it, and this one has not")


def _is_pair(mine: Issue, other: Outline) -> bool:
    slugs = sorted((mine.slug, other.slug), key=len)
    return (
        mine.date == other.date
        and mine.language != other.language
        and slugs[1] in {f"{slugs[0]}-{mine.language}", f"{slugs[0]}-{other.language}"}
    )


def _block_difference(mine: Outline, other: Outline) -> str:
    for here, there in zip(mine.blocks, other.blocks, strict=False):
        if here != there:
            return f"a {quoted(here)} stands where that has a {quoted(there)}"
    return f"{len(mine.blocks)} here, {len(other.blocks)} there"
