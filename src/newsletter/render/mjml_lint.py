"""The lint of an MJML document. mjml-python checks nothing: what it does not know, it drops or prints as it is.

What MJML allows is said by `mjml_reference`. The house's own rules keep templates away from
what mjml-python or a mail program draws wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from newsletter.model import Finding, Position
from newsletter.render.mjml import VOID, numeric_entities
from newsletter.render.mjml_reference import elements, fits, kinds_by_attribute, wanted
from newsletter.render.places import place_at, read_place
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Node

    from newsletter.render.mjml_reference import Element

_EVERYWHERE = frozenset({"css-class", "data-at", "mj-class"})
_BODY_PX = 600.0
_FONT_SERVER = "fonts.googleapis.com"
_TEXT_ONLY = frozenset({"mj-preview", "mj-style", "mj-title"})
_NEEDS_ALT = frozenset({"mj-image", "mj-social-element"})
_REFUSED = {
    "mj-accordion": "Gmail and Outlook show it closed for ever",
    "mj-carousel": "Gmail and Outlook show one picture of it",
    "mj-hero": "Outlook draws it with a negative height; use mj-section with background-url",
    "mj-html-attributes": "mjml-python does not know it; write the attribute where it belongs",
    "mj-include": "an mj-section in it loses its width; use Jinja's {% include %}",
    "mj-navbar": "its menu opens in no mail program but Apple's; use links in mj-text",
}
_DEAF = "mjml-python takes no notice of it"
_IGNORED = {
    ("mj-body", "id"): _DEAF,
    ("mj-button", "title"): _DEAF,
    ("mj-image", "border-bottom"): f"{_DEAF}; use border",
    ("mj-image", "border-top"): f"{_DEAF}; use border",
    ("mj-image", "sizes"): _DEAF,
    ("mj-raw", "position"): "mjml-python puts nothing before the doctype",
    ("mj-section", "gutter"): f"{_DEAF}; use padding",
    ("mj-social", "border"): _DEAF,
    ("mj-social-element", "border"): _DEAF,
    ("mj-social-element", "icon-position"): _DEAF,
    ("mj-social-element", "sizes"): _DEAF,
    ("mj-social-element", "srcset"): _DEAF,
    ("mj-style", "inline"): "mjml-python does not inline it; write such rules in content.css",
    ("mj-table", "role"): _DEAF,
    ("mj-wrapper", "gap"): f"{_DEAF}; use padding",
}
_COMMENT_OR_FOREIGN = re.compile(r"<!--.*?(?:-->|\Z)|(<!DOCTYPE\b|<!\[CDATA\[|<\?)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>]*)(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_HIDDEN = re.compile(r"\[if [^\]]+\]>(.*)<!\[endif\]", re.DOTALL)
_REVEALED = re.compile(r"\[if [^\]]+\]><!")
_REVEALED_END = "<![endif]"
_LENGTH = re.compile(r"(\d*\.?\d+)(px|%)")
_MISMATCH = re.compile(r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)")


@dataclass(frozen=True, slots=True)
class _Fault:
    rule: str
    message: str


def lint_mjml(document: str) -> tuple[Finding, ...]:
    """Return the faults of an MJML document that `mark_places` has marked, each once, at its template's line.

    A placeholder is accepted as the value of any attribute. Nothing is fetched and no entity is expanded.
    """
    source = numeric_entities(document).encode("ascii", "xmlcharrefreplace").decode("ascii")
    foreign = next((match for match in _COMMENT_OR_FOREIGN.finditer(source) if match[1]), None)
    if foreign:
        message = f"{quoted(foreign[1])} cannot stand in MJML: no doctype, XML declaration or CDATA"
        return (_finding(source, foreign.start(), _Fault("mjml-markup", message)),)
    try:
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return (_xml_finding(source, error),)
    findings = list(_walk(root, Position("MJML document"), _defaults(root)))
    if _FONT_SERVER in source:
        fault = _Fault("mjml-remote-font", f"{_FONT_SERVER} learns who reads the mail; use fonts that readers have")
        findings.append(_finding(source, source.index(_FONT_SERVER), fault))
    return tuple(dict.fromkeys(findings))


def _walk(element: Node, place: Position, defaults: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    mark = element.get("data-at")
    place = read_place(mark) if mark else place
    faults = [*_element_faults(element), *_condition_faults(element), *_width_faults(element, defaults)]
    yield from (Finding(place, fault.message, fault.rule) for fault in faults)
    if not _refusal(element.tag):
        for child in element.iterchildren(etree.Element):
            yield from _walk(child, place, defaults)


def _element_faults(element: Node) -> Iterator[_Fault]:
    name, parent, refusal = element.tag, element.getparent(), _refusal(element.tag)
    if parent is not None and parent.tag == "mj-attributes":
        yield from _default_faults(element)
    elif refusal:
        yield _Fault("mjml-refused", f"{name} is not for mails: {refusal}")
    elif name in elements():
        yield from _parent_faults(name, parent)
        yield from _attribute_faults(element, elements()[name].attributes)
        yield from _content_faults(element, elements()[name])
    elif name.startswith("mj"):
        yield _Fault("mjml-element-unknown", f"unknown element {quoted(name)}{did_you_mean(name, elements())}")
    elif parent is None or _is_structure(parent):
        yield _Fault("mjml-parent", f"{name} cannot stand here; put it into mj-text or mj-raw")


def _parent_faults(name: str, parent: Node | None) -> Iterator[_Fault]:
    if parent is None:
        if name != "mjml":
            yield _Fault("mjml-parent", f"a mail begins with mjml, not with {name}")
        return
    holder = elements().get(parent.tag)
    if holder is None or name not in holder.children:
        homes = sorted(home for home, item in elements().items() if name in item.children and not _refusal(home))
        yield _Fault("mjml-parent", f"{name} cannot stand in {parent.tag}, only in {' or '.join(homes) or 'no other'}")


def _attribute_faults(element: Node, known: Mapping[str, str]) -> Iterator[_Fault]:
    name = element.tag
    for attribute, value in element.items():
        if attribute in _EVERYWHERE:
            continue
        if attribute not in known:
            hint = did_you_mean(attribute, known)
            yield _Fault("mjml-attribute-unknown", f"{name} has no attribute {quoted(attribute)}{hint}")
        elif (name, attribute) in _IGNORED:
            yield _Fault("mjml-attribute-ignored", f"{name} {attribute}: {_IGNORED[name, attribute]}")
        elif not fits(value, known[attribute]):
            yield _bad_value(element, attribute, known[attribute])


def _default_faults(element: Node) -> Iterator[_Fault]:
    """The faults of an element inside mj-attributes, which sets values for other elements."""
    name = element.tag
    if name == "mj-body":
        yield _Fault("mjml-attribute-ignored", f"mj-body in mj-attributes: {_DEAF}; set them on mj-body itself")
    elif name in {"mj-all", "mj-class"}:
        if name == "mj-class" and not element.get("name"):
            yield _Fault("mjml-class-nameless", 'mj-class needs name="…"')
        for attribute, value in element.items():
            kinds = kinds_by_attribute().get(attribute, ())
            if attribute in _EVERYWHERE or (name == "mj-class" and attribute == "name"):
                continue
            if not kinds:
                hint = did_you_mean(attribute, kinds_by_attribute())
                yield _Fault("mjml-attribute-unknown", f"no element has an attribute {quoted(attribute)}{hint}")
            elif not any(fits(value, kind) for kind in kinds):
                yield _bad_value(element, attribute, min(kinds))
    elif name in elements():
        yield from _attribute_faults(element, elements()[name].attributes)
    else:
        yield _Fault("mjml-element-unknown", f"unknown element {quoted(name)}{did_you_mean(name, elements())}")


def _content_faults(element: Node, known: Element) -> Iterator[_Fault]:
    name = element.tag
    if name in _NEEDS_ALT and element.get("alt") is None:
        message = f'{name} needs alt="…", or alt="" for decoration: else screen readers spell out the file\'s name'
        yield _Fault("mjml-alt-missing", message)
    if name == "mj-social-element" and not element.get("src"):
        yield _Fault("mjml-social-icon", f'{name} needs src="…": without it www.mailjet.com learns who reads the mail')
    if name in _TEXT_ONLY and len(element):
        found = element[0].tag if isinstance(element[0].tag, str) else "a comment"
        yield _Fault("mjml-text-only", f"{name} holds text only; {quoted(found)} breaks it")
    if name == "mj-style" and not (element.text or "").isascii():
        found = next(character for character in element.text if not character.isascii())
        yield _Fault("mjml-style-ascii", f"{quoted(found)} in mj-style; write it as a CSS escape, \\{ord(found):X}")
    if not known.holds_text:
        for stray in (element.text, *(child.tail for child in element)):
            if stray and not stray.isspace():
                yield _Fault("mjml-stray-text", f"text stands outside any mj-text in {name}: {quoted(stray.strip())}")


def _condition_faults(element: Node) -> Iterator[_Fault]:
    """The faults of the conditional comments right inside an element."""
    is_open = False
    for comment in element.iterchildren(etree.Comment):
        text = comment.text or ""
        if "[if" not in text.lower() and "[endif]" not in text.lower():
            continue
        hidden = _HIDDEN.fullmatch(text)
        if _is_structure(element):
            yield _Fault("mjml-conditional-comment", f"a conditional comment cannot stand in {element.tag}: use mj-raw")
        elif hidden and not _is_balanced(hidden[1]):
            message = (
                f"a conditional comment must close what it opens, or mjml-python mixes up its tags: {quoted(text)}"
            )
            yield _Fault("mjml-conditional-comment", message)
        elif not hidden and is_open != (text.strip() == _REVEALED_END):
            yield _Fault("mjml-conditional-comment", f"half a conditional comment: {quoted(text)}")
        elif not hidden and not is_open and not _REVEALED.fullmatch(text):
            message = f"write <!--[if …]>…<![endif]--> or <!--[if !mso]><!-->…<!--<![endif]-->, not {quoted(text)}"
            yield _Fault("mjml-conditional-comment", message)
        else:
            is_open = is_open if hidden else not is_open
    if is_open:
        yield _Fault("mjml-conditional-comment", f"a conditional comment is not closed within {element.tag}")


def _is_balanced(html: str) -> bool:
    open_names: list[str] = []
    for match in _TAG.finditer(html):
        if not match[1] and match[2].lower() not in VOID and not match[0].endswith("/>"):
            open_names.append(match[2])
        elif match[1] and (not open_names or open_names.pop() != match[2]):
            return False
    return not open_names and "[if" not in html and "[endif]" not in html


def _width_faults(element: Node, defaults: Mapping[str, Mapping[str, str]]) -> Iterator[_Fault]:
    """Whether Outlook, which gets its widths in ghost tables, is told of more than there is room for.

    mjml-python takes padding off no ghost table: with 30px on both sides of 600px, it says 600px where 540px are free.
    """
    body = next(element.iterancestors("mj-body"), None)
    if element.tag not in {"mj-section", "mj-wrapper"} or body is None:
        return
    body_px = _px(body.get("width", ""), 0, _BODY_PX)
    padding_px = sum(_side_px(element, side, defaults, body_px) for side in ("left", "right"))
    if not padding_px:
        return
    free_px = body_px - padding_px
    if element.tag == "mj-wrapper":
        yield _Fault(
            "mjml-outlook-width",
            f"Outlook makes what stands in this mj-wrapper {body_px:g}px wide where {free_px:g}px are free; "
            "put the padding at its left and right on what stands in its columns",
        )
        return
    columns = [child for child in element if child.tag in {"mj-column", "mj-group"}]
    widths_px = [_px(column.get("width", ""), body_px, body_px / len(columns)) for column in columns]
    if sum(widths_px) >= free_px + 1:
        names = "mj-column" if len(columns) == 1 else "each mj-column"
        yield _Fault(
            "mjml-outlook-width",
            f"Outlook makes the columns {sum(widths_px):g}px wide where the padding leaves {free_px:g}px; "
            f'give {names} a width in px, such as width="{free_px / len(columns):g}px"',
        )


def _side_px(element: Node, side: str, defaults: Mapping[str, Mapping[str, str]], whole_px: float) -> float:
    """The padding at the left or right of an element, in px; 0 where it is a placeholder."""
    classes = [f".{name}" for name in element.get("mj-class", "").split()]
    sources = [element.attrib, *(defaults.get(name, {}) for name in (*classes, element.tag, "mj-all"))]
    one = next((source[f"padding-{side}"] for source in sources if f"padding-{side}" in source), "")
    if one:
        return _px(one, whole_px)
    parts = next((source["padding"] for source in sources if "padding" in source), "0").split() or ["0"]
    if side == "left" and len(parts) == 4:  # noqa: PLR2004 - top right bottom left
        return _px(parts[3], whole_px)
    return _px(parts[min(1, len(parts) - 1)], whole_px)


def _px(length: str, whole_px: float, otherwise_px: float = 0) -> float:
    match = _LENGTH.fullmatch(length)
    if not match:
        return otherwise_px
    return float(match[1]) * (whole_px / 100 if match[2] == "%" else 1)


def _bad_value(element: Node, attribute: str, kind: str) -> _Fault:
    message = f"{element.tag} {attribute}={quoted(element.get(attribute))} is not {wanted(kind)}"
    return _Fault("mjml-value", message)


def _is_structure(element: Node) -> bool:
    """Whether an element holds other elements only, and no text."""
    known = elements().get(element.tag)
    return known is not None and not known.holds_text


@cache
def _refusal(name: str) -> str:
    """Why the house refuses an element, or one that belongs in a refused one; else nothing."""
    return next((why for known, why in _REFUSED.items() if name == known or name.startswith(f"{known}-")), "")


def _defaults(root: Node) -> Mapping[str, Mapping[str, str]]:
    """The values that mj-attributes sets, by element, and by class with a dot before its name."""
    found: dict[str, dict[str, str]] = {}
    for item in root.iterfind("mj-head/mj-attributes/*"):
        name = f".{item.get('name')}" if item.tag == "mj-class" else item.tag
        found.setdefault(name, {}).update(item.attrib)
    return found


def _xml_finding(source: str, error: etree.XMLSyntaxError) -> Finding:
    """The finding for a document that is no XML; at the tag that is not closed, where that is the fault."""
    # Its message ends in its own words for the position; the error's log may hold what others left there.
    message = re.sub(r", line \d+, column \d+\Z", "", error.msg)
    unclosed = _MISMATCH.match(message)
    line, column = (int(unclosed[2]), 1) if unclosed else error.position
    start = sum(map(len, source.splitlines(keepends=True)[: line - 1]))
    if unclosed:
        offset = source.find(f"<{unclosed[1]}", start)
        message = f"{unclosed[1]} is not closed before </{unclosed[3]}>"
    else:
        offset = start + max(column - 1, 0)
        hint = "; write & as &amp;" if "EntityRef" in message else ""
        message = f"not well-formed: {message}{hint}"
    return _finding(source, max(offset, 0), _Fault("mjml-xml", message))


def _finding(source: str, offset: int, fault: _Fault) -> Finding:
    place = place_at(source, offset) or Position("MJML document", source.count("\n", 0, offset) + 1)
    return Finding(place, fault.message, fault.rule)
