"""A mail as Gmail shows it, about: what it takes out of the HTML, and where it cuts it off.

No simulation of Gmail's own is known; this one follows what people found out by sending mails to it. Every rule names
its source: caniemail.com for single features, github.com/hteumeuleu/email-bugs for the rest.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from newsletter.checks.clients import features
from newsletter.checks.clients.css import AtRule, Rule, read_declarations, read_sheet, write_declarations, write_sheet
from newsletter.checks.clients.document import elements, read_html, restyle, take_out, write_html
from newsletter.checks.clients.support import dropped_by
from newsletter.config.settings import LANGUAGES
from newsletter.i18n import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.checks.clients.css import Declaration

CLIP_BYTES = 102_000
"""Of HTML; what stands behind them is cut off (email-bugs#41). Reports say 99 to 105 kB."""
STYLE_CHARACTERS = 16 * 1024
"""Of all style sheets together; the one that goes beyond them is dropped, and all that follow (email-bugs#90)."""

_PROGRAM = "gmail"
_PREFIX = "m_"
"""What it puts before the name of a class or an id; in truth with a number behind it."""
_SURROUNDINGS = "font:small/1.5 Arial,Helvetica,sans-serif"
_GONE = frozenset({"base", "embed", "iframe", "link", "meta", "object", "script", "source", "style", "title"})
_NAMED = re.compile(r"([.#])(-?[A-Za-z_])")
_QUOTED = re.compile(r"""(\[[^\]]*\]|"[^"]*"|'[^']*')""")
_DOCUMENT = re.compile(r"(^|[\s>+~])(html|body)\b|:root\b", re.IGNORECASE)
_UNKNOWN_CONDITION = re.compile(r"prefers-|orientation|height|hover|resolution|pixel-ratio", re.IGNORECASE)
_SPACED_RGB = re.compile(r"\brgba?\(\s*[\d.%]+\s+\d", re.IGNORECASE)
_NAMES = frozenset({"class", "for", "headers", "id", "name"})
"""Attributes that hold the names of classes or ids."""


def as_gmail(html: str, *, is_foreign_account: bool = False) -> str:
    """Return a mail as Gmail shows it.

    `is_foreign_account`: in Gmail's app, of an account with another provider; all style sheets are dropped there.
    """
    whole = html.encode("utf-8", "replace")
    is_clipped = len(whole) > CLIP_BYTES
    root = read_html(whole[:CLIP_BYTES].decode("utf-8", "ignore") if is_clipped else html)
    # email-bugs#56: where it cuts a mail off, it shows the rest without style sheets.
    css = "" if is_clipped or is_foreign_account else "".join(_kept_css(root))
    language = root.get("lang", "")
    body = _as_div(root)
    take_out(body, _GONE, _PROGRAM)
    for element in elements(body):
        _rename(element)
    restyle(body, lambda _, style: _kept_style(style))
    if is_clipped:
        body.append(_clip_line(language))
    return write_html(_page(css, body, language))


def _kept_css(root: etree._Element) -> Iterator[str]:
    read = 0
    for style in list(root.iter("style")):
        css = style.text or ""
        read += len(css)
        if read > STYLE_CHARACTERS:
            return
        media = style.get("media")
        yield _filtered_css(f"@media {media}{{{css}}}" if media else css)


@lru_cache(maxsize=64)
def _filtered_css(css: str) -> str:
    """Return what it keeps of one style sheet: nothing at all where it stumbles."""
    sheet = read_sheet(css)
    # email-bugs#21: an at-rule within an at-rule costs the whole sheet; so does `rgb(0 0 0)`, by caniemail.com.
    if not sheet.is_whole or _SPACED_RGB.search(css) or any(_is_nested(rule) for rule in sheet.rules):
        return ""
    return write_sheet(_kept_rules(sheet.rules))


def _is_nested(rule: Rule | AtRule) -> bool:
    return isinstance(rule, AtRule) and any(isinstance(inner, AtRule) for inner in rule.rules or ())


def _kept_rules(rules: Iterable[Rule | AtRule]) -> Iterator[Rule | AtRule]:
    for rule in rules:
        if isinstance(rule, Rule):
            selectors = tuple(_renamed(selector) for selector in rule.selectors if _keeps_selector(selector))
            declarations = tuple(filter(_keeps, rule.declarations))
            if selectors and declarations:
                yield Rule(selectors, declarations)
        elif rule.name == "media" and rule.rules and not _UNKNOWN_CONDITION.search(rule.prelude):
            yield AtRule(rule.name, rule.prelude, rules=tuple(_kept_rules(rule.rules)))


def _keeps_selector(selector: str) -> bool:
    # It takes [class~=name] of all attribute selectors; nobody writes that.
    used = features.of_selector(selector)
    return not (used & dropped_by(_PROGRAM) or "css-selector-attribute" in used or _DOCUMENT.search(selector))


def _keeps(declaration: Declaration) -> bool:
    name = declaration.name
    if name.startswith(("-", "mso-")) or features.of_declaration(declaration) & dropped_by(_PROGRAM):
        return False
    return not (name == "list-style" and "url(" in declaration.value)


@lru_cache(maxsize=4096)
def _kept_style(style: str) -> str:
    if _SPACED_RGB.search(style):
        return ""
    return write_declarations(filter(_keeps, read_declarations(style)))


def _renamed(selector: str) -> str:
    pieces = _QUOTED.split(selector)
    pieces[::2] = [_NAMED.sub(rf"\1{_PREFIX}\2", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _rename(element: etree._Element) -> None:
    for name, value in element.items():
        if name in _NAMES:
            element.set(name, " ".join(_PREFIX + part for part in value.split()))
        elif name == "href" and value.startswith("#") and value != "#":
            element.set(name, f"#{_PREFIX}{value[1:]}")
        elif name.startswith(("on", "data-")):
            del element.attrib[name]


def _as_div(root: etree._Element) -> etree._Element:
    """Return the body as a `div`, the style sheet's `body` and `html` being those of Gmail itself."""
    body = root.find("body")
    body.tag = "div"
    for name in ("bgcolor", "dir", "lang"):
        if (value := root.get(name)) and not body.get(name):
            body.set(name, value)
    if (colour := body.attrib.pop("bgcolor", "")) and "background" not in body.get("style", ""):
        body.set("style", f"background-color:{colour};{body.get('style', '')}")
    return body


def _clip_line(language: str) -> etree._Element:
    code = language.partition("-")[0]
    words = catalogue(code if code in LANGUAGES else LANGUAGES[-1])
    line = etree.Element("div", style=f"margin-top:16px;color:#222;{_SURROUNDINGS}")
    line.text = f"[{words.gettext('Message clipped')}]  "
    link = etree.SubElement(line, "a", href="#", style="color:#15c")
    link.text = words.gettext("View entire message")
    return line


def _page(css: str, body: etree._Element, language: str) -> etree._Element:
    root = etree.Element("html", {"lang": language} if language else {})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "meta", charset="utf-8")
    etree.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    if css:
        etree.SubElement(head, "style").text = css
    page = etree.SubElement(root, "body", style="margin:0")
    etree.SubElement(page, "div", style=_SURROUNDINGS).append(body)
    return root
