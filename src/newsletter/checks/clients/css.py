"""A style sheet as rules and declarations, and back: CSS Syntax Level 3, as far as mails go.

The CSS parser of the inliner drops what it does not know, and takes 40 ms for the style sheet of one mail. What a mail
program drops is the very question here, so this one keeps everything as it was written and judges nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r"""
      /\*.*?(?:\*/|\Z)
    | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'?
    | url\((?:\\.|[^"'()\\])*\)
    | \\.
    | [{}()\[\];:,]
    | [^{}()\[\];:,"'\\/u]+
    | .
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CLOSING = {"{": "}", "(": ")", "[": "]"}
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)
_HOLDS_RULES = frozenset({"container", "layer", "media", "supports"})
_PROPERTY = re.compile(r"-?[\w-]+")
_AT_RULE = re.compile(r"@([-\w]*)(.*)", re.DOTALL)
_MAX_DEPTH = 32
"""Levels of at-rules within each other; what is nested deeper is not read."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property and its value."""

    name: str
    """In lower case."""
    value: str
    is_important: bool = False

    def __str__(self) -> str:
        return f"{self.name}:{self.value}{'!important' if self.is_important else ''}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Selectors, and what holds for what they match."""

    selectors: tuple[str, ...]
    declarations: tuple[Declaration, ...]

    def __str__(self) -> str:
        return f"{','.join(self.selectors)}{{{write_declarations(self.declarations)}}}"


@dataclass(frozen=True, slots=True)
class AtRule:
    """`@NAME PRELUDE { … }`, or `@NAME PRELUDE;`."""

    name: str
    """In lower case, without the @."""
    prelude: str
    rules: tuple[Rule | AtRule, ...] | None = None
    """What stands in one that holds rules, such as `@media`."""
    block: str | None = None
    """What stands in any other one, as it was written."""

    def __str__(self) -> str:
        head = f"@{self.name} {self.prelude}".rstrip()
        if self.rules is not None:
            return f"{head}{{{write_sheet(self.rules)}}}"
        return f"{head};" if self.block is None else f"{head}{{{self.block}}}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style sheet."""

    rules: tuple[Rule | AtRule, ...]
    is_whole: bool
    """Every bracket and quote in it has its partner."""


@lru_cache(maxsize=64)
def read_sheet(css: str) -> Sheet:
    """Read a style sheet. Whatever it is, something comes of it; comments are left out."""
    reader = _Reader(css)
    rules = tuple(reader.rules(0))
    return Sheet(rules, reader.is_whole)


@lru_cache(maxsize=4096)
def read_declarations(text: str) -> tuple[Declaration, ...]:
    """Read what stands in a `style` attribute or between the braces of a rule."""
    return tuple(filter(None, map(_declaration, _split(_tokens(text), ";"))))


def write_declarations(declarations: Iterable[Declaration]) -> str:
    """Return declarations as they stand in a `style` attribute."""
    return ";".join(map(str, declarations))


def write_sheet(rules: Iterable[Rule | AtRule]) -> str:
    """Return rules as a style sheet."""
    return "".join(map(str, rules))


def _tokens(css: str) -> list[str]:
    return [mark for mark in _TOKEN.findall(css) if not mark.startswith("/*")]


def _split(tokens: Iterable[str], between: str) -> Iterator[list[str]]:
    """Yield what stands between the marks that stand in no brackets."""
    piece: list[str] = []
    closing: list[str] = []
    for mark in tokens:
        if mark == between and not closing:
            yield piece
            piece = []
            continue
        piece.append(mark)
        if mark in _CLOSING:
            closing.append(_CLOSING[mark])
        elif closing and mark == closing[-1]:
            closing.pop()
    yield piece


def _declaration(tokens: list[str]) -> Declaration | None:
    name = "".join(takewhile(lambda mark: mark != ":", tokens))
    value = "".join(tokens)[len(name) + 1 :]
    plain = _IMPORTANT.sub("", value).strip()
    if not _PROPERTY.fullmatch(name.strip()) or not plain:
        return None
    return Declaration(name.strip().lower(), plain, bool(_IMPORTANT.search(value)))


class _Reader:
    """Reads the tokens of one sheet in order."""

    def __init__(self, css: str) -> None:
        self._tokens = _tokens(css)
        self._at = 0
        self.is_whole = not any(map(_is_open_string, self._tokens))

    def rules(self, depth: int) -> Iterator[Rule | AtRule]:
        """Yield the rules up to the brace that closes them, or the end."""
        while self._at < len(self._tokens):
            mark = self._tokens[self._at]
            if mark == "}":
                self._at += 1
                if depth:
                    return
                self.is_whole = False
            elif not mark.strip() or mark == ";":
                self._at += 1
            elif found := self._rule(depth):
                yield found
        if depth:
            self.is_whole = False

    def _rule(self, depth: int) -> Rule | AtRule | None:
        prelude, end = self._prelude()
        if prelude[0].startswith("@"):
            return self._at_rule("".join(prelude), depth, has_block=end == "{")
        if end != "{":
            self.is_whole = False
            return None
        selectors = tuple("".join(piece).strip() for piece in _split(prelude, ","))
        return Rule(selectors, read_declarations(self._block()))

    def _at_rule(self, prelude: str, depth: int, *, has_block: bool) -> AtRule:
        name, rest = _AT_RULE.findall(prelude)[0]
        rule = AtRule(name.lower(), rest.strip())
        if not has_block:
            return rule
        if rule.name in _HOLDS_RULES and depth < _MAX_DEPTH:
            return replace(rule, rules=tuple(self.rules(depth + 1)))
        return replace(rule, block=self._block())

    def _prelude(self) -> tuple[list[str], str]:
        """Take what stands before `{`, or before the `;` that ends an at-rule; return it, and which of them it was."""
        taken: list[str] = []
        while self._at < len(self._tokens):
            mark = self._tokens[self._at]
            if mark == "}":  # that of what it stands in
                return taken, ""
            self._at += 1
            if mark == "{" or (mark == ";" and taken[0].startswith("@")):
                return taken or [""], mark
            taken.append(mark if taken else mark.lstrip())
        return taken, ""

    def _block(self) -> str:
        """Take what stands before the partner of the last `{`, and that as well."""
        depth, taken = 1, list[str]()
        while self._at < len(self._tokens):
            mark = self._tokens[self._at]
            self._at += 1
            depth += (mark == "{") - (mark == "}")
            if not depth:
                return "".join(taken)
            taken.append(mark)
        self.is_whole = False
        return "".join(taken)


def _is_open_string(mark: str) -> bool:
    quote = mark[0]
    return quote in "\"'" and (len(mark) == 1 or mark[-1] != quote)
