"""MJML to HTML: the only door to mjml-python.

Its engine, mrml 6.0.1, prints attributes as Rust debug strings, drops some white space between words, panics on
some text and overflows its stack on deep nesting. So a document is made harmless first, and what comes of it is
looked at.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING

import mjml

from newsletter.errors import NewsletterError, RenderError, TemplateError
from newsletter.model import Finding, Position
from newsletter.render.places import place_at, strip_places
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_NESTING = 100
"""Elements within elements; at about 9,000 mjml-python 1.4.2 overflows its stack, which nothing can catch."""

# Where mrml sees a tag, this must see one too, or its count of open elements is wrong. What is never closed goes on
# to the end, so that the time grows with the length alone.
_TOKEN = re.compile(
    r"""
      (?P<condition> <!--\[if\ [^\]<>]+\]>(?:<!-->)? | (?:<!--\s*)?<!\[endif\]--> )
    | (?P<comment> <!--(?!\[if|-?>)(?:(?!<!|-->).)*--> )
    | (?P<odd> <[!?] )
    | (?P<closing> </[^>]*(?:>|\Z) )
    | (?P<opening> <(?P<name>[^\s/><][^\s/>]*) (?:[^"'>]|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))* (?:>|\Z) )
    | (?P<text> [^<]+ | < )
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_POSITION = re.compile(r"position (\d+):\d+")

# The HTML standard, section 13.1.2: elements without an end tag.
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_TEXT_HOLDERS = frozenset({"mj-button", "mj-raw", "mj-social-element", "mj-table", "mj-text"})
# These mean the same everywhere; the other names are for HTML alone, and the lint reads the document as XML.
_XML_ENTITIES = frozenset({"amp;", "gt;", "lt;", "quot;"})
# XML 1.0, section 3.3.3: a line end or tab in an attribute's value is a space.
_IN_ATTRIBUTE = str.maketrans({"\n": " ", "\t": " ", "\r": " ", "\\": "&#92;", '"': "&#34;"})
_FIRST_PRINTABLE = 0xA0
_SURROGATES = range(0xD800, 0xE000)


def compile_mjml(document: str, *, engine: Callable[[str], str] | None = None) -> str:
    """Compile an MJML document, with or without marks, to HTML.

    `engine` stands in for mjml-python.

    Raises:
        TemplateError: the document cannot be compiled; at the template's line, as far as the marks tell.
        RenderError: the HTML would fetch Google's fonts or is not whole.
    """
    engine = engine or _engine()
    control = _CONTROL.search(document)
    if control:
        message = f"the control character {quoted(control[0])} cannot stand in a mail; take it out"
        raise TemplateError([_finding(document, control.start(), message, "mjml-control-character")])
    pieces = list(_pieces(document))
    source = "".join(text for _, text in pieces)
    html, complaint = _attempt(engine, source)
    if complaint:
        guilty = _guilty_offset(source, complaint, engine)
        message = f"MJML cannot be compiled: {complaint}"
        raise TemplateError([_finding(document, _original_offset(pieces, guilty), message, "mjml-compile")])
    return _checked(_characters(html))


def numeric_entities(text: str) -> str:
    """Return the text with HTML's named entities as numeric references, but for those that XML knows too."""
    if "&" not in text:
        return text

    def reference(match: re.Match[str]) -> str:
        characters = "" if match[1] in _XML_ENTITIES else html5.get(match[1], "")
        return "".join(f"&#{ord(character)};" for character in characters) or match[0]

    return _ENTITY.sub(reference, text)


def _engine() -> Callable[[str], str]:
    convert = getattr(mjml, "mjml2html", None)
    if not callable(convert):  # there it is a module
        message = (
            'the package "mjml" has taken the place of "mjml-python", which goes by the same import name; '
            "uninstall both and install mjml-python again"
        )
        raise NewsletterError(message)

    # No fonts: the default asks Google's server for five of them, which tells it who reads the mail.
    return lambda source: convert(source, disable_comments=True, fonts={})


def _attempt(engine: Callable[[str], str], source: str) -> tuple[str, str]:
    """Return the HTML, or the engine's complaint."""
    try:
        return engine(source), ""
    except ValueError as error:
        return "", str(error)
    except BaseException as error:
        # A panic in Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        return "", f"the engine gave up: {error}"


def _pieces(document: str) -> Iterator[tuple[int, str]]:
    """Yield the document piece by piece, made harmless: the offset of each, and the text for the engine."""
    open_names: list[str] = []
    after_opening = False
    for match in _TOKEN.finditer(document):
        kind, text, depth = match.lastgroup, match[0], len(open_names)
        if kind == "odd":
            # The engine panics on half a conditional comment, and knows neither doctypes nor CDATA.
            message = f"this is no tag and no whole comment: {quoted(document[match.start() :])}"
            raise TemplateError([_finding(document, match.start(), message, "mjml-markup")])
        if kind == "opening":
            text = _tag(text)
            if match["name"] not in VOID and not text.endswith("/>"):
                open_names.append(match["name"])
        elif kind == "closing":
            del open_names[-1:]
        elif kind == "text":
            is_edge = after_opening or document.startswith("</mj", match.end())
            text = _text(text, open_names, is_edge=is_edge)
        after_opening = len(open_names) > depth
        if len(open_names) > MAX_NESTING:
            message = f"more than {MAX_NESTING} elements stand within each other here; is one not closed?"
            raise TemplateError([_finding(document, match.start(), message, "mjml-nesting")])
        # Characters beyond ASCII make the engine panic in text and come out as `\u{…}` in attributes.
        yield match.start(), numeric_entities(text).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _tag(text: str) -> str:
    """An opening tag without its mark, its values free of what the engine would print as an escape."""
    return _QUOTED.sub(lambda match: f'="{_value(match[1] or match[2] or "")}"', strip_places(text))


def _value(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_IN_ATTRIBUTE)


def _text(text: str, open_names: list[str], *, is_edge: bool) -> str:
    """A text as the engine may have it; `is_edge` says that it begins or ends what its element holds."""
    holder = open_names[-1] if open_names else ""
    if holder == "mj-title":
        return _value(text)  # the engine repeats it in an aria-label
    is_between = holder in _TEXT_HOLDERS and not is_edge
    is_html = holder != "" and not holder.startswith("mj")
    if (is_between or is_html) and text.startswith("\n") and text.isspace():
        # The engine drops such white space, and the words on both sides stick together.
        return f"&#10;{text[1:]}" if "pre" in open_names else " "
    return text


def _characters(html: str) -> str:
    """The HTML with characters for the numeric references beyond ASCII.

    Those from 128 to 159 stay: the HTML standard reads them as Windows-1252.
    """

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else int(match[2])
        if code < _FIRST_PRINTABLE or code in _SURROGATES or code > 0x10FFFF:  # noqa: PLR2004 - Unicode's last
            return match[0]
        return chr(code)

    return _REFERENCE.sub(character, html)


def _checked(html: str) -> str:
    # Some programs know the doctype in upper case only, and fall into quirks mode without it.
    html = html.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    faults = {
        "has no doctype": not html.startswith("<!DOCTYPE html>"),
        "asks fonts.googleapis.com for fonts, which tells Google who reads the mail": "fonts.googleapis.com" in html,
        "still holds marks of templates (data-at)": "data-at=" in html,
        "holds half a conditional comment": html.count("<!--[if ") != html.count("<![endif]-->"),
    }
    for fault, found in faults.items():
        if found:
            message = f"the HTML that came of the templates {fault}"
            raise RenderError(message)
    return html


def _guilty_offset(source: str, complaint: str, engine: Callable[[str], str]) -> int:
    """Return where in the source the engine's complaint comes from, as near as can be found out."""
    position = _POSITION.search(complaint)
    if position:
        return int(position[1])
    root = max(source.find("<mjml"), 0)
    head_at, body_at = source.find("<mj-head"), source.find("<mj-body")
    if body_at < 0:
        return root
    head = source[head_at:body_at] if 0 <= head_at < body_at else ""
    if _attempt(engine, f"<mjml>{head}<mj-body></mj-body></mjml>")[1]:
        return max(head_at, root)
    for start, end in _children(source, body_at):
        if _attempt(engine, f"<mjml>{head}<mj-body>{source[start:end]}</mj-body></mjml>")[1]:
            return start
    return root


def _children(source: str, body_at: int) -> Iterator[tuple[int, int]]:
    """Yield where each child of mj-body begins and ends; one that is not closed takes all that follows."""
    body_end = source.rfind("</mj-body")
    depth, start, end = 0, 0, len(source) if body_end < 0 else body_end
    for match in _TOKEN.finditer(source, body_at, end):
        is_empty = match["name"] and (match["name"] in VOID or match[0].endswith("/>"))
        if match["name"] and depth == 1:
            start = match.start()
        if match["name"] and not is_empty:
            depth += 1
        elif match["closing"]:
            depth -= 1
        if depth == 1 and start and (match["closing"] or is_empty):
            yield start, match.end()
    if depth > 1:
        yield start, end


def _original_offset(pieces: list[tuple[int, str]], offset: int) -> int:
    """Return where in the document the piece began that stands at this offset of the engine's source."""
    end = 0
    for start, text in pieces:
        end += len(text)
        if end > offset:
            return start
    return pieces[-1][0] if pieces else 0


def _finding(document: str, offset: int, message: str, rule: str) -> Finding:
    line = document.count("\n", 0, offset) + 1
    return Finding(place_at(document, offset) or Position("MJML document", line), message, rule)
