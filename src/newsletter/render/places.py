"""Marks in an MJML document that lead from any place in it back to the line of its template.

A document is put together from many templates, so a line in it says nothing to the person who wrote one of
them. So each template's source is marked before Jinja reads it, and the marks are taken out before MJML does.
"""

from __future__ import annotations

import re
from html import unescape

from newsletter.model import Position

_SOURCE = re.compile(
    r"""
      \{\{ (?: "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^"'] )*? (?: \}\} | \Z )
    | \{%  (?: "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^"'] )*? (?: %\} | \Z )
    | \{\# .*? (?: \#\} | \Z )
    | <!-- .*? (?: --> | \Z )
    | (?P<opening> <mj[\w-]* (?=[\s/>]) )
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|\n")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._/ -]")
_MARKED = re.compile(r'(<mj[\w-]*) data-at="([^"]*)"')


def mark_places(source: str, template: str) -> str:
    """Return a template's source with `data-at="TEMPLATE:LINE"` in every opening MJML tag, in as many lines.

    Jinja's own tags and comments, and HTML comments, stay as they are.
    """
    # Whatever a file may be called, its name must mean nothing to Jinja or XML.
    name = _NOT_PLAIN.sub(lambda match: f"&#{ord(match[0])};", template)
    pieces, end, line = [], 0, 1
    for match in _SOURCE.finditer(source):
        if match["opening"]:
            line += len(_LINE_END.findall(source, end, match.start()))
            pieces.append(f'{source[end : match.end()]} data-at="{name}:{line}"')
            end = match.end()
    return "".join([*pieces, source[end:]])


def strip_places(document: str) -> str:
    """Return the document without its marks."""
    return _MARKED.sub(r"\1", document)


def place_at(document: str, offset: int) -> Position | None:
    """Return the place of the nearest marked tag that begins at or before the offset, in characters."""
    place = None
    for match in _MARKED.finditer(document):
        if match.start() > offset:
            break
        place = match[2]
    return read_place(place) if place else None


def read_place(mark: str) -> Position:
    """Return the position that a mark's value stands for."""
    template, _, line = unescape(mark).rpartition(":")
    return Position(template, int(line))
