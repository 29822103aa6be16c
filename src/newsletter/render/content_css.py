"""The style sheet that is inlined, looked at before: what in it cannot be. The only door to the CSS parser.

What is found for one tag serves for every tag like it, so a selector may look at nothing but names, classes, ids and
what a tag stands in.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, cast
from xml.dom import DOMException

from lxml.cssselect import CSSSelector, SelectorError

from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_COMMENT = re.compile(r"/\*.*?(\*/|\Z)", re.DOTALL)
_TOKEN = re.compile(r"""[{}@*:\\+~\[]|[^\x00-\x7f]+|"[^"\\\n]*"|'[^'\\\n]*'""", re.IGNORECASE)
_SELECTORS = re.compile(r"([^{}]+)\{[^{}]*\}")
_PLACE = re.compile(r"\[(\d+):\d+:|, (\d+), \d+\)")  # two ways in which it writes line and column

CSS_LOCK = Lock()
"""For premailer and its CSS parser, which keep settings and caches in their modules."""


def lint_css(css: str, path: str) -> tuple[Finding, ...]:
    """Return what in a style sheet cannot be inlined, each at its line and column."""
    return tuple(
        Finding(Position(path, css.count("\n", 0, offset) + 1, offset - css.rfind("\n", 0, offset)), message, rule)
        for offset, message, rule in sorted(_faults(css))
    )


def _faults(css: str) -> list[tuple[int, str, str]]:
    """The faults: where, what, and the rule's id."""
    plain = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), css)
    faults = list(_token_faults(plain))
    faults += [
        (match.start(), "a comment is not closed; end it with */", "css-syntax")
        for match in _COMMENT.finditer(css)
        if not match[1]
    ]
    return faults or [*_selector_faults(plain), *_syntax_faults(plain)]


def _token_faults(css: str) -> Iterator[tuple[int, str, str]]:
    opened = None
    for match in _TOKEN.finditer(css):
        mark, at = match[0], match.start()
        if not mark.isascii():
            yield at, f"{quoted(mark)} is not ASCII; mail programs may read it wrongly", "css-ascii"
        elif mark == "@":
            yield at, "an at-rule cannot be inlined, and @import goes to the network; use mj-style", "css-at-rule"
        elif mark == "\\":
            yield at, "an escape can hide an at-rule; write the character itself", "css-escape"
        elif mark == "{" and opened is None:
            opened = at
        elif mark == "}" and opened is not None:
            opened = None
        elif mark in "{}":
            yield at, f"{quoted(mark)} has no partner", "css-syntax"
        elif opened is None:
            yield from _outside_fault(mark, at)
    if opened is not None:
        yield opened, f"{quoted('{')} has no partner", "css-syntax"


def _outside_fault(mark: str, at: int) -> Iterator[tuple[int, str, str]]:
    """The fault of a character that may not stand in a selector."""
    if mark == ":":
        yield at, "a pseudo-class cannot be inlined; use mj-style", "css-pseudo-class"
    elif mark == "*":
        yield at, "* would style every tag of the layout; name the elements", "css-universal"
    elif mark == "[":
        yield (
            at,
            "what is found for a tag must serve for all like it, whatever its attributes; use a class",
            "css-attribute",
        )
    elif mark in "+~":
        yield (
            at,
            f"{mark} looks at a tag's neighbours, and what is found for it must serve anywhere; use a class",
            "css-neighbour",
        )


def _selector_faults(css: str) -> Iterator[tuple[int, str, str]]:
    for rule in _SELECTORS.finditer(css):
        # premailer splits at every comma too, also within quotes.
        for selector in rule[1].split(","):
            try:
                CSSSelector(selector.strip())
            except SelectorError:
                at = rule.start() + len(rule[1]) - len(rule[1].lstrip())
                yield at, f"{quoted(selector.strip())} is not a selector that can be inlined", "css-selector"


def _syntax_faults(css: str) -> Iterator[tuple[int, str, str]]:
    """The first place that the CSS parser would log and skip."""
    try:
        with CSS_LOCK:
            css_parser().CSSParser(raiseExceptions=True, validate=False).parseString(css)
    except DOMException as error:
        place = _PLACE.search(str(error))
        line = int(place[1] or place[2]) if place else 1
        text = css.split("\n")[line - 1]
        at = sum(len(before) + 1 for before in css.split("\n")[: line - 1]) + len(text) - len(text.lstrip())
        yield at, f"this is not valid CSS: {quoted(text.strip())}", "css-syntax"


@cache
def css_parser() -> ModuleType:
    """Return the CSS parser, premailer's too; a page of the archive need not wait the 50 ms of its import."""
    import cssutils  # noqa: PLC0415 - loaded where it is used: it is slow to load

    # It warns of each property that is not in its own list, such as mso-line-height-rule.
    cssutils.log.setLevel(logging.CRITICAL)
    return cast("ModuleType", cssutils)
