"""What a browser would paint a mail's words in, and on what: the cascade, for colours alone."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from lxml import etree

from newsletter.checks.clients.colours import BLACK, WHITE, Colour, first_colour, read_colour
from newsletter.checks.clients.css import Rule, read_declarations, read_sheet
from newsletter.checks.clients.document import read_once
from newsletter.checks.clients.selectors import Tag, key_of, matches, read_selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cssselect.parser import Tree

    from newsletter.checks.clients.css import AtRule, Declaration

Scheme = Literal["light", "dark"]

_WIDTH_PX = 680
_DARK_CANVAS = Colour(18, 18, 18)
_LINKS = {"light": Colour(0, 0, 238), "dark": Colour(158, 158, 255)}
_ROOT_PX = 16.0
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
_BOLD_TAGS = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_SIZES_EM = {
    "h1": 2.0,
    "h2": 1.5,
    "h3": 1.17,
    "h4": 1.0,
    "h5": 0.83,
    "h6": 0.67,
    "small": 0.83,
    "sub": 0.83,
    "sup": 0.83,
}
_WATCHED = frozenset(
    {"color", "background", "background-color", "background-image", "color-scheme", "display", "font-size"}
    | {"font-weight", "opacity", "visibility"}
)
_PICTURE = re.compile(r"url\(|gradient\(", re.IGNORECASE)
_LENGTH = re.compile(r"([\d.]+)(px|pt|em|rem|%)")
_QUERY = re.compile(r"\(\s*([-\w]+)\s*(?::\s*([^()]*?)\s*)?\)|\b(not|print|speech|or)\b", re.IGNORECASE)
_BOLD = 600
_OWN = frozenset({"alt", "href", "src", "title"})
"""Attributes whose value is an element's own, so that what is known of one like it would be of no use."""
_MAX_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Paint:
    """How words are painted where they stand."""

    ink: Colour
    ground: Colour | None
    """Opaque; nothing where a picture stands behind the words, of which nobody knows the colours."""
    size_px: float
    is_bold: bool
    opacity: float = 1
    is_hidden: bool = False

    @property
    def can_be_seen(self) -> bool:
        """Whether anything of the words is painted at all."""
        return not self.is_hidden and self.size_px > 0 and self.opacity > 0


@dataclass(frozen=True, slots=True)
class Painted:
    """Words, and how they are painted on a screen of a colour scheme."""

    words: str
    scheme: Scheme
    paint: Paint


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A tag in its place, and how words in it are painted on each screen."""

    tag: Tag
    paints: tuple[Paint, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A rule as far as it may hold for a tag."""

    tree: Tree
    weight: tuple[tuple[int, int, int], int]
    declarations: tuple[Declaration, ...]


def painted_words(html: str) -> Iterator[Painted]:
    """Yield the words of a mail that can be seen on a wide screen, first light, then dark."""
    root = read_once(html)
    css = tuple(_sheet_of(style) for style in root.iter("style"))
    yield from _painter(css, takes_dark=_takes_dark(root)).walk(root)


@lru_cache(maxsize=4)
def _painter(css: tuple[str, ...], *, takes_dark: bool) -> _Painter:
    return _Painter([_Screen(css, "light", is_dark=False), _Screen(css, "dark", is_dark=takes_dark)])


class _Painter:
    """Paints documents that have the same style sheets.

    What was found for a tag serves for all like it in a place like its own, in every mail of the theme.
    """

    def __init__(self, screens: list[_Screen]) -> None:
        self._screens = screens
        self._known: dict[tuple[object, ...], _Place] = {}

    def walk(self, root: etree._Element) -> Iterator[Painted]:
        """Yield the words of the tree, in order."""
        around: list[_Place | None] = [None]
        for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                is_seen = node is root or (around[-1] and node.tag not in _UNSEEN)
                around.append(self._place(node, around[-1]) if is_seen else None)
                text = node.text
            else:
                if event == "end":
                    around.pop()
                text = node.tail
            place = around[-1]
            if text and place and any(map(str.isalnum, text)):
                yield from self._painted(text.strip(), place)

    def _painted(self, words: str, place: _Place) -> Iterator[Painted]:
        for screen, paint in zip(self._screens, place.paints, strict=True):
            if paint.can_be_seen:
                yield Painted(words, screen.scheme, paint)

    def _place(self, element: etree._Element, around: _Place | None) -> _Place:
        shape = tuple((name, "" if name in _OWN else value) for name, value in element.items() if name != "aria-label")
        key = (around, element.tag, shape)
        place = self._known.get(key)
        if place is None:
            attributes = dict(shape)
            classes = frozenset(attributes.get("class", "").split())
            tag = Tag(element.tag, attributes, classes, around.tag if around else None)
            beneath = around.paints if around else [screen.canvas for screen in self._screens]
            paints = (screen.paint(tag, below) for screen, below in zip(self._screens, beneath, strict=True))
            place = _Place(tag, tuple(paints))
            if len(self._known) > _MAX_KEPT:
                self._known.clear()
            self._known[key] = place
        return place


class _Screen:
    """A screen of a colour scheme, and the rules that hold on it."""

    def __init__(self, css: tuple[str, ...], scheme: Scheme, *, is_dark: bool) -> None:
        self.scheme = scheme
        self.canvas = Paint(WHITE if is_dark else BLACK, _DARK_CANVAS if is_dark else WHITE, _ROOT_PX, is_bold=False)
        self._rules = _rules_by_key(css, scheme)

    def paint(self, tag: Tag, around: Paint) -> Paint:
        """Return how words in a tag are painted, where those around it are painted so."""
        values = self._cascaded(tag)
        size_px = _size_px(values.get("font-size", ""), around.size_px * _SIZES_EM.get(tag.name, 1.0), around.size_px)
        opacity = _number(values.get("opacity", ""), 1.0)
        is_hidden = around.is_hidden or values.get("display") == "none" or values.get("visibility") == "hidden"
        return Paint(
            ink=_ink(values.get("color", ""), tag, around, self.scheme),
            ground=_ground(values, tag, around.ground),
            size_px=size_px,
            is_bold=_is_bold(values.get("font-weight", ""), is_bold=around.is_bold or tag.name in _BOLD_TAGS),
            opacity=around.opacity * opacity,
            is_hidden=is_hidden,
        )

    def _cascaded(self, tag: Tag) -> dict[str, str]:
        """Return the value that wins for each property."""
        keys = ["", tag.name, f"#{tag.attributes.get('id', '')}", *(f".{name}" for name in tag.classes)]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if matches(rule.tree, tag)]
        ordered = [one for rule in sorted(found, key=lambda rule: rule.weight) for one in rule.declarations]
        ordered += read_declarations(tag.attributes.get("style", ""))
        values: dict[str, str] = {}
        for declaration in (*filter(_is_usual, ordered), *(one for one in ordered if one.is_important)):
            if declaration.name == "background":  # it says all of them anew
                values.pop("background-color", None)
                values.pop("background-image", None)
            values[declaration.name] = declaration.value
        return values


def _is_usual(declaration: Declaration) -> bool:
    return not declaration.is_important


# Style sheets


def _sheet_of(style: etree._Element) -> str:
    media = style.get("media")
    return f"@media {media}{{{style.text or ''}}}" if media else style.text or ""


def _rules_by_key(sheets: tuple[str, ...], scheme: Scheme) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = defaultdict(list)
    rules = (rule for css in sheets for rule in _that_hold(read_sheet(css).rules, scheme))
    for order, rule in enumerate(rules):
        declarations = tuple(one for one in rule.declarations if one.name in _WATCHED)
        for text in rule.selectors if declarations else ():
            selector = read_selector(text)
            if selector:
                tree, specificity = selector
                found[key_of(tree)].append(_Candidate(tree, (specificity, order), declarations))
    return found


def _that_hold(rules: Iterable[Rule | AtRule], scheme: Scheme) -> Iterator[Rule]:
    for rule in rules:
        if isinstance(rule, Rule):
            yield rule
        elif rule.rules and rule.name == "media" and _holds(rule.prelude, scheme):
            yield from _that_hold(rule.rules, scheme)


@lru_cache(maxsize=256)
def _holds(condition: str, scheme: Scheme) -> bool:
    return any(_holds_one(query, scheme) for query in condition.split(","))


def _holds_one(query: str, scheme: Scheme) -> bool:
    for name, value, other in _QUERY.findall(query):
        if other:
            return False
        width = _size_px(value, 0, _ROOT_PX)
        facts = {
            "prefers-color-scheme": value == scheme,
            "min-width": width <= _WIDTH_PX,
            "max-width": width >= _WIDTH_PX,
        }
        if not facts.get(name.lower(), False):
            return False
    return True


def _takes_dark(root: etree._Element) -> bool:
    """Tell whether a mail says that it can be shown on a dark canvas."""
    said = [meta.get("content", "") for meta in root.iter("meta") if meta.get("name") == "color-scheme"]
    for style in root.iter("style"):
        for rule in read_sheet(_sheet_of(style)).rules:
            if isinstance(rule, Rule):
                said += [one.value for one in rule.declarations if one.name == "color-scheme"]
    return any("dark" in value for value in said)


# Values


def _ink(value: str, tag: Tag, around: Paint, scheme: Scheme) -> Colour:
    own = read_colour(value) or read_colour(tag.attributes.get("color", "")) if value != "inherit" else None
    if own:
        return own
    if tag.name == "a" and "href" in tag.attributes and not value:
        return _LINKS[scheme]
    return around.ink


def _ground(values: dict[str, str], tag: Tag, around: Colour | None) -> Colour | None:
    painted = [values.get(name, "") for name in ("background", "background-image")]
    if "background" in tag.attributes or any(map(_PICTURE.search, painted)):
        return None
    own = first_colour(values.get("background-color", "")) or first_colour(values.get("background", ""))
    if own is None and not values.get("background-color") and not values.get("background"):
        own = read_colour(tag.attributes.get("bgcolor", ""))
    if own is None or own.alpha == 0:
        return around
    if own.alpha == 1:
        return own
    return own.over(around) if around else None


def _size_px(value: str, default: float, around_px: float) -> float:
    found = _LENGTH.fullmatch(value.strip())
    if not found:
        return 0.0 if value.strip() == "0" else default
    per = {"px": 1.0, "pt": 4 / 3, "em": around_px, "rem": _ROOT_PX, "%": around_px / 100}
    return float(found[1]) * per[found[2]]


def _is_bold(value: str, *, is_bold: bool) -> bool:
    if value.isdigit():
        return int(value) >= _BOLD
    return {"bold": True, "bolder": True, "normal": False, "lighter": False}.get(value, is_bold)


def _number(value: str, default: float) -> float:
    try:
        return float(value)
    except ValueError:
        return default


def seen(paint: Paint) -> Colour | None:
    """Return the colour in which words are seen; nothing where a picture stands behind them."""
    if paint.ground is None:
        return None
    return replace(paint.ink, alpha=paint.ink.alpha * min(paint.opacity, 1)).over(paint.ground)
