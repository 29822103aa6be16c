"""The events of words, emphasis, code, links and pictures, made into the tokens of a paragraph."""

from __future__ import annotations

import re
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from newsletter.issue.compiled.ordinary import NotOrdinaryError
from newsletter.issue.compiled.tokens import new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.token import Token

MAX_DEPTH = 12
"""Inlines within inlines; what is deeper is left to markdown-it, which has a limit of its own."""

_PLAIN_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]* ?/?>")
"""HTML that, when it is text, has nothing in it that means anything."""
_READ_APART = frozenset("\n*_[`")
"""Signs in the words of a picture, which markdown-it reads by themselves."""
_RUN = re.compile(r"\*\*|__")
"""In the words of a link, some of it may be emphasis to one of the two."""
_BACKSLASH = ord("\\")


class Inlines:
    """The inlines of one paragraph after the other. Places are in bytes of the source."""

    def __init__(self, raw: bytes, normal_form: Callable[[str], str]) -> None:
        self._raw = raw
        self._normal_form = normal_form
        self._tokens: list[Token] = []
        self._level = 0
        self._closing: list[Token] = []
        self._outside: list[tuple[list[Token], int, Token]] = []
        """Of the pictures that are open: the tokens around each, their level, and the picture."""
        self.end = 0
        """Of the last event."""

    def begin(self, tokens: list[Token], start: int) -> None:
        """Put what comes into `tokens`; `start` is where the first of it can stand, -1 where nobody knows."""
        self._tokens = tokens
        self.end = start

    def text(self, text: str, start: int, end: int) -> None:
        """Take words, or the one sign that an escape or an entity stands for."""
        if self.end != start and self._raw[start - 1] == _BACKSLASH:
            self._special(text[0], f"\\{text[0]}", "escape")
            text, start = text[1:], start + 1
        if "\\" in text or ("://" in text and not self._is_in_link()):
            raise NotOrdinaryError  # an escape of nothing, which markdown-it notes; an address that it makes a link
        self.end = end
        written = self._raw[start:end]
        if written == text.encode():
            if self._tokens and self._tokens[-1].type == "text":
                self._tokens[-1].content += text
            elif text:
                self._tokens.append(new_token("text", "", 0, self._level, "", text))
        else:
            self._special(text, written.decode(), "entity")

    def _special(self, text: str, written: str, info: str) -> None:
        self._tokens.append(new_token("text_special", "", 0, self._level, written, text, info))

    def html(self, text: str, start: int, end: int) -> None:
        """Take a tag, which is text."""
        if not _PLAIN_TAG.fullmatch(text):
            raise NotOrdinaryError
        self.text(text, start, end)

    def code(self, text: str, start: int, end: int) -> None:
        """Take a piece of code."""
        written = self._raw[start:end]
        if b"\n" in written:
            raise NotOrdinaryError
        marks = len(written) - len(written.lstrip(b"`"))
        self._tokens.append(new_token("code_inline", "code", 0, self._level, "`" * marks, text))
        self.end = end

    def soft_break(self, _: Any, _start: int, end: int) -> None:
        """Take the end of a line."""
        self._tokens.append(new_token("softbreak", "br", 0, self._level))
        self.end = end

    def hard_break(self, _: Any, _start: int, end: int) -> None:
        """Take the end of a line that is kept."""
        self._tokens.append(new_token("hardbreak", "br", 0, self._level))
        self.end = end

    def _open(self, kind: str, tag: str, markup: str, end: int) -> Token:
        if self._level >= MAX_DEPTH:
            raise NotOrdinaryError
        token = new_token(f"{kind}_open", tag, 1, self._level, markup)
        self._tokens.append(token)
        self._closing.append(new_token(f"{kind}_close", tag, -1, self._level, markup))
        self._level += 1
        self.end = end
        return token

    def close(self, end: int) -> None:
        """End emphasis or a link."""
        self._level -= 1
        closing = self._closing.pop()
        if closing.tag == "a" and self._has_run_in_link():
            raise NotOrdinaryError
        self._tokens.append(closing)
        self.end = end

    def _is_in_link(self) -> bool:
        return not self._outside and any(closing.tag == "a" for closing in self._closing)

    def _has_run_in_link(self) -> bool:
        words = takewhile(lambda token: token.tag != "a", reversed(self._tokens))
        return any(token.type == "text" and _RUN.search(token.content) for token in words)

    def emphasis(self, _: Any, start: int, _end: int) -> None:
        """Begin emphasis."""
        self._open("em", "em", chr(self._raw[start]), start + 1)

    def strong(self, _: Any, start: int, _end: int) -> None:
        """Begin strong emphasis."""
        self._open("strong", "strong", chr(self._raw[start]) * 2, start + 2)

    def link(self, said: Mapping[str, str], start: int, end: int) -> None:
        """Begin a link, whose address is written out, or defined elsewhere."""
        kind, address = said["link_type"], said["dest_url"]
        if kind in {"Autolink", "Email"}:
            if b"&" in self._raw[start:end]:
                raise NotOrdinaryError
            address = f"mailto:{address}" if kind == "Email" else address
            token = self._open("link", "a", "autolink", start + 1)
            token.info = self._closing[-1].info = "auto"
        else:
            if kind != "Inline" and self._raw[end : end + 1] == b"(":
                raise NotOrdinaryError
            token = self._open("link", "a", "", start + 1)
        token.attrs = {"href": self._normal_form(address), **_title(said)}

    def image(self, said: Mapping[str, str], start: int, _end: int) -> None:
        """Begin a picture, with its words."""
        attributes: dict[str, str | int | float] = {
            "src": self._normal_form(said["dest_url"]),
            "alt": "",
            **_title(said),
        }
        children: list[Token] = []
        token = new_token("image", "img", 0, self._level)
        token.attrs, token.children = attributes, children
        self._tokens.append(token)
        self._outside.append((self._tokens, self._level, token))
        self._tokens, self._level, self.end = children, 0, start + 2

    def close_image(self, start: int, end: int) -> None:
        """End a picture."""
        self._tokens, self._level, token = self._outside.pop()
        token.content = self._raw[start + 2 : self.end].decode()
        if not _READ_APART.isdisjoint(token.content):
            raise NotOrdinaryError
        token.children = token.children or None
        self.end = end


def _title(said: Mapping[str, str]) -> dict[str, str | int | float]:
    return {"title": said["title"]} if said["title"] else {}


STARTS: Mapping[str, Callable[[Inlines, Any, int, int], None]] = MappingProxyType(
    {"Emphasis": Inlines.emphasis, "Strong": Inlines.strong, "Link": Inlines.link, "Image": Inlines.image}
)
"""What an event that opens something does, by its name in the parser."""

LEAVES: Mapping[str, Callable[[Inlines, Any, int, int], None]] = MappingProxyType(
    {
        "Text": Inlines.text,
        "InlineHtml": Inlines.html,
        "Code": Inlines.code,
        "SoftBreak": Inlines.soft_break,
        "HardBreak": Inlines.hard_break,
    }
)
"""What any other event does."""
