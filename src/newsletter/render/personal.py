"""Personal fields: `{{ … }}` checked, placed and filled.

An expression is Jinja's grammar cut down to reading a value: names, `.field`, a few filters, comparisons
and `x if y else z`. It is parsed and checked once, when an issue is rendered; values of readers are data and never
become template source. Where a field lands in the finished HTML decides how its value is escaped.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from operator import itemgetter
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

from newsletter.config.settings import BUILT_IN_FIELDS
from newsletter.errors import IssueError, PersonalFieldError
from newsletter.issue import PLACEHOLDER, did_you_mean
from newsletter.model import Context, Finding, Hole
from newsletter.render import links
from newsletter.wording import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from newsletter.config import Settings
    from newsletter.model import Email, Form, Issue, PersonalField, Recipient, Segment, Segments

_READER_LINKS = ("unsubscribe_url", "preferences_url")
_LINKS = (*_READER_LINKS, "web_url")
_ISSUE_FIELDS = ("date", "language", "slug")
_FILTERS = ("capitalize", "default", "lower", "title", "trim", "truncate", "upper")
_TESTS = ("defined", "undefined", "none", "eq", "ne", "lt", "le", "gt", "ge", "in")
_PLAIN_NODES = (nodes.Const, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)
_URL_ATTRIBUTES = frozenset({"href", "src", "background", "cite", "poster"})
_SAFE_URL = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Values are passed over whole: a quote of the other sort inside one closes nothing.
_ATTRIBUTE_BEFORE = re.compile(
    r"""(?:[^"']|"[^"]*"|'[^']*')*?(?P<name>[^\s"'<>/=]+)\s*=\s*(?:"(?P<double>[^"]*)|'(?P<single>[^']*))\Z"""
)

_LEAD = "zq"
"""What every placeholder begins with."""

_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_conditions = ImmutableSandboxedEnvironment(autoescape=False)
"""In a condition a field without a value is like an empty one."""


def refuse_wrong_fields(issue: Issue, settings: Settings) -> None:
    """Let an issue pass whose expressions only read values that there are: none other may be evaluated.

    Raises:
        IssueError: every expression that is wrong, at its place.
    """
    # A mail to somebody who has not said yes yet holds nothing that anybody typed into a form.
    known = (*BUILT_IN_FIELDS, *settings.subscribers.fields) if issue.form.can_leave else ("language",)
    names = names_in(issue.form)
    conditions = (block.condition for block in issue.blocks if block.condition)
    findings = (*check_fields(issue.fields.values(), known, names), *check_conditions(conditions, known, names))
    if findings:
        raise IssueError(sorted(findings, key=lambda finding: finding.position))


def names_in(form: Form) -> tuple[str, ...]:
    """Return what an expression may read in a mail of this form, beside `subscriber` and `issue`."""
    return (*(_READER_LINKS if form.can_leave else ()), *(("web_url",) if form.on_web else ()), *form.fields)


def check_fields(
    fields: Iterable[PersonalField], subscriber_fields: tuple[str, ...], names: tuple[str, ...] = _LINKS
) -> tuple[Finding, ...]:
    """Return what is wrong with the expressions, each at its place in the issue.

    `subscriber_fields` are the names that `subscriber.…` may take, `names` those that stand alone.
    """
    return tuple(_findings(fields, (subscriber_fields, names), _as_field))


def check_conditions(
    conditions: Iterable[PersonalField], subscriber_fields: tuple[str, ...], names: tuple[str, ...] = _LINKS
) -> tuple[Finding, ...]:
    """Return what is wrong with the conditions of blocks, as `check_fields` does."""
    return tuple(_findings(conditions, (subscriber_fields, names), _as_condition))


def _as_field(expression: str) -> str:
    """Return an expression as messages show it."""
    return f'"{{{{ {printable(expression)} }}}}"'


def _as_condition(expression: str) -> str:
    return f'if="{printable(expression)}"'


_Known = tuple[tuple[str, ...], tuple[str, ...]]
"""The names that `subscriber.…` may take, and those that stand alone."""


def _findings(fields: Iterable[PersonalField], known: _Known, shown: Callable[[str], str]) -> Iterator[Finding]:
    for field in fields:
        reason = _fault(field.expression, known)
        if reason:
            yield Finding(field.position, f"{shown(field.expression)}{reason}", "personal-field")


@lru_cache(maxsize=512)
def _fault(expression: str, known: _Known) -> str:
    """Say what is wrong with one expression, as what follows it in a message; an empty text if nothing is."""
    subscriber_fields, names = known
    members = {"subscriber": subscriber_fields, "issue": _ISSUE_FIELDS}
    try:
        tree = _environment.parse(f"{{{{ {expression} }}}}")
    except TemplateSyntaxError as error:
        return f" cannot be read: {error.message}"
    output = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return " must be one expression"
    reason = _refusal(output.nodes[0], members, names)
    return reason and f": {reason}"


def _refusal(node: nodes.Node, members: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> str:
    """Walk the tree; the first thing that is not on the list of what an expression may do."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in members:
        return _unknown(f"{node.node.name} has no", node.attr, members[node.node.name])
    if isinstance(node, nodes.Name):
        if node.name in members:
            return f"write {node.name}.… with the name of one of its fields: {', '.join(members[node.name])}"
        return _unknown("there is no", node.name, (*names, *members))
    if isinstance(node, nodes.Filter):
        reason = _unknown("there is no filter", node.name, _FILTERS)
    elif isinstance(node, nodes.Test):
        reason = _unknown("there is no test", node.name, _TESTS)
    elif isinstance(node, _PLAIN_NODES):
        reason = ""
    else:
        what = type(node).__name__.lower()
        return f"{what} is not allowed; a personal field only reads a value, such as subscriber.first_name"
    return reason or next(filter(None, (_refusal(child, members, names) for child in node.iter_child_nodes())), "")


def _unknown(lead: str, name: str, allowed: Collection[str]) -> str:
    return "" if name in allowed else f'{lead} "{name}"{did_you_mean(name, allowed)}'


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
        message = f"{_as_field(field.expression)} cannot stand {found}; put it in the text or in a link"
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
    compiled, escaped = _compiled(hole.field.expression), _ESCAPES[hole.context]

    def value(values: Mapping[str, object]) -> str:
        try:
            raw = str(compiled(values))
        except UndefinedError as error:
            raise PersonalFieldError(_missing(hole.field)) from error
        except (AssertionError, TypeError, ValueError) as error:  # Jinja's filters assert what they are given
            message = f"{hole.field.position}: {_as_field(hole.field.expression)} cannot be worked out: {error}"
            raise PersonalFieldError(message) from error
        if hole.context is Context.URL and not _SAFE_URL.fullmatch(raw):
            message = (
                f"{hole.field.position}: {_as_field(hole.field.expression)} gives {quoted(raw)}, not a web address"
            )
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


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Callable[[Mapping[str, object]], object]:
    return _direct(expression) or _environment.compile_expression(expression, undefined_to_none=False)


def _direct(expression: str) -> Callable[[Mapping[str, object]], object] | None:
    """Return what reads a value, with or without a fallback, in a tenth of Jinja's time; None if it is more than that.

    Most fields are no more, and there are some of them in every reader's mail.
    """
    output = _environment.parse(f"{{{{ {expression} }}}}").find(nodes.Output)
    node = output.nodes[0] if output else None
    fallback: str | None = None
    match node:
        case nodes.Filter(name="default", args=[nodes.Const(value=str(fallback))], kwargs=[]):
            node = node.node
    if isinstance(node, nodes.Name):
        return itemgetter(node.name)
    if not (isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name)):
        return None
    whose, name = node.node.name, node.attr

    def read(values: Mapping[str, object]) -> object:
        found = getattr(values[whose], name, fallback)
        if found is None:
            raise UndefinedError
        return found

    return read


def _missing(field: PersonalField) -> str:
    return (
        f"{field.position}: {_as_field(field.expression)} has no value for this reader; "
        f'give one for readers without: {{{{ {printable(field.expression)} | default("…") }}}}'
    )


def holds(condition: PersonalField, values: Mapping[str, object]) -> bool:
    """Tell whether a block's condition holds for one reader.

    Raises:
        PersonalFieldError: it cannot be worked out, as it compares a text with a number.
    """
    try:
        return bool(_compiled_condition(condition.expression)(values))
    except UndefinedError:
        return False
    except (AssertionError, TypeError, ValueError) as error:
        message = f"{condition.position}: {_as_condition(condition.expression)} cannot be worked out: {error}"
        raise PersonalFieldError(message) from error


@lru_cache(maxsize=512)
def _compiled_condition(expression: str) -> Callable[[Mapping[str, object]], object]:
    return _conditions.compile_expression(expression)


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
