"""A mail as programs show it that darken it by themselves, whatever dark colours it brings.

Both turn the lightness of colours around and leave the hue. Outlook (.com, and on telephones) does so to every colour,
and notes the old ones in attributes for which a style sheet may have rules; Gmail on Android changes light backgrounds
and dark words alone. They are approximations: both change their ways without telling.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Literal

from newsletter.checks.clients.colours import BLACK, WHITE, Colour, darkened, is_light, read_colour, recoloured
from newsletter.checks.clients.css import AtRule, Rule, read_declarations, read_sheet, write_declarations, write_sheet
from newsletter.checks.clients.document import add_first_sheet, elements, read_html, remove, write_html
from newsletter.checks.clients.gmail import as_gmail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml import etree

    from newsletter.checks.clients.css import Declaration

    Change = Callable[[Colour], Colour]

Program = Literal["gmail", "outlook"]

_BLUE = Colour(0, 0, 238)
"""Of a link that has no colour of its own."""
_GROUNDS = ("background", "background-color")
_INKS = ("color", "border", "outline", "text-decoration-color", "column-rule")
_ATTRIBUTES = {"bgcolor": _GROUNDS[1], "color": "color", "text": "color", "bordercolor": "border"}
_NOTES = {"color": "data-ogsc", "background": "data-ogsb", "background-color": "data-ogsb"}
"""Where Outlook keeps the colours that it changes: hteumeuleu.com, "Dealing with Outlook.com's Dark Mode"."""


def inverted(html: str, program: Program) -> str:
    """Return a mail as a program shows it that darkens mail by force."""
    root = read_html(as_gmail(html) if program == "gmail" else html)
    change = _changes(program)
    for style in list(root.iter("style")):
        css = "" if "(" in style.get("media", "") else _inverted_css(style.text or "", program)
        if css:
            style.text = css
        else:
            remove(style)
    for element in elements(root):
        _invert(element, program)
    ground, ink, link = change("background")(WHITE), change("color")(BLACK), change("color")(_BLUE)
    add_first_sheet(root, f"html{{background:{ground};color:{ink}}}a{{color:{link}}}")
    return write_html(root)


def _changes(program: Program) -> Callable[[str], Change]:
    """Return what a program makes of a colour, by the property that it stands in."""
    if program == "outlook":
        return lambda _: darkened
    return lambda name: partial(_if_needed, is_ground=name in _GROUNDS)


def _if_needed(colour: Colour, *, is_ground: bool) -> Colour:
    return darkened(colour) if is_light(colour) == is_ground else colour


def _invert(element: etree._Element, program: Program) -> None:
    change = _changes(program)
    for name, stands_for in _ATTRIBUTES.items():
        if colour := read_colour(element.get(name, "")):
            element.set(name, str(change(stands_for)(colour)))
    style = element.get("style")
    if not style:
        return
    element.set("style", _inverted_style(style, program))
    if program == "outlook":
        for declaration in read_declarations(style):
            if note := _NOTES.get(declaration.name):
                element.set(note, declaration.value)


@lru_cache(maxsize=4096)
def _inverted_style(style: str, program: Program) -> str:
    return write_declarations(_inverted(read_declarations(style), program))


def _inverted(declarations: Iterable[Declaration], program: Program) -> Iterator[Declaration]:
    change = _changes(program)
    for found in declarations:
        is_coloured = found.name in _GROUNDS or found.name.startswith(_INKS)
        yield replace(found, value=recoloured(found.value, change(found.name))) if is_coloured else found


@lru_cache(maxsize=64)
def _inverted_css(css: str, program: Program) -> str:
    return write_sheet(_inverted_rules(read_sheet(css).rules, program))


def _inverted_rules(rules: Iterable[Rule | AtRule], program: Program) -> Iterator[Rule | AtRule]:
    """Yield rules in the program's colours, without those that ask for a dark screen: it has none to tell of.

    What a mail says for Outlook's own attributes stays as it is.
    """
    for rule in rules:
        if isinstance(rule, AtRule):
            if "prefers-color-scheme" not in rule.prelude:
                yield replace(rule, rules=tuple(_inverted_rules(rule.rules, program))) if rule.rules else rule
        elif any("[data-ogs" in selector for selector in rule.selectors):
            yield rule
        else:
            yield replace(rule, declarations=tuple(_inverted(rule.declarations, program)))
