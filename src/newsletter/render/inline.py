"""Content CSS into style attributes: the only door to premailer, and to the CSS parser that it uses.

premailer rewrites whatever it prints: it drops doctypes, closes and escapes as it sees fit, loses rules that it does
not know, and its CSS parser fetches what an `@import` names. So it never gets the HTML itself. It gets the tags
alone, without text, comments or style sheets; only the declarations that it finds for each tag are taken from it and
written into the HTML. Everything else stays as it was, byte for byte, conditional comments too.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import zip_longest
from threading import Lock
from typing import TYPE_CHECKING
from xml.dom import DOMException

import cssutils
from lxml import etree
from lxml.cssselect import CSSSelector, SelectorError
from premailer import transform

from newsletter.errors import RenderError, TemplateError
from newsletter.issue.words import quoted
from newsletter.model import Finding, Position
from newsletter.render.mjml import VOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# It warns of each property that is not in its own list, such as mso-line-height-rule.
cssutils.log.setLevel(logging.CRITICAL)

_TOKEN = re.compile(
    r"""
      <!--.*?-->
    | <(?P<verbatim>style|script|title|textarea)\b[^>]*>.*?</(?P=verbatim)\s*>
    | <(?P<slash>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^"'>]|"[^"]*"|'[^']*')*>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""\s+([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_QUOTES = re.compile(r"""\A["']|["']\Z""")
_TAG_END = re.compile(r"\s*/?>\Z")
_DECLARATION = re.compile(r"""\s*([-\w]+)\s*:\s*((?:"[^"]*"|'[^']*'|\([^)]*\)|[^;"'(])*)(?:;|\Z)""")
_CSS_COMMENT = re.compile(r"/\*.*?(\*/|\Z)", re.DOTALL)
_CSS_TOKEN = re.compile(r"""[{}@*:\\]|\[\s*style|[^\x00-\x7f]+|"[^"\\\n]*"|'[^'\\\n]*'""", re.IGNORECASE)
_CSS_SELECTORS = re.compile(r"([^{}]+)\{[^{}]*\}")
_CSS_PLACE = re.compile(r"\[(\d+):\d+:|, (\d+), \d+\)")  # two ways in which it writes line and column
_FRAGMENT = "mail-fragment"
_MAX_KEPT = 2048


@dataclass(frozen=True, slots=True)
class _Tag:
    """An opening tag: where it stands in the HTML, and in how many others."""

    name: str
    depth: int
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Outline:
    """HTML without its text, comments and style sheets."""

    tags: tuple[_Tag, ...]
    shape: str
    """The opening and closing tags, one after the other."""


_lock = Lock()
"""For the CSS parser, which keeps its settings in the module, and for what is kept."""
_kept: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()
"""The declarations for each tag of a fragment, by its shape and the CSS; the last used at the end."""


def inline_document(html: str, css: str) -> str:
    """Return an HTML document with the rules of `css` in its style attributes.

    A tag's own declarations come last, and so win.

    Raises:
        TemplateError: the CSS holds what cannot be inlined.
        RenderError: the document's tags do not nest.
    """
    _refuse(css)
    outline = _outline(html)
    with _lock:
        return _styled(html, outline, _declarations(outline, css))


def inline_fragments(fragments: Sequence[str], css: str) -> tuple[str, ...]:
    """Return pieces of a body, each with the rules of `css` in its style attributes, as if it stood alone.

    Raises:
        TemplateError: the CSS holds what cannot be inlined.
        RenderError: a fragment's tags do not nest.
    """
    _refuse(css)
    outlines = [_outline(fragment) for fragment in fragments]
    with _lock:
        missing = {outline.shape: outline for outline in outlines if (outline.shape, css) not in _kept}
        found = _declarations_of_all(tuple(missing.values()), css)
        for shape, declarations in zip(missing, found, strict=True):
            _kept[shape, css] = declarations
        pieces = []
        for fragment, outline in zip(fragments, outlines, strict=True):
            _kept.move_to_end((outline.shape, css))
            pieces.append(_styled(fragment, outline, _kept[outline.shape, css]))
        while len(_kept) > _MAX_KEPT:
            _kept.popitem(last=False)
    return tuple(pieces)


def lint_css(css: str, path: str) -> tuple[Finding, ...]:
    """Return what in a style sheet cannot be inlined, each at its line and column."""
    return tuple(
        Finding(Position(path, css.count("\n", 0, offset) + 1, offset - css.rfind("\n", 0, offset)), message, rule)
        for offset, message, rule in sorted(_css_faults(css))
    )


@lru_cache(maxsize=16)
def _refuse(css: str) -> None:
    findings = lint_css(css, "content CSS")
    if findings:
        raise TemplateError(findings)


def _css_faults(css: str) -> list[tuple[int, str, str]]:
    """The faults: where, what, and the rule's id."""
    plain = _CSS_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), css)
    faults = list(_token_faults(plain))
    faults += [
        (match.start(), "a comment is not closed; end it with */", "css-syntax")
        for match in _CSS_COMMENT.finditer(css)
        if not match[1]
    ]
    return faults or [*_selector_faults(plain), *_syntax_faults(plain)]


def _token_faults(css: str) -> Iterator[tuple[int, str, str]]:
    opened = None
    for match in _CSS_TOKEN.finditer(css):
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
    elif mark.startswith("["):
        yield at, "a tag's own style is not seen here; use a class", "css-style-attribute"


def _selector_faults(css: str) -> Iterator[tuple[int, str, str]]:
    for rule in _CSS_SELECTORS.finditer(css):
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
        with _lock:
            cssutils.CSSParser(raiseExceptions=True, validate=False).parseString(css)
    except DOMException as error:
        place = _CSS_PLACE.search(str(error))
        line = int(place[1] or place[2]) if place else 1
        text = css.split("\n")[line - 1]
        at = sum(len(before) + 1 for before in css.split("\n")[: line - 1]) + len(text) - len(text.lstrip())
        yield at, f"this is not valid CSS: {quoted(text.strip())}", "css-syntax"


def _outline(html: str) -> _Outline:
    """Return the tags of HTML.

    Raises:
        RenderError: the tags do not nest, so a mail program would put them together differently.
    """
    tags, shape, open_tags = [], [], list[_Tag]()
    for match in _TOKEN.finditer(html):
        if not match["name"]:
            continue
        shape.append(match[0])
        name = match["name"].lower()
        if match["slash"]:
            if not open_tags or open_tags.pop().name != name:
                raise RenderError(_unbalanced(html, match.start()))
            continue
        tags.append(_Tag(name, len(open_tags), match.start(), match[0]))
        if name not in VOID:
            open_tags.append(tags[-1])
    if open_tags:
        raise RenderError(_unbalanced(html, open_tags[-1].start))
    return _Outline(tuple(tags), "".join(shape))


def _unbalanced(html: str, at: int) -> str:
    return f"an HTML tag is not opened or not closed where it should be: {quoted(html[at:])}"


def _declarations_of_all(outlines: Sequence[_Outline], css: str) -> list[tuple[str, ...]]:
    """Return the declarations for each tag of several fragments, in one pass: most of its time goes per pass."""
    if not outlines:
        return []
    tags = [_Tag("html", 0, 0, "<html>"), _Tag("body", 1, 0, "<body>")]
    shape = ["<html><body>"]
    for outline in outlines:
        # An element of its own, so that the rules for neighbours do not reach from one fragment into the next.
        tags.append(_Tag(_FRAGMENT, 2, 0, f"<{_FRAGMENT}>"))
        tags += [_Tag(tag.name, tag.depth + 3, tag.start, tag.text) for tag in outline.tags]
        shape.append(f"<{_FRAGMENT}>{outline.shape}</{_FRAGMENT}>")
    found = _declarations(_Outline(tuple(tags), f"{''.join(shape)}</body></html>"), css)
    parts, end = [], 2
    for outline in outlines:
        start, end = end + 1, end + 1 + len(outline.tags)
        parts.append(found[start:end])
    return parts


def _declarations(outline: _Outline, css: str) -> tuple[str, ...]:
    """Let premailer find the declarations of `css` for each tag."""
    root = etree.fromstring(outline.shape, etree.HTMLParser(no_network=True, huge_tree=True))
    if root is None:
        message = "there is no HTML to write the rules into"
        raise RenderError(message)
    elements = list(root.iter(etree.Element))
    _compare(outline, elements)
    for element in elements:
        # Its own declarations are put after those that are found; premailer would drop what it cannot read in them.
        element.attrib.pop("style", None)
    transform(
        root,
        css_text=css,
        allow_network=False,
        strip_important=False,
        # These spare it work of which nothing is used here: what it would change besides the style attributes.
        disable_validation=True,
        disable_leftover_css=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
    )
    return tuple(element.get("style", "") for element in elements)


def _compare(outline: _Outline, elements: Sequence[etree._Element]) -> None:
    """Refuse HTML that an HTML parser puts together in another way than it is written."""
    depths = {None: -1}
    for element in elements:
        depths[element] = depths[element.getparent()] + 1
    for tag, element in zip_longest(outline.tags, elements):
        if tag is None or element is None or (tag.name, tag.depth) != (element.tag, depths[element]):
            shown = f"the tag {quoted(tag.text)}" if tag else "a tag"
            message = f"{shown} cannot stand where it stands: a mail program would put it elsewhere"
            raise RenderError(message)


def _styled(html: str, outline: _Outline, declarations: Sequence[str]) -> str:
    pieces, end = [], 0
    for tag, found in zip(outline.tags, declarations, strict=True):
        if found:
            pieces += [html[end : tag.start], _styled_tag(tag.text, found)]
            end = tag.start + len(tag.text)
    return "".join([*pieces, html[end:]])


def _styled_tag(tag: str, found: str) -> str:
    """Return a tag with the declarations before its own, but for those that its own replace."""
    own = next((match for match in _ATTRIBUTE.finditer(tag) if match[1].lower() == "style" and match[2]), None)
    own_style = _QUOTES.sub("", own[2]).replace('"', "&quot;") if own else ""
    replaced = {name.lower() for name, _ in _DECLARATION.findall(unescape(own_style))}
    declarations = [
        f"{name}:{value}"
        for name, value in _DECLARATION.findall(found)
        if name not in replaced or value.endswith("!important")
    ]
    style = ";".join(declarations).replace("&", "&amp;")
    # The CSS parser writes all strings in double quotes.
    style = style.replace('"', "&quot;" if "'" in style else "'")
    both = ";".join(filter(None, [style, own_style]))
    if own:
        return f'{tag[: own.start()]} style="{both}"{tag[own.end() :]}'
    cut = _TAG_END.search(tag)
    at = cut.start() if cut else len(tag)
    return f'{tag[:at]} style="{both}"{tag[at:]}'
