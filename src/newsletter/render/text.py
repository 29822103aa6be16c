"""The plain text of Markdown: the text part of a mail, made from the parser's tokens, never from HTML.

How each thing reads, and why:

    heading       its text underlined, with `=` at the first level and `-` below
    strong        *text*; emphasis bears no marks, for too many stars hide the words
    struck out    ~text~; unmarked it would say the opposite of what is meant
    code          `text` in a line; a block is indented by four and never wrapped
    link          text [1], the address in a `LinkList`; an address that is its own text stands alone
    image         [its alt text]; nothing if it has none
    footnote      a raised number, because square brackets belong to links; the notes come last
    table         columns; `header: cell` records where the columns do not fit
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.errors import RenderError
from newsletter.render.lines import GLUE, WIDTH, display_width, folded, underlined, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from markdown_it.token import Token

_CODE_INDENT = "    "
_COLUMN_GAP = "  "
_NARROWEST_COLUMN = 10
"""A column is not squeezed below this: records are easier to read than a ladder of single words."""

_ADDRESS_SCHEME = re.compile(r"^(?:https?://|mailto:)")
_ALIGNMENT = re.compile(r"text-align:(\w+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKS: Mapping[str, str] = MappingProxyType(
    {
        "softbreak": " ",
        "hardbreak": "\n",
        "em_open": "",
        "em_close": "",
        "strong_open": "*",
        "strong_close": "*",
        "s_open": "~",
        "s_close": "~",
    }
)
_MARKS_IN_HEADINGS: Mapping[str, str] = MappingProxyType({**_MARKS, "strong_open": "", "strong_close": ""})


class LinkList:
    """The addresses that a text refers to by number, each once, in the order of the text.

    One serves as many calls of `to_text` as its numbers should run through.
    """

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, address: str) -> int:
        """Return the number of an address, from 1; the same address has the same number."""
        return self._numbers.setdefault(address, len(self._numbers) + 1)

    def render(self) -> str:
        """Return the list, a line `[1] https://…` per address, never wrapped; empty without addresses."""
        return "\n".join(f"[{number}] {_shown(address)}" for address, number in self._numbers.items())


def to_text(tokens: Sequence[Token], links: LinkList, width: int = WIDTH) -> str:
    """Return the plain text of a Markdown parser's tokens, without trailing spaces or a last newline.

    No line is longer than `width` columns but for code, and for a single word that has no place to break.
    The addresses go to `links`; the caller decides where their list stands.

    Raises:
        RenderError: a token has no rule, so its text would be lost in silence.
    """
    lines = _stacked(_blocks(_tree(tokens), width, links))
    return "\n".join(line.rstrip() for line in lines)


# Inside a paragraph


def _inline(node: _Node, links: LinkList, marks: Mapping[str, str] = _MARKS) -> str:
    """Return the text of a paragraph, heading or cell; a newline is a hard break.

    Not recursive: emphasis nests as deep as its writer likes.
    """
    out: list[str] = []
    link_starts: list[tuple[Token, int]] = []
    for token in node.children[0].token.children or ():
        if token.type == "text":
            # `&#10;` is a newline in the token, but a space on a page.
            out.append(token.content.replace("\n", " "))
        elif token.type in marks:
            out.append(marks[token.type])
        elif token.type == "link_open":
            link_starts.append((token, len(out)))
        elif token.type == "link_close":
            opening, start = link_starts.pop()
            out[start:] = [_linked("".join(out[start:]), opening, links)]
        else:
            out.append(_leaf(token))
    return "".join(out)


def _leaf(token: Token) -> str:
    if token.type == "code_inline":
        return f"`{token.content}`"
    if token.type == "image":
        alt = "".join(_alt(token)).strip()
        return f"[{alt}]" if alt else ""
    if token.type == "footnote_ref":
        return _note_mark(token)
    raise _no_rule(token)


def _alt(image: Token) -> Iterator[str]:
    """Yield the words of an image's description, without marks, as a browser would show them."""
    for token in image.children or ():
        if token.type == "image":
            yield from _alt(token)
        else:
            yield " " if token.tag == "br" else token.content.replace("\n", " ")


def _linked(text: str, opening: Token, links: LinkList) -> str:
    """Return a link's text with the number of its address, or the address alone where they are the same."""
    address = str(opening.attrs.get("href", ""))
    if opening.markup in {"autolink", "linkify"}:
        return _shown(text)
    if not address or address.startswith("#"):
        return text
    same = {address, _ADDRESS_SCHEME.sub("", address)}
    if text in same or f"{text}/" in same:
        return _shown(address)
    shown = text.rstrip()
    glue = GLUE if shown else ""
    return f"{shown}{glue}[{links.number(address)}]{text[len(shown) :]}"


def _shown(address: str) -> str:
    """Return an address as people write it: a bare mail address without its scheme."""
    return address if "?" in address else address.removeprefix("mailto:")


def _note_mark(token: Token) -> str:
    return str(token.meta["id"] + 1).translate(_RAISED)


# Blocks


@dataclass(frozen=True, slots=True)
class _Node:
    """A token with what stands between it and its closing token."""

    token: Token
    children: list[_Node]


def _tree(tokens: Iterable[Token]) -> list[_Node]:
    root: list[_Node] = []
    open_children = [root]
    for token in tokens:
        if token.nesting < 0:
            open_children.pop()
            continue
        node = _Node(token, [])
        open_children[-1].append(node)
        if token.nesting > 0:
            open_children.append(node.children)
    return root


def _blocks(nodes: Iterable[_Node], width: int, links: LinkList) -> list[list[str]]:
    """Return the lines of each block that has something to show."""
    blocks = []
    for node in nodes:
        rule = _RULES.get(node.token.type)
        if rule is None:
            raise _no_rule(node.token)
        if lines := rule(node, width, links):
            blocks.append(lines)
    return blocks


def _stacked(blocks: Iterable[list[str]], *, tight: bool = False) -> list[str]:
    """Return the lines of blocks, with an empty line between two of them unless `tight`."""
    lines: list[str] = []
    for block in blocks:
        if lines and not tight:
            lines.append("")
        lines += block
    return lines


def _hanging(marker: str, lines: Sequence[str]) -> list[str]:
    """Return lines after a marker, the later ones indented to stand under the first."""
    first, *rest = lines or [""]
    return [marker + first, *(" " * len(marker) + line for line in rest)]


def _no_rule(token: Token) -> RenderError:
    return RenderError(f'plain text: no rule for the Markdown token "{token.type}": its text would be lost')


def _paragraph(node: _Node, width: int, links: LinkList) -> list[str]:
    return folded(_inline(node, links), width)


def _heading(node: _Node, width: int, links: LinkList) -> list[str]:
    char = "=" if node.token.tag == "h1" else "-"
    return underlined(_inline(node, links, _MARKS_IN_HEADINGS), char, width)


def _quote(node: _Node, width: int, links: LinkList) -> list[str]:
    return [f"> {line}" for line in _stacked(_blocks(node.children, width - 2, links))]


def _code(node: _Node, _width: int, _links: LinkList) -> list[str]:
    code = node.token.content.rstrip()
    return [_CODE_INDENT + line for line in code.split("\n")] if code else []


def _thematic_break(_node: _Node, width: int, _links: LinkList) -> list[str]:
    return ["* * *".center(width)]


def _list(node: _Node, width: int, links: LinkList) -> list[str]:
    # In a tight list the parser hides the paragraphs' tags.
    tight = all(
        child.token.hidden for item in node.children for child in item.children if child.token.type == "paragraph_open"
    )
    return _stacked(
        (
            _hanging(marker, _stacked(_blocks(item.children, width - len(marker), links), tight=tight))
            for marker, item in zip(_markers(node), node.children, strict=True)
        ),
        tight=tight,
    )


def _markers(node: _Node) -> list[str]:
    """Return what stands before each item of a list; numbers end in the same column."""
    count = len(node.children)
    if node.token.type == "bullet_list_open":
        return ["- "] * count
    start = int(node.token.attrs.get("start", 1))
    room = len(str(start + count - 1))
    return [f"{number:>{room}}{node.token.markup} " for number in range(start, start + count)]


def _footnotes(node: _Node, width: int, links: LinkList) -> list[str]:
    notes = []
    for note in node.children:
        marker = f"{_note_mark(note.token)} "
        notes.append(_hanging(marker, _stacked(_blocks(note.children, width - len(marker), links))))
    return _stacked(notes, tight=all(line.strip() for lines in notes for line in lines))


def _nothing(_node: _Node, _width: int, _links: LinkList) -> list[str]:
    return []


# Tables


def _table(node: _Node, width: int, links: LinkList) -> list[str]:
    rows = [
        [" ".join(words(_inline(cell, links))) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    alignments = [_alignment(cell.token) for cell in node.children[0].children[0].children]
    widths = _column_widths(rows, width - len(_COLUMN_GAP) * (len(alignments) - 1))
    if widths is None:
        return _records(rows, width)
    return _columns(rows, widths, alignments)


def _alignment(cell: Token) -> str:
    match = _ALIGNMENT.search(str(cell.attrs.get("style", "")))
    return match[1] if match else "left"


def _column_widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Return the width of each column so that all fit in `room`, or None where that would break words."""
    columns = list(zip(*rows, strict=True))
    wanted = [max(1, *map(display_width, column)) for column in columns]
    if sum(wanted) <= room:
        return wanted
    longest_words = [max(map(display_width, " ".join(column).split(" "))) for column in columns]
    least = [max(longest, min(want, _NARROWEST_COLUMN)) for longest, want in zip(longest_words, wanted, strict=True)]
    spare = room - sum(least)
    if spare < 0:
        return None
    missing = sum(wanted) - sum(least)
    return [low + spare * (want - low) // missing for low, want in zip(least, wanted, strict=True)]


def _columns(rows: Sequence[Sequence[str]], widths: Sequence[int], alignments: Sequence[str]) -> list[str]:
    header, *body = ([folded(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    # Rows of several lines run into each other without an empty line between them.
    tight = all(len(cell) <= 1 for row in body for cell in row)
    lines = _stacked((list(_table_row(row, widths, alignments)) for row in body), tight=tight)
    if any(header):
        rule = _COLUMN_GAP.join("-" * width for width in widths)
        return [*_table_row(header, widths, alignments), rule, *lines]
    return lines


def _table_row(cells: Sequence[list[str]], widths: Sequence[int], alignments: Sequence[str]) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        yield _COLUMN_GAP.join(map(_justified, line, widths, alignments))


def _justified(text: str, width: int, alignment: str) -> str:
    spare = width - display_width(text)
    if alignment == "right":
        return " " * spare + text
    left = spare // 2 if alignment == "center" else 0
    return " " * left + text + " " * (spare - left)


def _records(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a table too wide for columns as one record per row, a line `header: cell` per column."""
    header, *body = rows
    records = []
    for row in body or [[""] * len(header)]:
        record: list[str] = []
        for title, cell in zip(header, row, strict=True):
            text = f"{title}: {cell or '–'}" if title else cell
            lines = folded(text, width - 2)
            record += [*lines[:1], *(f"  {line}" for line in lines[1:])]
        records.append(record)
    return _stacked(records)


_RULES: Mapping[str, Callable[[_Node, int, LinkList], list[str]]] = MappingProxyType(
    {
        "paragraph_open": _paragraph,
        "heading_open": _heading,
        "blockquote_open": _quote,
        "bullet_list_open": _list,
        "ordered_list_open": _list,
        "fence": _code,
        "code_block": _code,
        "hr": _thematic_break,
        "table_open": _table,
        "footnote_block_open": _footnotes,
        # Where a web page has the way back from a note to its mark.
        "footnote_anchor": _nothing,
    }
)
