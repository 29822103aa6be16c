"""What of a finished mail some programs do not show, so that readers miss something.

Only what hurts counts. Round corners, shadows, animations: where they are missing, nobody misses them. A rule within
`@media` or `@supports` is an addition by nature; a value behind a plainer one of the same property has a fallback; and
a picture behind words does no harm where a colour stands in for it. The formats of pictures, and style sheets from
elsewhere, are other rules' matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.checks.clients import features
from newsletter.checks.clients.colours import first_colour
from newsletter.checks.clients.css import Rule, read_declarations, read_sheet
from newsletter.checks.clients.document import elements, read_once
from newsletter.checks.clients.programs import SHOWN
from newsletter.checks.clients.support import NO
from newsletter.checks.clients.support import features as known_features

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml import etree

    from newsletter.checks.clients.css import Declaration

HURTS = {
    "css-conic-gradient": "the background is missing",
    "css-display-flex": "boxes stand below each other, in their full width",
    "css-display-grid": "boxes stand below each other, in their full width",
    "css-float": "it stands on a line of its own",
    "css-function-clamp": "the whole declaration is ignored",
    "css-function-light-dark": "the whole declaration is ignored",
    "css-function-max": "the whole declaration is ignored",
    "css-function-min": "the whole declaration is ignored",
    "css-inset": "it stands elsewhere",
    "css-left-right-top-bottom": "it stands elsewhere",
    "css-linear-gradient": "the background is missing",
    "css-background-image": "the background is missing",
    "css-modern-color": "the whole declaration is ignored",
    "css-object-fit": "the picture is squeezed",
    "css-position": "it stands in the flow of the text",
    "css-pseudo-element-after": "what it adds is missing",
    "css-pseudo-element-before": "what it adds is missing",
    "css-radial-gradient": "the background is missing",
    "css-rgba": "the whole declaration is ignored",
    "css-transform": "it stands elsewhere, in another size",
    "css-unit-calc": "the whole declaration is ignored",
    "css-unit-ch": "the whole declaration is ignored",
    "css-unit-rem": "the whole declaration is ignored",
    "css-unit-vh": "the whole declaration is ignored",
    "css-unit-vmax": "the whole declaration is ignored",
    "css-unit-vmin": "the whole declaration is ignored",
    "css-unit-vw": "the whole declaration is ignored",
    "css-variables": "the whole declaration is ignored",
    "css-visibility": "what is hidden is shown",
    "css-writing-mode": "the words run as usual",
    **dict.fromkeys({*features.ELEMENTS.values()} - {"html-link", "html-picture"}, "it is missing, or does nothing"),
    features.BASE64: "the picture is missing",
}
"""What a reader sees in a program that does not know a feature; others are not worth a word."""

_GROUNDS = frozenset({"background", "background-color"})
_PICTURES = {"css-background-image", "css-conic-gradient", "css-linear-gradient", "css-radial-gradient"}
_FOR_ONE_PROGRAM = ("[data-ogs", ".moz-text-html", "#outlook", "u +", "u+", "[class~=")
"""What a selector begins with that is meant for one mail program, and none other."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """A feature that some of the programs do not show."""

    feature: str
    written: str
    """How the mail uses it, such as `display:flex` or `<video>`."""
    words: str
    """The first words of what it is used for; empty where it has none."""
    programs: tuple[str, ...]

    @property
    def message(self) -> str:
        """What was found, who does not show it, and what comes of that."""
        names = " and ".join(filter(None, [", ".join(self._names[:-1]), self._names[-1]]))
        verb = "does" if len(self._names) == 1 else "do"
        return f"{names} {verb} not show {self.written}: {HURTS[self.feature]}"

    @property
    def _names(self) -> list[str]:
        return [SHOWN[program] for program in self.programs]


@dataclass(frozen=True, slots=True)
class _Use:
    feature: str
    written: str
    element: etree._Element | None = None


def unshown(html: str, programs: Sequence[str]) -> Iterator[Unshown]:
    """Yield each feature of a mail that hurts where it is missing, and is missing in one of the programs; once."""
    told = set()
    known = known_features()
    for use in _uses(read_once(html)):
        without = tuple(program for program in programs if known[use.feature].shown[program] == NO)
        if without and use.feature in HURTS and use.feature not in told:
            told.add(use.feature)
            yield Unshown(use.feature, use.written, _words(use.element), without)


def _uses(root: etree._Element) -> Iterator[_Use]:
    for style in root.iter("style"):
        if "(" not in style.get("media", ""):
            yield from _uses_of_css(style.text or "")
    for element in elements(root):
        if element.tag in features.ELEMENTS:
            yield _Use(features.ELEMENTS[element.tag], f"<{element.tag}>", element)
        elif element.tag == "img" and (feature := features.of_picture(element.get("src", ""))):
            yield _Use(feature, f"a picture in the {known_features()[feature].title}", element)
        for feature, written in _uses_of_style(element.get("style", "")):
            yield _Use(feature, written, element)


@lru_cache(maxsize=64)
def _uses_of_css(css: str) -> tuple[_Use, ...]:
    return tuple(_uses_of_rules(css))


def _uses_of_rules(css: str) -> Iterator[_Use]:
    for rule in read_sheet(css).rules:
        if not isinstance(rule, Rule) or all(selector.startswith(_FOR_ONE_PROGRAM) for selector in rule.selectors):
            continue
        for selector in rule.selectors:
            yield from (_Use(feature, selector) for feature in sorted(features.of_selector(selector)))
        yield from (_Use(feature, written) for feature, written in _uses_of(rule.declarations))


@lru_cache(maxsize=4096)
def _uses_of_style(style: str) -> tuple[tuple[str, str], ...]:
    return tuple(_uses_of(read_declarations(style)))


def _uses_of(declarations: Iterable[Declaration]) -> Iterator[tuple[str, str]]:
    """Yield the features of declarations that have no fallback among them."""
    declared = list(declarations)
    has_ground = any(one.name in _GROUNDS and first_colour(one.value) for one in declared)
    plain: set[str] = set()
    for one in declared:
        used = features.of_declaration(one)
        for feature in sorted(used):
            if one.name not in plain and not (feature in _PICTURES and has_ground):
                yield feature, f"{one.name}:{one.value}"
        if not used:
            plain.add(one.name)


def _words(element: etree._Element | None) -> str:
    """Return the first words in or around an element, by which its place in the issue is found."""
    while element is not None:
        for text in element.itertext("*"):
            if any(map(str.isalnum, text)):
                return str(text).strip()
        element = element.getparent()
        if element is not None and element.tag == "body":
            return ""
    return ""
