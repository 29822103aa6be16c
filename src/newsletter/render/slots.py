"""The editor's words on their way around MJML.

MJML breaks text: it glues words, drops white space, prints odd characters as escapes. So a template is rendered with
`zq7w<number>z` where words belong, and they are put into the finished HTML afterwards, escaped for where they land.
The numbers follow the order of the issue's parts, so two issues of one shape give the same document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from newsletter.errors import TemplateError
from newsletter.model import Finding, Position
from newsletter.render.measure import bold_width_px
from newsletter.render.places import place_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SLOT = re.compile(r"zq7w([0-9]+)z")
_FIRST_OF_A_BLOCK = 1000
_WIDTH = 1_000_000
"""So much more is the number of the placeholder for how wide a button with the same words is."""
_CHANGED = re.compile(r"(?!zq7w[0-9]+z)(?i:zq7w)")

BUTTON_FONT_PX, BUTTON_INSET_PX = 16, 24
"""Of the buttons in `email/parts.mjml.j2`: the size of their words, and the room to the left and right of these."""
MAX_BUTTON_PX = 476
"""What fits in the narrowest box; more words take a second line."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What a placeholder stands for."""

    html: str
    name: str = ""
    """Whose finished HTML it is, for a message; empty for plain words."""
    template: str = ""
    """The file that has to show it."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Finished HTML, cut where words go; made once for all issues of a shape."""

    literals: tuple[str, ...]
    """One more than there are places for words."""
    numbers: tuple[int, ...]
    """Which words go into each place."""
    in_tags: frozenset[int]
    """The numbers that stand in a tag, and not between two."""


def cut(html: str) -> Skeleton:
    """Return finished HTML cut at its placeholders."""
    pieces = _SLOT.split(html)
    in_tags = {
        int(match[1])
        for match in _SLOT.finditer(html)
        if html.rfind("<", 0, match.start()) > html.rfind(">", 0, match.start())
    }
    return Skeleton(tuple(pieces[::2]), tuple(map(int, pieces[1::2])), frozenset(in_tags))


def button_px(label: str) -> Markup:
    """Return how wide a button is, in pixels: its bold words, and the room on both sides of them.

    For a placeholder it is a placeholder too, filled when the words are.
    """
    slot = _SLOT.fullmatch(label)
    # A number, or a placeholder: neither can be unsafe.
    return Markup(f"zq7w{_WIDTH + int(slot[1])}z" if slot else str(_button_px(label)))  # noqa: S704


def _button_px(words: str) -> int:
    return min(bold_width_px(words, BUTTON_FONT_PX) + 2 * BUTTON_INSET_PX, MAX_BUTTON_PX)


def _filled(number: int, words: Mapping[int, _Words]) -> str:
    if number < _WIDTH:
        return words[number].html
    return str(_button_px(unescape(words[number - _WIDTH].html)))


class Slots:
    """Hands out placeholders for words, and puts the words in at the end."""

    def __init__(self, around: Mapping[int, _Words] = MappingProxyType({})) -> None:
        self._around = around
        self._words: dict[int, _Words] = {}

    def inner(self) -> Slots:
        """Return slots for one block, whose templates may show these words too."""
        return Slots(self._words)

    def text(self, words: str) -> Markup:
        """Return a placeholder for plain words; they may land in text or in an attribute."""
        return self._add(_Words(str(escape(words)))) if words else Markup("")

    def html(self, html: str, name: str, template: str) -> Markup:
        """Return a placeholder for finished HTML, which must land in text, and must not be left out.

        `name` says in an error whose text it is, `template` which file has to show it.
        """
        return self._add(_Words(html, name, template)) if html else Markup("")

    def _add(self, words: _Words) -> Markup:
        # Those of a block do not depend on how many there are around it.
        number = len(self._words) + (_FIRST_OF_A_BLOCK if self._around else 0)
        self._words[number] = words
        # The words are not in it, so nothing of them can be unsafe.
        return Markup(f"zq7w{number}z")  # noqa: S704

    def fill(self, skeleton: Skeleton, document: str) -> str:
        """Return the HTML with the words in it; `document` is the MJML that it came from, with its marks.

        Raises:
            TemplateError: a template left a block's text out, or put it into a tag; at its line.
        """
        faults = [*self._misplaced(skeleton, document), *self._left_out(skeleton, document)]
        if faults:
            raise TemplateError(faults)
        pieces = [""] * (len(skeleton.literals) + len(skeleton.numbers))
        pieces[::2] = skeleton.literals
        words = {**self._around, **self._words}
        pieces[1::2] = (_filled(number, words) for number in skeleton.numbers)
        return "".join(pieces)

    def _misplaced(self, skeleton: Skeleton, document: str) -> Iterator[Finding]:
        for number, words in self._words.items():
            if words.name and number in skeleton.in_tags:
                message = f"the text of {words.name} cannot stand in a tag; put it between tags"
                place = _place(document, document.find(f"zq7w{number}z"), words.template)
                yield Finding(place, message, "template-words-place")

    def _left_out(self, skeleton: Skeleton, document: str) -> Iterator[Finding]:
        for number, words in self._words.items():
            if words.name and number not in skeleton.numbers:
                message = f"the text of {words.name} is left out; show it with {{{{ block.body }}}}"
                place = _place(document, document.find(f"zq7w{number}z"), words.template)
                yield Finding(place, message, "template-words-missing")


def refuse_changed(document: str) -> None:
    """Let an MJML document pass whose placeholders are as they were handed out.

    Raises:
        TemplateError: a template changed one, as with a filter; at its line.
    """
    # What was changed is not found again, and would be told a second time as left out.
    faults = dict.fromkeys(_changed(document))
    if faults:
        raise TemplateError(faults)


def _changed(document: str) -> Iterator[Finding]:
    for match in _CHANGED.finditer(document):
        message = "the editor's words cannot be changed here, as with the filter upper; let CSS do that"
        yield Finding(_place(document, match.start(), ""), message, "template-words-changed")


def _place(document: str, offset: int, template: str) -> Position:
    """Return the template's line that an offset in the document comes from; without one, the template."""
    return (place_at(document, offset) if offset >= 0 else None) or Position(template or "templates")
