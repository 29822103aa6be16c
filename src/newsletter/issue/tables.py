"""Tables that a phone can show without scrolling sideways: each column gets its share, long words may break."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_Row = Sequence[tuple["Token", str]]
"""The opening tag of each cell, and its words as a reader sees them."""

BREAKABLE = "long"
"""The class of a cell whose words may be broken anywhere."""

_LONGEST_WORD = 20
_ROOM = 34
"""Characters that stand side by side on a screen of 375 px, without the gaps between columns."""
_LARGEST_WEIGHT = 40
"""A column with more text than this wraps anyway; the others need not suffer for it."""


def lay_out_tables(tokens: Sequence[Token]) -> None:
    """Give each column its width and its head a scope, and mark the cells whose words may break.

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
    _give_widths(_first_shown(tokens, rows), longest, columns)
    fits = sum(min(word, _LONGEST_WORD) for word in longest) <= _ROOM
    for cell, words in (cell for row in rows for cell in row):
        if not fits or _longest_word(words) > _LONGEST_WORD:
            cell.attrJoin("class", BREAKABLE)


def _first_shown(tokens: Sequence[Token], rows: Sequence[_Row]) -> _Row:
    """Return the row that decides on the widths: the head, which is left out if nothing stands in it."""
    if any(words for _, words in rows[0]):
        return rows[0]
    for token in takewhile(lambda token: token.type != "tbody_open", tokens[1:]):
        token.hidden = True
    return rows[1] if len(rows) > 1 else []


def _give_widths(row: _Row, longest: Sequence[int], columns: Sequence[_Row]) -> None:
    """Give each cell of a row its column's share of the width, and the cells of a head their scope."""
    wanted = [max(len(words) for _, words in column) for column in columns]
    weights = [
        max(1, min(word, _LONGEST_WORD), min(want, _LARGEST_WEIGHT)) for word, want in zip(longest, wanted, strict=True)
    ]
    for (cell, _), weight in zip(row, weights, strict=False):
        styles = [str(cell.attrs["style"])] if "style" in cell.attrs else []
        cell.attrSet("style", ";".join([*styles, f"width:{round(100 * weight / sum(weights))}%"]))
        if cell.tag == "th":
            cell.attrSet("scope", "col")


def _rows(tokens: Sequence[Token]) -> Iterator[_Row]:
    """Yield the rows of a table."""
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
