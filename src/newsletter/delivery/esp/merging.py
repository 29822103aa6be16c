"""A draft in the words of a provider that merges, and the values of its readers. Pure.

Each pair of an expression and the place where it stands becomes a variable, whose value is escaped here as it is for
mail by SMTP; a piece that only some readers get is one too, empty for the others. So the provider puts together what
was finished here, and has to escape nothing.

What an editor, or a reader's own name, says in words that the provider would take for its own is not merged: such a
mail goes alone, filled here. To a provider that looks for its words in every mail it goes as values and nothing else,
which are not looked through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.delivery.esp.filling import Filled
from newsletter.model import Conditional, Hole
from newsletter.render.personal import evaluate, fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from newsletter.model import Email, Segment, Segments


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a provider writes its variables, `{}` in the place of a name."""

    html: str
    """In HTML, so that the value is put in as it is."""
    text: str
    subject: str
    """Empty where its subject cannot be merged."""
    own: re.Pattern[str]
    """What it would take for words of its own, alone or beside a variable."""
    is_always_read: bool = False
    """It looks for such words in every mail, with values or without."""


def _alike(pattern: str, own: str) -> Syntax:
    return Syntax(pattern, pattern, pattern, re.compile(own))


SYNTAXES: Mapping[str, Syntax] = {
    "mailgun": _alike("%recipient.{}%", r"%(?:recipient|unsubscribe|mailing_list|tag_)"),
    "mailjet": Syntax("[[var:{}]]", "[[var:{}]]", "", re.compile(r"\[\[|\[\Z|\A\]"), is_always_read=True),
    # Nothing is taken for its own but the names of the variables: those are made to occur in no text.
    "sendgrid": _alike("zq{}qz", r"zqv\d+qz"),
    # Three braces, or it would escape what is escaped already; it escapes nothing in a text or a subject.
    "sparkpost": Syntax(
        "{{{{{{{}}}}}}}",
        "{{{{{}}}}}",
        "{{{{{}}}}}",
        re.compile(r"\{\{|\{\Z|\A\}"),  # what closes and was not opened, as in a style sheet, is no word
        is_always_read=True,
    ),
}
"""Of the providers that merge in a text that comes with the request."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A draft in a provider's words."""

    subject: str
    text: str
    html: str
    variables: tuple[tuple[str, Segment], ...]
    """By name: the hole, or the piece for some readers, that a variable stands for."""
    own: re.Pattern[str]


@lru_cache(maxsize=4)
def merged(email: Email, syntax: Syntax) -> Merged | None:
    """Return a mail in a provider's words; None where it cannot be said in them."""
    is_subject_fixed = all(isinstance(segment, str) for segment in email.subject)
    if not (syntax.subject or is_subject_fixed):
        return None
    if any(syntax.own.search(literal) for part in (email.subject, email.text, email.html) for literal in _texts(part)):
        return None
    names: dict[object, tuple[str, Segment]] = {}
    subject, text, html = (
        "".join(_written(part, pattern, names))
        for part, pattern in (
            (email.subject, syntax.subject),
            (email.text, syntax.text),
            (email.html, syntax.html),
        )
    )
    return Merged(subject, text, html, tuple(names.values()), syntax.own)


def _written(segments: Segments, pattern: str, names: dict[object, tuple[str, Segment]]) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
            continue
        # A hole is the same wherever the issue has it; what it says and where it lands is all that counts.
        key = (segment.field.expression, segment.context) if isinstance(segment, Hole) else segment
        name, _ = names.setdefault(key, (f"v{len(names)}", segment))
        yield pattern.format(name)


def _texts(segments: Segments) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
        elif isinstance(segment, Conditional):
            yield from _texts(segment.segments)


def values_of(mail: Merged, values: Mapping[str, object]) -> Mapping[str, str] | None:
    """Return the values of the variables for one reader; None where one holds words of the provider's own."""
    found = {
        name: evaluate(segment, values) if isinstance(segment, Hole) else fill((segment,), values)
        for name, segment in mail.variables
    }
    return None if any(mail.own.search(value) for value in found.values()) else found


def as_values(mail: Filled, syntax: Syntax) -> tuple[Filled, Mapping[str, str]]:
    """Return a finished mail as variables alone, and their values; none where the provider reads it as it is meant."""
    parts = (mail.subject if syntax.subject else "", mail.text, mail.html)
    if not (syntax.is_always_read and any(map(syntax.own.search, parts))):
        return mail, {}
    values = {"v0": mail.text, "v1": mail.html} | ({"v2": mail.subject} if syntax.subject else {})
    subject = syntax.subject.format("v2") or mail.subject
    return Filled(subject, syntax.text.format("v0"), syntax.html.format("v1")), values
