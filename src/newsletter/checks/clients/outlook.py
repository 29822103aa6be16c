"""A mail as Outlook on Windows shows it, about: with what is written for it alone, without what Word's engine ignores.

Single features follow caniemail.com, where the notes say more than yes or no; what a comment's condition means is
Microsoft's "About Conditional Comments". Boxes of VML become boxes of HTML.
"""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.checks.clients import features
from newsletter.checks.clients.colours import first_colour
from newsletter.checks.clients.css import (
    AtRule,
    Declaration,
    Rule,
    read_declarations,
    read_sheet,
    write_declarations,
    write_sheet,
)
from newsletter.checks.clients.document import (
    add_first_sheet,
    elements,
    read_html,
    remove,
    restyle,
    take_out,
    write_html,
)
from newsletter.checks.clients.support import dropped_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml import etree

_PROGRAM = "outlook-windows"
_VERSION = 16
_FOR_SOME = re.compile(
    r"<!--\[if\s([^\]]*)\]><!-->(.*?)<!--\s*<!\[endif\]-->"  # others read what is inside
    r"|<!--\[if\s([^\]]*)\]>(.*?)<!\[endif\]-->"  # others read a comment
    r"|<!\[if\s([^\]]*)\]>(.*?)<!\[endif\]>",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"[()!&|]|[A-Za-z]+|[\d.]+")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_WORDS_OWN = "ul,ol{padding:0}li{margin-left:40px}pre{white-space:pre-wrap}p:empty{display:none}"
"""What Word does that a browser does not: it indents items and not lists, wraps every line, and drops a `p` that is
empty."""
_SHAPES = frozenset({"v:rect", "v:roundrect", "v:oval"})
_GONE = frozenset({"base", "embed", "iframe", "link", "object", "script", "source", "svg", "xml"})
"""What it does not show; `xml` holds its own settings, such as how many pixels are an inch."""
_CELLS = frozenset({"td", "th", ""})
_NO_MARGIN = frozenset({"span", "body"})
_NO_WIDTH = frozenset({"body", "span", "div", "p", "img"})
_NEGATIVE = re.compile(r"(?<![\w.])-\d")
_LAST_TYPE = re.compile(r"(?:^|[\s>+~])([A-Za-z][\w-]*)[^\s>+~]*\Z")


def as_outlook(html: str) -> str:
    """Return a mail as Outlook on Windows shows it."""
    root = read_html(_live(html))
    for style in list(root.iter("style")):
        css = "" if "(" in style.get("media", "") else _kept_css(style.text or "")
        if css:
            style.attrib.pop("media", None)
            style.text = css
        else:
            remove(style)
    for shape in [element for element in elements(root) if element.tag in _SHAPES]:
        _draw(shape)
    take_out(root, _GONE, _PROGRAM)
    restyle(root, lambda element, style: style if element.get("data-vml") else _kept_style(element.tag, style))
    add_first_sheet(root, _WORDS_OWN)
    return write_html(root)


# Conditional comments


def _live(html: str) -> str:
    """Return a mail with what stands in comments for Outlook, and without what is hidden from it."""

    def shown(match: re.Match[str]) -> str:
        condition, inside = next(pair for pair in zip(*[iter(match.groups())] * 2, strict=True) if pair[0] is not None)
        return _live(inside) if _holds(condition) else ""

    return _FOR_SOME.sub(shown, html)


@lru_cache(maxsize=64)
def _holds(condition: str) -> bool:
    """Tell whether a condition such as `gte mso 9 | IE` holds for Outlook; one that makes no sense does not."""
    tokens = _CONDITION.findall(condition)
    try:
        return _any_of(tokens) and not tokens
    except (IndexError, ValueError):
        return False


def _any_of(tokens: list[str]) -> bool:
    holds = _all_of(tokens)
    while tokens[:1] == ["|"]:
        del tokens[0]
        holds = _all_of(tokens) or holds
    return holds


def _all_of(tokens: list[str]) -> bool:
    holds = _one_of(tokens)
    while tokens[:1] == ["&"]:
        del tokens[0]
        holds = _one_of(tokens) and holds
    return holds


def _one_of(tokens: list[str]) -> bool:
    word = tokens.pop(0).lower()
    if word == "!":
        return not _one_of(tokens)
    if word == "(":
        holds = _any_of(tokens)
        tokens.pop(0)
        return holds
    compare = _COMPARE.get(word)
    name = tokens.pop(0).lower() if compare else word
    is_numbered = bool(tokens) and tokens[0][0].isdigit()
    version = float(tokens.pop(0)) if is_numbered else None
    if name in {"true", "vml"}:
        return True
    return name == "mso" and (version is None or (compare or operator.eq)(_VERSION, version))


# What Word ignores


@lru_cache(maxsize=64)
def _kept_css(css: str) -> str:
    return write_sheet(_kept_rules(read_sheet(css).rules))


def _kept_rules(rules: Iterable[Rule | AtRule]) -> Iterator[Rule]:
    for rule in rules:
        if not isinstance(rule, Rule):
            continue
        for selector in rule.selectors:
            if features.of_selector(selector) & dropped_by(_PROGRAM):
                continue
            last = _LAST_TYPE.search(selector)
            tag = last[1].lower() if last else ""
            declarations = tuple(one for found in rule.declarations for one in _kept(tag, found))
            if declarations:
                yield Rule((selector,), declarations)


@lru_cache(maxsize=4096)
def _kept_style(tag: str, style: str) -> str:
    # It leaves out a declaration with !important in a `style` (email-bugs#31).
    declarations = [found for found in read_declarations(style) if not found.is_important]
    return write_declarations(one for found in declarations for one in _kept(tag, found))


def _kept(tag: str, declaration: Declaration) -> Iterator[Declaration]:
    """Yield what Word makes of a declaration; `tag` is empty where it is not known."""
    name, value = declaration.name, declaration.value
    if name == "mso-hide" and value == "all":
        yield Declaration("display", "none", is_important=True)
    elif name == "background":
        if colour := first_colour(value):
            yield Declaration("background-color", str(colour), declaration.is_important)
    elif not (features.of_declaration(declaration) & dropped_by(_PROGRAM) or _is_ignored(tag, name, value)):
        yield declaration


def _is_ignored(tag: str, name: str, value: str) -> bool:
    if name.startswith(("-", "mso-")):
        return True
    if name == "display":
        return value != "none" or tag == "img"
    if name.startswith("padding"):
        return tag not in _CELLS
    if name.startswith("margin"):
        return tag in _NO_MARGIN or "auto" in value or bool(_NEGATIVE.search(value))
    if name in {"width", "height"}:
        return tag in _NO_WIDTH
    return name == "max-width" and tag != "table"


# VML


def _draw(shape: etree._Element) -> None:
    """Make a box of HTML of a shape of VML: its size, its colours, its round corners."""
    sizes = {found.name: found.value for found in read_declarations(shape.get("style", ""))}
    edge = "0" if shape.get("stroked", shape.get("stroke", "t")) in {"f", "false"} else "1px"
    fill = "transparent" if shape.get("filled", "t") in {"f", "false"} else shape.get("fillcolor", "#ffffff")
    height = sizes.get("height", "auto")
    style = {
        "display": "inline-block",
        "box-sizing": "border-box",
        "width": sizes.get("width", "auto"),
        "height": height,
        "border": f"{edge} solid {shape.get('strokecolor', '#000000')}",
        "border-radius": _radius(shape, height),
        "background-color": fill,
        "text-align": "center",
    }
    if sizes.get("v-text-anchor") == "middle":
        style["line-height"] = height
    href = shape.get("href")
    shape.attrib.clear()
    shape.tag = "a" if href else "div"
    if href:
        shape.set("href", href)
        style["text-decoration"] = "none"
    shape.set("data-vml", "box")
    shape.set("style", ";".join(f"{name}:{value}" for name, value in style.items()))


def _radius(shape: etree._Element, height: str) -> str:
    """Return how round the corners are; `arcsize` is a share of the shorter side, which is the height as a rule."""
    if shape.tag == "v:oval":
        return "50%"
    share, pixels = re.match(r"(\d+)%", shape.get("arcsize", "20%")), re.match(r"(\d+)px", height)
    if shape.tag != "v:roundrect" or not share or not pixels:
        return "0"
    return f"{int(share[1]) * int(pixels[1]) // 100}px"
