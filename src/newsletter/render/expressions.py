"""The expressions of personal fields and conditions: what they may say, and what they give for one reader.

An expression is Jinja's grammar cut down to reading a value: names, `.field`, a few filters, comparisons and
`x if y else z`. It is checked once, when an issue is rendered; values of readers are data and never become template
source.
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.config.settings import BUILT_IN_FIELDS
from newsletter.errors import IssueError, PersonalFieldError
from newsletter.model import Finding
from newsletter.wording import did_you_mean, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from newsletter.config import Settings
    from newsletter.model import Form, Issue, PersonalField

_READER_LINKS = ("unsubscribe_url", "preferences_url")
_LINKS = (*_READER_LINKS, "web_url")
_ISSUE_FIELDS = ("date", "language", "slug")
_FILTERS = ("capitalize", "default", "lower", "title", "trim", "truncate", "upper")
_TESTS = ("defined", "undefined", "none", "eq", "ne", "lt", "le", "gt", "ge", "in")
_PLAIN_NODES = (nodes.Const, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)

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
    return tuple(_findings(fields, (subscriber_fields, names), as_written))


def check_conditions(
    conditions: Iterable[PersonalField], subscriber_fields: tuple[str, ...], names: tuple[str, ...] = _LINKS
) -> tuple[Finding, ...]:
    """Return what is wrong with the conditions of blocks, as `check_fields` does."""
    return tuple(_findings(conditions, (subscriber_fields, names), _as_condition))


def as_written(field: PersonalField) -> str:
    """Return a field as messages show it."""
    return f'"{{{{ {printable(field.expression)} }}}}"'


def _as_condition(condition: PersonalField) -> str:
    return f'if="{printable(condition.expression)}"'


_Known = tuple[tuple[str, ...], tuple[str, ...]]
"""The names that `subscriber.…` may take, and those that stand alone."""


def _findings(
    fields: Iterable[PersonalField], known: _Known, shown: Callable[[PersonalField], str]
) -> Iterator[Finding]:
    for field in fields:
        reason = _fault(field.expression, known)
        if reason:
            yield Finding(field.position, f"{shown(field)}{reason}", "personal-field")


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


def reading(field: PersonalField) -> Callable[[Mapping[str, object]], str]:
    """Return what gives a field's value for each reader, as it is; it may raise a PersonalFieldError.

    That is when there is no value, or when it cannot be worked out.
    """
    compiled = _compiled(field.expression)

    def read(values: Mapping[str, object]) -> str:
        try:
            return str(compiled(values))
        except UndefinedError as error:
            raise PersonalFieldError(_missing(field)) from error
        except (AssertionError, TypeError, ValueError) as error:  # Jinja's filters assert what they are given
            message = f"{field.position}: {as_written(field)} cannot be worked out: {error}"
            raise PersonalFieldError(message) from error

    return read


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
        f"{field.position}: {as_written(field)} has no value for this reader; "
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
        message = f"{condition.position}: {_as_condition(condition)} cannot be worked out: {error}"
        raise PersonalFieldError(message) from error


@lru_cache(maxsize=512)
def _compiled_condition(expression: str) -> Callable[[Mapping[str, object]], object]:
    return _conditions.compile_expression(expression)
