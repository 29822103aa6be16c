"""Rules on the finished mail: who does not see what, and what cannot be read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from newsletter.checks.clients.contrast import unreadable_words
from newsletter.checks.clients.unshown import unshown
from newsletter.checks.mail import FRAME
from newsletter.checks.rule import Remark
from newsletter.model import Conditional
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.clients.colours import Colour
    from newsletter.checks.clients.contrast import Unreadable
    from newsletter.checks.material import Material
    from newsletter.config import Look
    from newsletter.model import Block, Position, Segments

_FILLED = "x"
"""Stands for what a reader's own field may say."""


def client_support(material: Material) -> Iterator[Remark]:
    """A template can use what some mail programs do not know; their readers see it broken, or not at all.

    Mails are tables with inline styles for that reason. Write a plainer value before the new one, put what is only nice
    to have within `@media`, or take the program out of `clients` in `[checks]` if you have no readers there. Only what
    readers miss counts: round corners and shadows do not.
    """
    if material.email:
        for found in unshown(_everything(material.email.html), material.settings.checks.clients):
            yield Remark(_place_of(found.words, material), found.message)


def contrast(material: Material) -> Iterator[Remark]:
    """Grey on grey cannot be read in sunlight, nor by everybody indoors (WCAG 2.2, 1.4.3).

    A contrast of 4.5 is enough for all, 3 for large words. It is computed from the finished mail, as it is shown light
    and dark; words on a picture are left out. Change one of the two colours in `[theme]`, or in your template.
    """
    if material.email:
        told = set()
        for found in unreadable_words(_everything(material.email.html)):
            pair = (found.ink, found.ground)
            if pair not in told:
                told.add(pair)
                yield Remark(_place_of(found.words, material), _unreadable(found, material.settings.theme))


def _everything(segments: Segments) -> str:
    """Return a mail as no reader gets it: with every block, whatever its condition."""
    pieces = []
    for segment in segments:
        if isinstance(segment, Conditional):
            pieces.append(_everything(segment.segments))
        else:
            pieces.append(segment if isinstance(segment, str) else _FILLED)
    return "".join(pieces)


def _unreadable(found: Unreadable, theme: Look) -> str:
    ink, ground = _named(found.ink, found.scheme, theme), _named(found.ground, found.scheme, theme)
    where = "" if found.scheme == "light" else " on a dark screen"
    return (
        f"{quoted(found.words)} can hardly be read{where}: {ink} on {ground} has a contrast of {found.ratio:.1f}, "
        f"and needs {found.needed:g}; change one of the two"
    )


def _named(colour: Colour, scheme: str, theme: Look) -> str:
    """Return a colour by its key in newsletter.toml, where it is one of the theme's."""
    palette = asdict(theme.light if scheme == "light" else theme.dark)
    name = next((name for name, value in palette.items() if value.lower() == str(colour)), "")
    return f"theme.{scheme}.{name} ({colour})" if name else str(colour)


# The place in the issue


def _place_of(words: str, material: Material) -> Position:
    """Return the block that words of the mail come from; the template of the frame for all others."""
    if words:
        for block in material.issue.blocks:
            if words in _words_of(block):
                return block.position
    return FRAME


def _words_of(block: Block) -> set[str]:
    """Return the pieces of text that a template may show of a block."""
    children = (child for token in block.body.tokens for child in (token, *(token.children or ())))
    return {block.title, *map(str, block.attributes.values()), *(child.content.strip() for child in children)}
