"""Tokens, made without what the constructor of markdown-it's own class does for others: a third of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it.token import Token

if TYPE_CHECKING:
    from typing import Literal

_blank = object.__new__


def new_token(  # noqa: PLR0913, PLR0917 - names would take as long again
    kind: str, tag: str, nesting: Literal[-1, 0, 1], level: int, markup: str = "", content: str = "", info: str = ""
) -> Token:
    """Return the token of an inline."""
    token = _blank(Token)
    token.type = kind
    token.tag = tag
    token.nesting = nesting
    token.attrs = {}
    token.map = None
    token.level = level
    token.children = None
    token.content = content
    token.markup = markup
    token.info = info
    token.meta = {}
    token.block = token.hidden = False
    return token


def new_block(
    kind: str, tag: str, nesting: Literal[-1, 0, 1], level: int, markup: str = "", lines: list[int] | None = None
) -> Token:
    """Return the token of a block; `lines` are the first, and the one behind the last, counted from 0."""
    token = new_token(kind, tag, nesting, level, markup)
    token.map = lines
    token.block = True
    return token
