"""The editor's words on their way around MJML.

MJML breaks text: it glues words, drops white space, prints odd characters as escapes. So a template is rendered with
`zq7w<number>z` where words belong, and they are put into the finished HTML afterwards, escaped for where they land.
The numbers follow the order of the issue's parts, so two issues of one shape give the same document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from newsletter.errors import TemplateError
from newsletter.model import Finding, Position
from newsletter.render.places import place_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLOT = re.compile(r"zq7w([0-9]+)z")
_CHANGED = re.compile(r"(?!zq7w[0-9]+z)(?i:zq7w)")


@dataclass(frozen=True, slots=True)
class _Words:
    """What a placeholder stands for."""

    html: str
    name: str = ""
    """Whose finished HTML it is, for a message; empty for plain words."""
    template: str = ""
    """The file that has to show it."""


class Slots:
    """Hands out placeholders for words, and puts the words in at the end."""

    def __init__(self) -> None:
        self._words: list[_Words] = []

    def text(self, words: str) -> Markup:
        """Return a placeholder for plain words; they may land in text or in an attribute."""
        return self._add(_Words(str(escape(words)))) if words else Markup("")

    def html(self, html: str, name: str, template: str) -> Markup:
        """Return a placeholder for finished HTML, which must land in text, and must not be left out.

        `name` says in an error whose text it is, `template` which file has to show it.
        """
        return self._add(_Words(html, name, template)) if html else Markup("")

    def _add(self, words: _Words) -> Markup:
        self._words.append(words)
        # The words are not in it, so nothing of them can be unsafe.
        return Markup(f"zq7w{len(self._words) - 1}z")  # noqa: S704

    def fill(self, skeleton: str, document: str) -> str:
        """Return the HTML with the words in it; `document` is the MJML that it came from, with its marks.

        Raises:
            TemplateError: a template changed a placeholder, left a block's text out, or put it into a tag;
                at its line.
        """
        # What was changed is not found again, and would be told a second time as left out.
        faults = [*_changed(document)] or [*self._misplaced(skeleton, document), *self._left_out(skeleton, document)]
        if faults:
            raise TemplateError(dict.fromkeys(faults))
        return _SLOT.sub(lambda match: self._words[int(match[1])].html, skeleton)

    def _misplaced(self, skeleton: str, document: str) -> Iterator[Finding]:
        for match in _SLOT.finditer(skeleton):
            words = self._words[int(match[1])]
            if words.name and skeleton.rfind("<", 0, match.start()) > skeleton.rfind(">", 0, match.start()):
                message = f"the text of {words.name} cannot stand in a tag; put it between tags"
                place = _place(document, document.find(match[0]), words.template)
                yield Finding(place, message, "template-words-place")

    def _left_out(self, skeleton: str, document: str) -> Iterator[Finding]:
        shown = set(_SLOT.findall(skeleton))
        for number, words in enumerate(self._words):
            if words.name and str(number) not in shown:
                message = f"the text of {words.name} is left out; show it with {{{{ block.body }}}}"
                place = _place(document, document.find(f"zq7w{number}z"), words.template)
                yield Finding(place, message, "template-words-missing")


def _changed(document: str) -> Iterator[Finding]:
    for match in _CHANGED.finditer(document):
        message = "the editor's words cannot be changed here, as with the filter upper; let CSS do that"
        yield Finding(_place(document, match.start(), ""), message, "template-words-changed")


def _place(document: str, offset: int, template: str) -> Position:
    """Return the template's line that an offset in the document comes from; without one, the template."""
    return (place_at(document, offset) if offset >= 0 else None) or Position(template or "templates")
