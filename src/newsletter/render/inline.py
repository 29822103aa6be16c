"""Content CSS into style attributes: the only door to premailer.

premailer rewrites whatever it prints: it drops doctypes, closes and escapes as it sees fit, loses rules that it does
not know, and its CSS parser fetches what an `@import` names. So it never gets the HTML itself. It gets the tags
alone, without text, comments or style sheets; only the declarations that it finds for each tag are taken from it and
written into the HTML. Everything else stays as it was, byte for byte, conditional comments too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import zip_longest
from typing import TYPE_CHECKING

from lxml import etree

from newsletter.errors import RenderError, TemplateError
from newsletter.render.content_css import CSS_LOCK, css_parser, lint_css
from newsletter.render.mjml import VOID
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
# No tree can hold them, and no selector here can name them.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_NAME = re.compile(r"[^a-z0-9-]")
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
    """The opening and closing tags, one after the other, without their attributes: many texts have one shape."""


_Kind = tuple[str, str, str]
"""What a selector can see of a tag: its name, its classes and its id."""
_Path = tuple[_Kind, ...]
"""A tag's place: what it stands in, from the outside, and itself."""

_IN_BODY: _Path = (("html", "", ""), ("body", "", ""))


def inline_document(html: str, css: str) -> str:
    """Return an HTML document with the rules of `css` in its style attributes.

    A tag's own declarations come last, and so win.

    Raises:
        TemplateError: the CSS holds what cannot be inlined.
        RenderError: the document's tags do not nest.
    """
    _refuse(css)
    outline = _outline(html)
    (declarations,) = _declarations([outline], css)
    return _styled(html, outline, declarations)


def inline_fragments(fragments: Sequence[str], css: str) -> tuple[str, ...]:
    """Return pieces of a body, each with the rules of `css` in its style attributes, as if it stood alone.

    Raises:
        TemplateError: the CSS holds what cannot be inlined.
        RenderError: a fragment's tags do not nest.
    """
    _refuse(css)
    kept = _pieces(css)
    if len(kept) > _MAX_KEPT:
        kept.clear()
    missing = [fragment for fragment in dict.fromkeys(fragments) if fragment not in kept]
    outlines = [_outline(fragment) for fragment in missing]
    found = _declarations(outlines, css, _IN_BODY)
    kept.update(zip(missing, map(_styled, missing, outlines, found), strict=True))
    return tuple(kept[fragment] for fragment in fragments)


@lru_cache(maxsize=16)
def _pieces(css: str) -> dict[str, str]:  # noqa: ARG001 - the style sheet is the key
    """Return the fragments that were done so far with one style sheet, as they came out."""
    return {}


@lru_cache(maxsize=16)
def _refuse(css: str) -> None:
    findings = lint_css(css, "content CSS")
    if findings:
        raise TemplateError(findings)


def _outline(html: str) -> _Outline:
    """Return the tags of HTML.

    Raises:
        RenderError: the tags do not nest, so a mail program would put them together differently.
    """
    tags, shape, open_tags = [], [], list[_Tag]()
    for match in _TOKEN.finditer(html):
        if not match["name"]:
            continue
        name = match["name"].lower()
        shape.append(f"<{match['slash']}{name}>")
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


def _declarations(outlines: Sequence[_Outline], css: str, around: _Path = ()) -> list[list[str]]:
    """Return the declarations of `css` for each tag of each outline; `around` is what these stand in.

    The selectors look at nothing but names, classes, ids and what a tag stands in (`lint_css` sees to that). So what
    is found for one tag serves for every tag of its kind in a place of that kind, and premailer is only asked about
    places that were never seen: once for all of them, as most of its time goes per call.
    """
    for outline in outlines:
        _check_nesting(outline.shape, around)
    paths = [list(_paths(outline, around)) for outline in outlines]
    known = _known(css)
    missing = {path for of_outline in paths for path in of_outline if path not in known}
    if missing:
        if len(known) > _MAX_KEPT:
            known.clear()
            missing = {path for of_outline in paths for path in of_outline}
        known.update(_found_by_premailer(sorted(missing), css))
    return [[known[path] for path in of_outline] for of_outline in paths]


@lru_cache(maxsize=16)
def _known(css: str) -> dict[_Path, str]:  # noqa: ARG001 - the style sheet is the key
    """Return what was found so far with one style sheet."""
    return {}


def _paths(outline: _Outline, around: _Path) -> Iterator[_Path]:
    path = around
    for tag in outline.tags:
        path = (*path[: len(around) + tag.depth], _kind(tag.name, tag.text))
        yield path


@lru_cache(maxsize=_MAX_KEPT)
def _kind(name: str, tag: str) -> _Kind:
    values = {"class": "", "id": ""}
    for match in _ATTRIBUTE.finditer(tag):
        if match[1].lower() in values and match[2]:
            values[match[1].lower()] = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", unescape(_QUOTES.sub("", match[2])))
    return _NO_NAME.sub("-", name), values["class"], values["id"]


def _found_by_premailer(paths: Sequence[_Path], css: str) -> dict[_Path, str]:
    """Let premailer find the declarations for a tag at each of the places, in a document that has them all."""
    elements: dict[_Path, etree._Element] = {}
    for path in paths:
        for length in range(1, len(path) + 1):
            if path[:length] not in elements:
                parent = elements.get(path[: length - 1])
                elements[path[:length]] = _element(path[length - 1], parent)
    for path, element in elements.items():
        if len(path) == 1:
            with CSS_LOCK:
                _transform(element, css)
    return {path: element.get("style", "") for path, element in elements.items()}


def _element(kind: _Kind, parent: etree._Element | None) -> etree._Element:
    name, classes, identity = kind
    attributes = {key: value for key, value in (("class", classes), ("id", identity)) if value}
    return etree.Element(name, attributes) if parent is None else etree.SubElement(parent, name, attributes)


def _transform(root: etree._Element, css: str) -> None:
    from premailer import transform  # noqa: PLC0415 - 50 ms more

    css_parser()
    transform(
        root,
        css_text=css,
        allow_network=False,
        disable_leftover_css=True,
        strip_important=False,
        disable_validation=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
    )


@lru_cache(maxsize=_MAX_KEPT)
def _check_nesting(shape: str, around: _Path) -> None:
    """Refuse HTML that an HTML parser puts together in another way than it is written."""
    opening = "".join(f"<{name}>" for name, _, _ in around)
    closing = "".join(f"</{name}>" for name, _, _ in reversed(around))
    whole = f"{opening}{shape}{closing}"
    root = etree.fromstring(whole, etree.HTMLParser(no_network=True, huge_tree=True))
    # The parser has nothing to give for no tags at all.
    elements = [] if root is None else list(root.iter(etree.Element))
    if not elements:
        message = "this is no HTML: there is no tag in it"
        raise RenderError(message)
    _compare(_outline(whole), elements)


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
