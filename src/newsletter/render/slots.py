"""The editor's words on their way around MJML.

MJML breaks text: it glues words, drops white space, prints odd characters as escapes. So a template is rendered with
`zq7w<number>z` where words belong, and they are put into the finished HTML afterwards, escaped for where they land.
The numbers follow the order of the issue's parts, so two issues of one shape give the same document.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from newsletter.errors import RenderError

_SLOT = re.compile(r"zq7w([0-9]+)z")
_LEFT_OVER = re.compile(r"zq7w", re.IGNORECASE)


class Slots:
    """Hands out placeholders for words, and puts the words in at the end."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._names: list[str] = []
        self._is_html: list[bool] = []

    def text(self, words: str) -> Markup:
        """Return a placeholder for plain words; they may land in text or in an attribute."""
        return self._add(str(escape(words)), "", is_html=False) if words else Markup("")

    def html(self, html: str, name: str) -> Markup:
        """Return a placeholder for finished HTML, which must land in text, and must not be left out.

        `name` says in an error whose text it is.
        """
        return self._add(html, name, is_html=True) if html else Markup("")

    def _add(self, words: str, name: str, *, is_html: bool) -> Markup:
        self._words.append(words)
        self._names.append(name)
        self._is_html.append(is_html)
        # The words are not in it, so nothing of them can be unsafe.
        return Markup(f"zq7w{len(self._words) - 1}z")  # noqa: S704

    def fill(self, skeleton: str) -> str:
        """Return the HTML with the words in it.

        Raises:
            RenderError: a template changed a placeholder, left a block's text out, or put it into a tag.
        """
        seen: set[int] = set()
        left_over = _LEFT_OVER.search(_SLOT.sub("", skeleton))
        if left_over:
            message = "a template changes the editor's words (with a filter such as upper); let CSS do that"
            raise RenderError(message)

        def words(match: re.Match[str]) -> str:
            number = int(match[1])
            seen.add(number)
            if self._is_html[number] and skeleton.rfind("<", 0, match.start()) > skeleton.rfind(
                ">", 0, match.start()
            ):
                message = (
                    f"a template puts the text of {self._names[number]} into a tag; it belongs between tags"
                )
                raise RenderError(message)
            return self._words[number]

        filled = _SLOT.sub(words, skeleton)
        for number, name in enumerate(self._names):
            if name and number not in seen:
                message = f"a template leaves out the text of {name}; show it with {{{{ block.body }}}}"
                raise RenderError(message)
        return filled
