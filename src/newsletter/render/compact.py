"""MJML's HTML in fewer bytes: Gmail cuts off what is behind the first 102 kB of a mail.

What goes says nothing, or says again what a tag inherits. What Outlook alone reads stays as it is, but that comments
for it which follow each other become one, as the official MJML prints them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.render.mjml import VOID

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE = re.compile(
    r"""
      <!--.*?-->
    | (?P<opening><style\b[^>]*>) (?P<sheet>.*?) (?P<closing></style\s*>)
    | <(?P<verbatim>script|title|textarea)\b.*?</(?P=verbatim)\s*>
    | <(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^"'>]|"[^"]*"|'[^']*')*>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_OUTLOOK_RUN = re.compile(
    r"(<!--\[if [^\]<>]+\]>)(?!<!)(?:(?!-->).)*<!\[endif\]-->(?:\1(?!<!)(?:(?!-->).)*<!\[endif\]-->)+", re.DOTALL
)
_LAYOUT_ROWS = re.compile(r'(<table\b[^>]*\srole="presentation"[^>]*>)<tbody>')
_NO_BORDER = re.compile(r'\sborder="0"')
_CENTRED = re.compile(r'\salign="center"')
_WIDTH_CLASS = re.compile(r"\b(?:mj-outlook-group-fix|mj-column-per-100)\b(?!-) ?")
"""Each stands for `width: 100%`."""
_FULL_COLUMN = re.compile(r'\sclass="[^"]*\bmj-column-per-100\b(?!-)')
_BESIDE_OTHERS = frozenset({("display", "inline-block"), ("vertical-align", "top")})
"""What a column needs that shares its row."""
_CELL_OF_TEXT = re.compile(r'(<td\b[^>]* style=")font-size:0;(?=[^"]*"><div style="font-size:[1-9])')
_BACKGROUND = "background-color"
_STYLE = re.compile(r'\sstyle="([^"]*)"')
_SAYING = re.compile(r'\s(align|dir)="([^"]*)"')
_DECLARATION = re.compile(r"""\s*([-\w]+)\s*:\s*((?:"[^"]*"|'[^']*'|\([^)]*\)|[^;"'(])*)(?:;|\Z)""")
_ZERO_PX = re.compile(r"(?<!\S)0px(?!\S)")
_CSS_PIECE = re.compile(
    r"""
      (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?:\s|;|/\*.*?\*/)* (?P<end>\}) (?:\s|/\*.*?\*/)*
    | (?:\s|/\*.*?\*/)* (?P<mark>[{;,>]) (?:\s|/\*.*?\*/)*
    | (?<=[\w)-]) (?P<colon>:) \s+
    | \s* (?P<important>!important)
    | (?:\s|/\*.*?\*/)+
    """,
    re.VERBOSE | re.DOTALL,
)

_INHERITED = frozenset({"direction", "font-family", "text-align", "word-break"})
"""MJML declares them on tag after tag, which would inherit them."""
_SAID_BY = MappingProxyType({"align": "text-align", "dir": "direction"})
"""The attributes that say them too."""
_MAX_KEPT = 2048

_Around = tuple[tuple[str, str], ...]
"""What a tag inherits, and its parent's background: names and values."""


def compact(html: str) -> str:
    """Return an HTML document that looks the same and is shorter; its tags have to nest, as the inliner's do.

    A table has no background of its own where it has that of the `div` around it, so rules for the `div` serve both.
    """
    sheets = "".join(match["sheet"] or "" for match in _PIECE.finditer(html))
    # A rule may give one of the tags between another value, and then a tag within must not inherit it.
    inherited = frozenset(name for name in _INHERITED if name not in sheets)
    around: list[_Around] = [((_BACKGROUND, ""),)]
    pieces, end = [], 0
    for match in _PIECE.finditer(html):
        pieces.append(html[end : match.start()])
        end = match.end()
        if match["sheet"]:
            pieces += [match["opening"], _sheet(match["sheet"]), match["closing"]]
        elif match["slash"] or not match["name"]:
            pieces.append(match[0])
            if match["slash"]:
                around.pop()
        else:
            pieces.append(_tag(match[0], around[-1]))
            if match["name"].lower() not in VOID:
                around.append(_passed_on(match[0], around[-1], inherited))
    shorter = "".join([*pieces, html[end:]]).replace("</tbody></table>", "</table>")
    shorter = _CELL_OF_TEXT.sub(r"\1", _LAYOUT_ROWS.sub(r"\1", shorter))
    return _OUTLOOK_RUN.sub(lambda run: run[0].replace(f"<![endif]-->{run[1]}", ""), shorter)


@lru_cache(maxsize=_MAX_KEPT)
def _declarations(tag: str) -> tuple[tuple[str, str], ...]:
    """Return what a tag's style attribute declares, in its order."""
    style = _STYLE.search(tag)
    return tuple((name, value.strip()) for name, value in _DECLARATION.findall(style[1])) if style else ()


@lru_cache(maxsize=_MAX_KEPT)
def _passed_on(tag: str, around: _Around, inherited: frozenset[str]) -> _Around:
    """Return what stands in a tag inherits, and the tag's own background."""
    # On a table, align is the place of the table, not of the words in it.
    attributes = [] if tag.startswith("<table") else [(_SAID_BY[name], value) for name, value in _SAYING.findall(tag)]
    own = {name: value for name, value in [*attributes, *_declarations(tag)] if name in inherited}
    return tuple(({**dict(around), _BACKGROUND: dict(_declarations(tag)).get(_BACKGROUND, "")} | own).items())


@lru_cache(maxsize=_MAX_KEPT)
def _tag(tag: str, around: _Around) -> str:
    """Return an opening tag without what says nothing."""
    kept = [f"{name}:{_ZERO_PX.sub('0', value)}" for name, value in _kept_declarations(tag, dict(around))]
    if "width:100%" in kept:
        tag = (_CENTRED if tag.startswith("<table") else _WIDTH_CLASS).sub("", tag).replace(' class=""', "")
    if tag.startswith("<table"):
        tag = _NO_BORDER.sub("", tag)
    style = f' style="{";".join(kept)}"' if kept else ""
    return _STYLE.sub(lambda _: style, tag, count=1)


def _kept_declarations(tag: str, around: Mapping[str, str]) -> list[tuple[str, str]]:
    declared = _declarations(tag)
    by_attribute = {_SAID_BY[name] for name, _ in _SAYING.findall(tag)}
    needless = {(name, around.get(name)) for name in _INHERITED - by_attribute} | {("font-family", "inherit")}
    # MJML gives a colour twice, once as a background that might be a picture.
    needless |= {("background", value) for name, value in declared if name == _BACKGROUND}
    if tag.startswith("<table"):
        needless |= {("vertical-align", "top"), (_BACKGROUND, around[_BACKGROUND])}
    elif _FULL_COLUMN.search(tag) and ("width", "100%") in declared:
        needless |= _BESIDE_OTHERS
    return [one for one in declared if one not in needless]


@lru_cache(maxsize=64)
def _sheet(css: str) -> str:
    """Return a style sheet without comments and needless white space."""

    def shorter(piece: re.Match[str]) -> str:
        return piece["string"] or piece["end"] or piece["mark"] or piece["colon"] or piece["important"] or " "

    return _CSS_PIECE.sub(shorter, css).strip()
