"""Tables that a telephone can show without scrolling sideways: each column gets its share, long words may break."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

BREAKABLE = "long"
"""The class of a cell whose words may be broken anywhere."""

_LONGEST_WORD = 20
_ROOM = 34
"""Characters that stand side by side on a screen of 375 px, without the gaps between columns."""
_LARGEST_WEIGHT = 40
"""A column with more text than this wraps anyway; the others need not suffer for it."""


def lay_out_tables(tokens: Sequence[Token]) -> None:
    """Give the head of each column its scope and its width, and mark the cells whose words may break.

    Word, in which Outlook shows mail, gives a column without a width what it likes.
    """
    opened = None
    for number, token in enumerate(tokens):
        if token.type == "table_open":
            opened = number
        elif token.type == "table_close" and opened is not None:
            _lay_out(tokens[opened:number])
            opened = None


def _lay_out(tokens: Sequence[Token]) -> None:
    rows = list(_rows(tokens))
    columns = list(zip(*rows, strict=True))
    longest = [max(_longest_word(words) for _, words in column) for column in columns]
    wanted = [max(len(words) for _, words in column) for column in columns]
    weights = [
        max(1, min(word, _LONGEST_WORD), min(want, _LARGEST_WEIGHT)) for word, want in zip(longest, wanted, strict=True)
    ]
    for (head, _), weight in zip(rows[0], weights, strict=True):
        alignment = [str(head.attrs["style"])] if "style" in head.attrs else []
        width = f"width:{round(100 * weight / sum(weights))}%"
        head.attrs |= {"scope": "col", "style": ";".join([*alignment, width])}
    fits = sum(min(word, _LONGEST_WORD) for word in longest) <= _ROOM
    for cell, words in (cell for row in rows for cell in row):
        if not fits or _longest_word(words) > _LONGEST_WORD:
            cell.attrJoin("class", BREAKABLE)


def _rows(tokens: Sequence[Token]) -> Iterator[list[tuple[Token, str]]]:
    """Yield the rows of a table: the opening tag of each cell, and its words as a reader sees them."""
    row: list[tuple[Token, str]] = []
    for number, token in enumerate(tokens):
        if token.type in {"th_open", "td_open"}:
            row.append((token, _words(tokens[number + 1])))
        elif token.type == "tr_close":
            yield row
            row = []


def _words(inline: Token) -> str:
    return "".join(child.content or " " * (child.type == "softbreak") for child in inline.children or ())


def _longest_word(words: str) -> int:
    return max(map(len, words.split()), default=0)
