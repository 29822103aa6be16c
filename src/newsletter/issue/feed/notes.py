"""The door to nh3 and to markdownify: show notes as a stranger's HTML in, Markdown that is safe and plain out.

What comes out holds paragraphs, emphasis, lists, quotations and links to the web, and nothing else: no picture, no
code, no table, no heading, and nothing that passes for a personal field. It is held against the same rules as an
editor's own text; where it breaks one, its words alone are kept.
"""

from __future__ import annotations

import re
from html import escape, unescape

import nh3
from markdownify import markdownify

from newsletter.issue.body import is_spotless
from newsletter.issue.feed.words import MAX_URL_CHARACTERS, address, clean
from newsletter.issue.values import address_problem

MAX_HTML_CHARACTERS = 64_000
MAX_DEPTH = 12
"""Of tags in tags; deeper, only the words are kept."""

_TAGS = frozenset(
    {"a", "b", "blockquote", "br", "div", "em", "i", "li", "ol", "p", "strong", "td", "th", "tr", "ul"}
    | {f"h{level}" for level in range(1, 7)}
)
_LOOKS_LIKE_HTML = re.compile(r"</?[a-z][a-z0-9]*\b[^<>]*>", re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[1-6]>")
_ROW = re.compile(r"<(/?)tr>")
_CELL = re.compile(r"</?t[dh]>")
_BREAK = re.compile(r"<br>|</?(?:blockquote|div|h[1-6]|li|ol|p|tr|ul)>")
_TAG = re.compile(r"<[^<>]*>")
_BARE = re.compile(r"https?://[^\s<>\"'“”‘’]+")
_TRAILING = ".,;:!?)]}…"
_IN_ADDRESS = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C"}
_BRACES = re.compile(r"\{(?=[{%])|(?<=\{)\{")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \u00a0]+(?=\n|$)")


def notes_of(html: str, language: str) -> str:
    """Return show notes as Markdown; `html` may be plain text too."""
    cleaned = _cleaned(html)
    notes = _markdown(cleaned) if _depth(cleaned) <= MAX_DEPTH else ""
    if notes and is_spotless(notes, language):
        return notes
    notes = _markdown("".join(f"<p>{escape(line)}</p>" for line in text_of(html).split("\n") if line.strip()))
    return notes if is_spotless(notes, language) else ""


def text_of(html: str) -> str:
    """Return the words of show notes, with a line for each of theirs."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", _cleaned(html))))


def _cleaned(html: str) -> str:
    found = clean(html[:MAX_HTML_CHARACTERS])
    if not _LOOKS_LIKE_HTML.search(found):
        paragraphs = re.split(r"\n\s*\n", escape(unescape(found)).strip())
        found = "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)
    return nh3.clean(
        found,
        tags=set(_TAGS),
        attributes={"a": {"href"}},
        attribute_filter=lambda _tag, _name, value: _link(value),
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def _link(written: str) -> str | None:
    """Return the address of a link as Markdown can hold it; None where it leads nowhere."""
    url = written.strip()
    if url.startswith("mailto:") and len(url) <= MAX_URL_CHARACTERS and not address_problem(url) and "{{" not in url:
        return "".join(_IN_ADDRESS.get(sign, sign) for sign in url)
    return address("".join(_IN_ADDRESS.get(sign, sign) for sign in url)) or None


def _depth(html: str) -> int:
    """Return how deep tags stand in tags."""
    deepest = depth = 0
    for tag in _TAG.findall(html):
        depth += -1 if tag.startswith("</") else 0 if tag == "<br>" else 1
        deepest = max(deepest, depth)
    return deepest


def _markdown(html: str) -> str:
    """Return what cleaned HTML says in Markdown; a heading becomes a line in bold, a bare address a link."""
    plain = _HEADING.sub(lambda match: "</strong></p>" if match[1] else "<p><strong>", _linked(html))
    plain = _ROW.sub(r"<\1div>", _CELL.sub(" ", plain))
    text = markdownify(plain, bullets="-", escape_misc=True, newline_style="backslash")
    text = _BRACES.sub(r"\\{", text)
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("", text)).strip()


def _linked(html: str) -> str:
    """Return HTML in which bare addresses are links, before their signs are escaped for Markdown."""
    pieces, in_link = re.split(r"(<[^<>]*>)", html), False
    for index, piece in enumerate(pieces):
        if piece.startswith("<"):
            in_link = piece.startswith("<a") or (in_link and piece != "</a>")
        elif not in_link:
            pieces[index] = _BARE.sub(_as_link, piece)
    return "".join(pieces)


def _as_link(match: re.Match[str]) -> str:
    written = match[0].rstrip(_TRAILING)
    url = _link(unescape(written))
    return f'<a href="{escape(url)}">{written}</a>{match[0][len(written) :]}' if url else match[0]
