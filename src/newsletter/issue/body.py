"""What is wrong in a block's words: its links, its pictures, its braces, its depth and its size, each at its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, product, takewhile
from typing import TYPE_CHECKING
from urllib.parse import unquote

from newsletter.issue.holes import FIELD, OPEN_MESSAGE, PLACEHOLDER, find_open
from newsletter.issue.markdown import MAX_PARAGRAPH_CHARACTERS, TOO_LONG, parse_once
from newsletter.issue.values import address_problem, is_address, parse_picture
from newsletter.model import Finding, NamedPicture, PictureUse, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

    from newsletter.model import Body

MAX_DEPTH = 20
"""Levels of nesting, of which a list takes two; deeper is refused, as the parser would drop it in silence."""

_LEFT_OVERS = {
    "{{": (OPEN_MESSAGE, "personal-field"),
    "{%": ('"{%" does nothing here; a personal field is {{ … }}, and code shows it as it is: `{%`', "personal-field"),
    "](": ("no link comes of this: its address has a space in it, or no end; write [words](<address>)", "link-address"),
    "[^": ("this footnote has no text in its block; add a line `[^name]: …`", "footnote-missing"),
}
"""What the parser leaves in the text where its other half is missing. Readers would see it."""
MAX_WORDS = 1_000
"""Characters of a link's words; where they are longer, their beginning is not looked for."""
_BRACKET = re.compile(r"(?<!\\)[\[\]]")
_LEADS = {"autolink": ("<",), "linkify": ("",)}
"""What stands before the address of a link that has no words of its own."""
_LEFT_OVER = re.compile(r"\{\{|\{%|\]\(|\[\^(?=[^\s\]]+\])")


@dataclass(frozen=True, slots=True)
class Mention:
    """A link or a picture in a body."""

    is_picture: bool
    target: str
    """Its address as the parser hands it on: percent-encoded, with placeholders for personal fields."""
    written: str
    """Its address as the editor wrote it."""
    words: str
    """What readers see of a link; a picture's alternative text."""
    position: Position
    """Of the address."""
    words_at: Position


def mentions_in(body: Body) -> tuple[Mention, ...]:
    """Return the links and pictures of a body, in the order in which they end; kept for the next time."""
    if not any(sign in body.source for sign in ("[", "://", "www.", "@")):
        return ()
    return _mentions_in(body, body.position)


@lru_cache(maxsize=4096)
def _mentions_in(body: Body, position: Position) -> tuple[Mention, ...]:
    fields = dict(zip(PLACEHOLDER.findall(body.parsed), FIELD.findall(body.source), strict=False))
    reader = BodyReader(
        body.source,
        position,
        lambda text: PLACEHOLDER.sub(lambda match: fields.get(match[0], match[0]), text),
        lambda _: True,
        0,
        with_mentions=True,
    )
    reader.read(body.tokens)
    return tuple(reader.mentions)


@lru_cache(maxsize=512)
def is_spotless(source: str, language: str) -> bool:
    """Tell whether a body without personal fields and pictures has nothing wrong in it; kept for the next time."""
    reader = BodyReader(source, Position(""), str, lambda _: False, 0)
    reader.read(parse_once(source, language))
    return not reader.findings


class BodyReader:
    """Reads the tokens of one body next to its source, in which it finds the place of what is wrong."""

    def __init__(
        self,
        source: str,
        position: Position,
        written: Callable[[str], str],
        has_picture: Callable[[str], bool],
        column_px: int,
        *,
        with_mentions: bool = False,
    ) -> None:
        """With mentions, the words of each link are looked for too, which takes as long as all the rest."""
        self.findings: list[Finding] = []
        self.pictures: list[NamedPicture] = []
        self.mentions: list[Mention] = []
        self._source = source
        self._line_starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        self._position = position
        self._written = written
        self._has_picture = has_picture
        self._column_px = column_px
        self._first = self._at = 0
        self._end = len(source)
        self._definitions: dict[str, int] = {}
        self._in_link = False
        self._with_mentions = with_mentions

    def read(self, tokens: Sequence[Token]) -> None:
        """Collect what is wrong in the tokens."""
        for token in tokens:
            if token.map:
                self._first, self._end = (self._line_starts[line] for line in token.map)
                self._at = self._first
            elif token.type == "footnote_open":  # a note without a place of its own: ^[…]
                self._first, self._end, self._at = 0, len(self._source), 0
            if token.level > MAX_DEPTH:
                self._fault(self._first, f"nested deeper than {MAX_DEPTH} levels", "markdown-depth")
                return
            if TOO_LONG in token.meta:
                found = f"a paragraph of {token.meta[TOO_LONG]} characters"
                self._fault(self._first, f"{found}; it may have {MAX_PARAGRAPH_CHARACTERS}", "paragraph-size")
            self._read_all(token.children or ())

    def _read_all(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            kind = token.type
            if kind == "text":
                if "{" in token.content or "]" in token.content or "[" in token.content:
                    self._read_text(token.content)
            elif kind == "link_open":
                self._read_link(token, _words_behind(tokens, index) if self._with_mentions else "")
                self._in_link = True
            elif kind == "link_close":
                self._in_link = False
            elif kind == "image":
                self._read_image(token)
            elif kind == "code_inline":
                found = self._source.find(token.content, self._at, self._end)
                self._at = max(self._at, found + len(token.content))

    def _read_image(self, token: Token) -> None:
        # A link in a picture's words is read there, and is none.
        in_link, self._in_link = self._in_link, False
        self._read_all(token.children or ())
        self._in_link = in_link
        self._read_picture(token)

    def _read_text(self, text: str) -> None:
        for mark in _LEFT_OVER.findall(text):
            if mark == "{{":
                place = find_open(self._source, self._at, self._end)
            else:
                place = self._source.find(mark, self._at, self._end)
            if place < 0:  # it is written as &#123; and the like
                continue
            self._at = place + len(mark)
            if mark == "](" and self._is_no_link(place):
                continue
            if self._source[place - 1 : place] != "\\":
                self._fault(place, *_LEFT_OVERS[mark])

    def _is_no_link(self, place: int) -> bool:
        """Tell whether `](` is meant as text, or its address has a brace that stays open, which is told by itself."""
        opened = self._source.rfind("[", self._first, place)
        closed = self._source.find(")", place, self._end)
        is_text = opened < 0 or self._source[opened - 1 : opened] == "\\"
        return is_text or find_open(self._source, place, max(closed, place)) >= 0

    def _read_link(self, token: Token, words: str) -> None:
        href = str(token.attrs.get("href", ""))
        address, place = self._seek_address(token, href)
        self._mention(href, address, words, place)
        # CommonMark, section 6.3: no link within a link. The parser sees to it for all but <https://…>.
        if self._in_link:
            message = f"the link {quoted(address)} stands within the words of another; put one behind the other"
            self._fault(place, message, "link-nested")
        elif not href:
            self._fault(place, "the link has no address", "link-address")
        elif "{{" in unquote(href):
            self._fault(place + find_open(address, 0, len(address)), OPEN_MESSAGE, "personal-field")
        elif not href.startswith("#") and not PLACEHOLDER.match(href):
            problem = address_problem(href)
            if problem:
                self._fault(place, f"the link {quoted(address)} {problem}", "link-address")
        self._read_text(str(token.attrs.get("title", "")))

    def _read_picture(self, token: Token) -> None:
        source = str(token.attrs.get("src", ""))
        address, place = self._seek_address(token, source)
        self._mention(source, address, token.content, place, is_picture=True)
        name = source if is_address(source) else unquote(source)
        shown = f"the picture {quoted(address)}"
        if not source:
            self._fault(place, "the picture has no address", "picture-address")
        elif not token.content.strip():
            message = f"{shown} needs words between [ and ], for those who cannot see it"
            self._fault(place, message, "picture-alt")
        else:
            try:
                parse_picture(name)
            except ValueError as error:
                self._fault(place, f"{shown} {error}", "picture-address")
            else:
                if not is_address(name):
                    self._read_file(name, shown, place)
        self._read_text(str(token.attrs.get("title", "")))

    def _read_file(self, name: str, shown: str, place: int) -> None:
        if not self._has_picture(name):
            self._fault(place, f"{shown} does not stand beside the issue", "picture-missing")
        self.pictures.append(NamedPicture(PictureUse(name, self._column_px), self._position_of(place), shown))

    def _seek_address(self, token: Token, href: str) -> tuple[str, int]:
        """Return an address as the editor wrote it, and where; the parser has percent-encoded what it hands on."""
        address = self._written(token.meta.get("written") or unquote(href))
        leads = _LEADS.get(token.markup, ("](", "](<"))
        nearest = self._source.find(f"{leads[0]}{address}", self._at, self._end) if address and address == href else -1
        if nearest >= 0 and self._source.find("](<", self._at, nearest) < 0:  # as nearly always
            place = nearest + len(leads[0])
            self._at = place + len(address)
            return address, place
        variants = dict.fromkeys((address, self._written(href)))
        # Not behind the last one where a picture stands in a link: the link's address comes after the picture's.
        for start, variant in product((self._at, self._first), variants):
            places = {self._source.find(lead + variant, start, self._end): lead for lead in leads}
            found = min((place for place in places if place >= 0), default=None)
            if found is not None:
                place = found + len(places[found])
                self._at = max(self._at, place + len(variant))
                return address, place
        if address not in self._definitions:
            self._definitions[address] = self._source.find(f"]: {address}")
        defined = self._definitions[address]
        return address, self._first if defined < 0 else defined + len("]: ")

    def _mention(self, target: str, written: str, words: str, place: int, *, is_picture: bool = False) -> None:
        if not self._with_mentions:
            return
        words_at = self._words_before(place)
        position = self._position_of(place)
        found = Mention(is_picture, target, written, words, position, self._position_of(words_at))
        self.mentions.append(found)

    def _words_before(self, place: int) -> int:
        """Return where the words begin whose address stands at `place`; the address itself where it has none."""
        end = self._source.rfind("](", self._first, place)
        if end < 0 or place - end > len("](<"):
            return place
        depth = 0
        for bracket in reversed(list(_BRACKET.finditer(self._source, max(self._first, end - MAX_WORDS), end + 1))):
            depth += 1 if bracket[0] == "]" else -1
            if not depth:
                return bracket.end()
        return place

    def _fault(self, place: int, message: str, rule: str) -> None:
        self.findings.append(Finding(self._position_of(place), message, rule))

    def _position_of(self, place: int) -> Position:
        line = bisect_right(self._line_starts, place) - 1
        column = place - self._line_starts[line] + 1
        return Position(self._position.path, self._position.line + line, column)


def _words_behind(tokens: Sequence[Token], index: int) -> str:
    """Return the words of the link that opens at an index, as readers see them."""
    behind = (tokens[at] for at in range(index + 1, len(tokens)))
    words = takewhile(lambda token: token.type != "link_close", behind)
    return "".join(" " if token.type in {"softbreak", "hardbreak"} else token.content for token in words)
