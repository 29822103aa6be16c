"""The events of paragraphs, headings, lists, quotes and code, made into the tokens of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyromark

from newsletter.issue.compiled import inlines
from newsletter.issue.compiled.ordinary import NotOrdinaryError, is_ordinary
from newsletter.issue.compiled.tokens import new_block

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.token import Token

MAX_DEPTH = 12
"""Blocks within blocks; what is deeper is left to markdown-it, which has a limit of its own."""

_SPACE = ord(" ")
_MARKS_BEFORE_A_LINE = re.compile(r"\n[ >]+")
_CLOSING_SIGNS = re.compile(rb"(?:^| )#+ *$")


def compiled_tokens(source: str, normal_form: Callable[[str], str], most_characters: int) -> list[Token] | None:
    r"""Return the tokens of a text, as markdown-it has them once blocks and their inlines are read.

    In the `content` of a token that holds inlines the white space may be another.

    Args:
        source: With `\n` at the ends of its lines.
        normal_form: What is done to the address of a link or a picture.
        most_characters: Of a paragraph.

    Returns:
        None where the text is not ordinary, or a paragraph is longer.
    """
    if not is_ordinary(source):
        return None
    try:
        return _Blocks(source, normal_form, most_characters).read()
    except NotOrdinaryError:
        return None


class _Blocks:
    """Makes tokens of the parser's events, each of which has its place, in bytes."""

    def __init__(self, source: str, normal_form: Callable[[str], str], most_characters: int) -> None:
        self._source = source
        self._raw = source.encode()
        self._starts = [0, *accumulate(len(line) + 1 for line in self._raw.split(b"\n"))]
        self._most_characters = most_characters
        self._tokens: list[Token] = []
        self._level = 0
        self._closing: list[Token] = []
        """What ends the blocks that are open; the innermost is the last."""
        self._inlines = inlines.Inlines(self._raw, normal_form)
        self._in_words = False
        self._in_code = False
        self._implied: Token | None = None
        """The paragraph that a tight list's item holds without saying so …"""
        self._words_at = 0
        """… and where its words begin."""

    def read(self) -> list[Token]:
        """Return the tokens of the whole text."""
        event: Any  # the name of what happens, or that with a value; so is the value of what begins or ends
        value: Any
        for event, place in pyromark.events_with_range(self._source):
            start, end = place["start"], place["end"]
            name, value = (event, None) if isinstance(event, str) else next(iter(event.items()))
            if name == "Start":
                kind, detail = (value, None) if isinstance(value, str) else next(iter(value.items()))
                self._start(kind, detail, start, end)
            elif name == "End":
                self._stop(value if isinstance(value, str) else next(iter(value)), start, end)
            elif name == "Rule":
                self._rule(start, end)
            elif self._in_code:
                self._tokens[-1].content += value
            else:
                self._expect_words(start)
                inlines.LEAVES[name](self._inlines, value, start, end)
        return self._tokens

    def _start(self, kind: str, detail: Any, start: int, end: int) -> None:
        if (begin := inlines.STARTS.get(kind)) is not None:
            self._expect_words(start)
            begin(self._inlines, detail, start, end)
        elif (make := _STARTS.get(kind)) is not None:
            self._end_implied()
            make(self, detail, start, end)
        else:
            raise NotOrdinaryError

    def _stop(self, kind: str, start: int, end: int) -> None:
        if kind == "Image":
            self._inlines.close_image(start, end)
        elif kind in inlines.STARTS:
            self._inlines.close(end)
        elif kind == "CodeBlock":
            self._end_code(start, end)
        else:
            self._end_implied()
            if kind == "Item" and self._tokens[-1].type == "list_item_open":
                raise NotOrdinaryError  # an empty one, whose end is seen differently
            self._close()

    def _lines(self, start: int, end: int) -> list[int]:
        return [bisect_right(self._starts, start) - 1, bisect_right(self._starts, max(end - 1, start))]

    def _open(self, kind: str, tag: str, markup: str, lines: list[int]) -> Token:
        if self._level >= MAX_DEPTH:
            raise NotOrdinaryError
        token = new_block(f"{kind}_open", tag, 1, self._level, markup, lines)
        self._tokens.append(token)
        self._closing.append(new_block(f"{kind}_close", tag, -1, self._level, markup))
        self._level += 1
        return token

    def _close(self) -> None:
        self._level -= 1
        self._tokens.append(self._closing.pop())
        self._in_words = False

    def _begin_words(self, lines: list[int], content: bytes, start: int) -> Token:
        children: list[Token] = []
        token = new_block("inline", "", 0, self._level, "", lines)
        token.children = children
        token.content = self._fitting(content)
        self._tokens.append(token)
        self._inlines.begin(children, start)
        self._in_words = True
        return token

    def _fitting(self, content: bytes) -> str:
        if len(content) > self._most_characters:
            raise NotOrdinaryError
        words = content.decode()
        return (_MARKS_BEFORE_A_LINE.sub("\n", words) if "\n" in words else words).strip()

    def _expect_words(self, start: int) -> None:
        """Begin the paragraph of a tight item where words come without one; how far it reaches is known at its end."""
        if self._in_words:
            return
        lines = self._lines(start, start + 1)
        self._words_at = start - (self._raw[start - 1 : start] == b"\\")  # an escape's event begins behind its sign
        self._implied = self._open("paragraph", "p", "", lines)
        self._implied.hidden = self._closing[-1].hidden = True
        self._begin_words(lines, b"", -1)

    def _end_implied(self) -> None:
        if self._implied is None:
            return
        paragraph, words, self._implied = self._implied, self._tokens[-1], None
        words.content = self._fitting(self._raw[self._words_at : self._inlines.end])
        paragraph.map = words.map = self._lines(self._words_at, self._inlines.end)
        self._close()

    def _paragraph(self, _: Any, start: int, end: int) -> None:
        lines = self._lines(start, end)
        self._open("paragraph", "p", "", lines)
        self._begin_words(lines, self._raw[start:end], start)

    def _heading(self, said: Any, start: int, end: int) -> None:
        level = int(said["level"].removeprefix("H"))
        first, last = lines = self._lines(start, end)
        written = self._raw[start:end].strip()
        if written.startswith(b"#"):
            self._open("heading", f"h{level}", "#" * level, lines)
            self._begin_words(lines, _CLOSING_SIGNS.sub(b"", written[level:]), start)
        else:
            self._open("heading", f"h{level}", "=-"[level - 1], lines)
            self._begin_words([first, last - 1], written.rpartition(b"\n")[0], start)

    def _quote(self, _: Any, start: int, end: int) -> None:
        self._open("blockquote", "blockquote", ">", self._lines(start, end))

    def _list(self, first: int | None, start: int, end: int) -> None:
        kind, tag = ("bullet_list", "ul") if first is None else ("ordered_list", "ol")
        _, mark = self._bullet(start)
        token = self._open(kind, tag, mark, self._lines(start, end))
        if first not in {None, 1}:
            token.attrs = {"start": first or 0}

    def _item(self, _: Any, start: int, end: int) -> None:
        number, mark = self._bullet(start)
        self._open("list_item", "li", mark, self._lines(start, end)).info = number

    def _bullet(self, start: int) -> tuple[str, str]:
        """Return the number that an item begins with, if there is one, and the mark behind it."""
        while self._raw[start] == _SPACE:
            start += 1
        end = start
        while self._raw[end : end + 1].isdigit():
            end += 1
        return self._raw[start:end].decode(), chr(self._raw[end])

    def _code(self, said: Any, start: int, end: int) -> None:
        token = new_block("code_block", "code", 0, self._level, "", self._lines(start, end))
        if said != "Indented":
            line = self._raw[start:end].partition(b"\n")[0].decode()
            token.type, token.info = "fence", line.lstrip(line[0])
            token.markup = line[: len(line) - len(token.info)]
        elif self._level:
            raise NotOrdinaryError
        self._tokens.append(token)
        self._in_code = True

    def _end_code(self, start: int, end: int) -> None:
        token, self._in_code = self._tokens[-1], False
        if token.type == "fence":
            _, newline, last = self._raw[start:end].rstrip().rpartition(b"\n")
            mark = last.strip(b" >" if self._level else b" ").decode()
            if not newline or not mark.startswith(token.markup) or mark.strip(mark[0]):
                raise NotOrdinaryError  # it has no end
        elif not token.content.endswith("\n"):
            token.content += "\n"

    def _rule(self, start: int, end: int) -> None:
        self._end_implied()
        line = self._raw[start:end].decode().strip()
        marks = line[0] * (line.count(line[0]) + 1)
        self._tokens.append(new_block("hr", "hr", 0, self._level, marks, self._lines(start, end)))


_STARTS: Mapping[str, Callable[[_Blocks, Any, int, int], None]] = MappingProxyType(
    {
        "Paragraph": _Blocks._paragraph,  # noqa: SLF001 - the table of this class
        "Heading": _Blocks._heading,  # noqa: SLF001
        "BlockQuote": _Blocks._quote,  # noqa: SLF001
        "List": _Blocks._list,  # noqa: SLF001
        "Item": _Blocks._item,  # noqa: SLF001
        "CodeBlock": _Blocks._code,  # noqa: SLF001
    }
)
