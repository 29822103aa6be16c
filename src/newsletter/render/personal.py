"""Personal fields in finished text: placed where `{{ … }}` stood, and filled for one reader.

Where a field lands in the finished HTML decides how its value is escaped. What its expression may say, and what it
gives, is the matter of `expressions`.
"""

from __future__ import annotations

import re
from functools import partial
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import escape

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.issue import PLACEHOLDER
from newsletter.model import Context, Finding, Hole
from newsletter.render import links
from newsletter.render.expressions import as_written, holds, reading
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from newsletter.model import Email, Issue, PersonalField, Recipient, Segment, Segments

_URL_ATTRIBUTES = frozenset({"href", "src", "background", "cite", "poster"})
_SAFE_URL = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Values are passed over whole: a quote of the other sort inside one closes nothing.
_ATTRIBUTE_BEFORE = re.compile(
    r"""(?:[^"']|"[^"]*"|'[^']*')*?(?P<name>[^\s"'<>/=]+)\s*=\s*(?:"(?P<double>[^"]*)|'(?P<single>[^']*))\Z"""
)

_LEAD = "zq"
"""What every placeholder begins with."""


def place_in_html(html: str, fields: Mapping[str, PersonalField]) -> Segments:
    """Turn the placeholders in finished HTML into holes, each with the context it landed in.

    Raises:
        IssueError: a field stands where no value can be safe (a style, a script, a tag's own name).
    """
    faults: list[Finding] = []

    def context(start: int, end: int, field: PersonalField) -> Context:
        found = _context(html, start, end)
        if isinstance(found, Context):
            return found
        message = f"{as_written(field)} cannot stand {found}; put it in the text or in a link"
        faults.append(Finding(field.position, message, "personal-field-place"))
        return Context.PLAIN

    segments = _split(html, fields, context)
    if faults:
        raise IssueError(faults)
    return segments


def place_in_text(text: str, fields: Mapping[str, PersonalField]) -> Segments:
    """Turn the placeholders in a plain text, a subject or a preheader into holes."""
    return _split(text, fields, lambda _start, _end, _field: Context.PLAIN)


def _split(
    text: str,
    fields: Mapping[str, PersonalField],
    context: Callable[[int, int, PersonalField], Context],
) -> Segments:
    if _LEAD not in text:
        return (text,) if text else ()
    pieces: list[Segment] = []
    done = 0
    for match in PLACEHOLDER.finditer(text):
        field = fields.get(match[0])
        if field is None:  # the editor's own letters that happen to look like one
            continue
        pieces += [text[done : match.start()], Hole(field, context(match.start(), match.end(), field))]
        done = match.end()
    return tuple(piece for piece in (*pieces, text[done:]) if piece != "")


def _context(html: str, start: int, end: int) -> Context | str:
    """Find where a placeholder stands by looking back; a string names a place that is not allowed."""
    opened, closed = html.rfind("<", 0, start), html.rfind(">", 0, start)
    if opened <= closed:
        for name in ("style", "script"):
            if html.rfind(f"<{name}", 0, start) > html.rfind(f"</{name}", 0, start):
                return f"inside <{name}>"
        return Context.HTML
    match = _ATTRIBUTE_BEFORE.match(html, opened, start)
    if match is None:
        return "in a tag outside its attributes"
    attribute, before = match["name"].lower(), match["double"] or match["single"]
    if attribute == "style" or attribute.startswith("on"):
        return f"in the attribute {attribute}"
    if attribute not in _URL_ATTRIBUTES:
        return Context.HTML
    if before:
        return Context.URL_PART
    return Context.URL if html[end] in "\"'?#/" else "at the start of an address that goes on after it"


def evaluate(hole: Hole, values: Mapping[str, object]) -> str:
    """Return a field's value for one reader, escaped for the place where it lands.

    Raises:
        PersonalFieldError: there is no value, it cannot be worked out, or it may not stand there (an address
            that is not http, https or mailto).
    """
    return evaluator(hole)(values)


def evaluator(hole: Hole) -> Callable[[Mapping[str, object]], str]:
    """Return what does the same for each reader, with everything looked up that does not depend on him."""
    read, escaped = reading(hole.field), _ESCAPES[hole.context]

    def value(values: Mapping[str, object]) -> str:
        raw = read(values)
        if hole.context is Context.URL and not _SAFE_URL.fullmatch(raw):
            message = f"{hole.field.position}: {as_written(hole.field)} gives {quoted(raw)}, not a web address"
            raise PersonalFieldError(message)
        return escaped(raw)

    return value


def _in_one_line(raw: str) -> str:
    return raw if raw.isprintable() else _CONTROLS.sub(" ", raw)


def _in_html(raw: str) -> str:
    text = _in_one_line(raw)
    return text if text.isalnum() else str(escape(text))


_ESCAPES: Mapping[Context, Callable[[str], str]] = MappingProxyType(
    {
        Context.PLAIN: _in_one_line,
        Context.HTML: _in_html,
        Context.URL: _in_html,
        Context.URL_PART: partial(quote, safe=""),
    }
)


def fill(segments: Segments, values: Mapping[str, object]) -> str:
    """Return the whole text for one reader.

    Raises:
        PersonalFieldError: a field has no value for this reader, or one that may not stand there.
    """
    return "".join(_filled(segments, values, evaluate))


def fill_for_everybody(segments: Segments, values: Mapping[str, object]) -> str:
    """Return the whole text for a page that everybody sees; a field without a fallback becomes nothing."""
    return "".join(_filled(segments, values, _or_nothing))


def _filled(
    segments: Segments, values: Mapping[str, object], value: Callable[[Hole, Mapping[str, object]], str]
) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
        elif isinstance(segment, Hole):
            yield value(segment, values)
        elif holds(segment.condition, values):
            yield from _filled(segment.segments, values, value)


def _or_nothing(hole: Hole, values: Mapping[str, object]) -> str:
    try:
        return evaluate(hole, values)
    except PersonalFieldError:
        return ""


def personal_values(email: Email, recipient: Recipient, site: str) -> Mapping[str, object]:
    """Return what the expressions of a mail may read for one reader. An empty field counts as missing."""
    known = {"address": recipient.address, "language": recipient.language, **recipient.fields}
    return MappingProxyType(
        {
            "subscriber": SimpleNamespace(**{name: value for name, value in known.items() if value}),
            "unsubscribe_url": links.unsubscribe_url(site, recipient.token),
            "preferences_url": links.preferences_url(site, recipient.preferences_token or recipient.token),
            "web_url": links.issue_url(site, email.slug),
            "issue": SimpleNamespace(date=email.date.isoformat(), language=email.language, slug=email.slug),
        }
    )


def public_values(issue: Issue, site: str) -> Mapping[str, object]:
    """Return what the expressions may read on a page that everybody sees: nothing of any reader.

    The links that belong to one reader lead to the page where anybody subscribes.
    """
    return MappingProxyType(
        {
            "subscriber": SimpleNamespace(language=issue.language),
            "unsubscribe_url": links.subscribe_url(site),
            "preferences_url": links.subscribe_url(site),
            "web_url": links.issue_url(site, issue.slug),
            "issue": SimpleNamespace(date=issue.date.isoformat(), language=issue.language, slug=issue.slug),
        }
    )
