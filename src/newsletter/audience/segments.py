"""Ask the database, or one reader, whether a condition holds. The two answers are always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Boolean

from newsletter.audience.values import packed_tags
from newsletter.config import All, AnyOf, HasTag, Name, Not, Same, Words
from newsletter.store.schema import subscriber, suppression

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.sql.compiler import SQLCompiler

    from newsletter.config import Condition
    from newsletter.config.settings import Operand

EVERYBODY = All(())
"""The condition of the audience `all`."""

_COLUMNS = {name: subscriber.c[name] for name in ("address", "language", "first_name", "last_name")}


class _Holds(GenericFunction[bool]):
    """Whether one text holds another, capitals and all; each database has its own name for it."""

    type = Boolean()
    inherit_cache = True


@compiles(_Holds, "sqlite")
def _holds_sqlite(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(_Holds, "postgresql")
def _holds_postgresql(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


def matches(condition: Condition, fields: Mapping[str, str], tags: Collection[str]) -> bool:
    """Say whether a reader with these fields and tags belongs to a segment."""
    match condition:
        case Same(left, right):
            return _text(left, fields) == _text(right, fields)
        case HasTag(tag):
            return tag in tags
        case Not(part):
            return not matches(part, fields, tags)
        case All(parts):
            return all(matches(part, fields, tags) for part in parts)
        case AnyOf(parts):
            return any(matches(part, fields, tags) for part in parts)


def _text(operand: Operand, fields: Mapping[str, str]) -> str:
    return operand.text if isinstance(operand, Words) else fields.get(operand.field, "")


def where(condition: Condition) -> ColumnElement[bool]:
    """Return a condition as SQL over the table `subscriber`; every text is a bound parameter."""
    match condition:
        case Same(left, right):
            return _column(left) == _column(right)
        case HasTag(tag):
            return _Holds(subscriber.c.tags, packed_tags([tag]))
        case Not(part):
            return not_(where(part))
        case All(parts):
            return and_(true(), *(where(part) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(where(part) for part in parts))


def _column(operand: Operand) -> ColumnElement[str]:
    match operand:
        case Words(text):
            return literal(text)
        case Name(field) if field in _COLUMNS:
            return _COLUMNS[field]
        case Name(field):
            return func.coalesce(subscriber.c.attributes[field].as_string(), "")


def select_for(condition: Condition, now_ms: int) -> Select[Any]:
    """Return the statement for the ids, addresses and address_keys of those who get mail, in the order of their ids.

    They are confirmed, have not unsubscribed, do not pause, and are not suppressed at `now_ms`. A ledger inserts from
    it, so that a million rows need not pass through this process.
    """
    chosen = select(subscriber.c.id, subscriber.c.address, subscriber.c.address_key)
    return mailable(chosen, condition, now_ms)


def mailable(chosen: Select[Any], condition: Condition, now_ms: int) -> Select[Any]:
    """Return a statement over `subscriber` for those alone who get mail that is for this segment, by their ids."""
    pause = subscriber.c.paused_until_at_ms
    wants_mail = (subscriber.c.status == "active") & (pause.is_(None) | (pause <= now_ms))
    return chosen.where(wants_mail, ~suppressed(now_ms), where(condition)).order_by(subscriber.c.id)


def suppressed(now_ms: int) -> ColumnElement[bool]:
    """Return the SQL for: the subscriber of this row is suppressed at `now_ms`."""
    until = suppression.c.until_at_ms
    return (
        select(suppression.c.address_key)
        .where(suppression.c.address_key == subscriber.c.address_key, until.is_(None) | (until > now_ms))
        .correlate(subscriber)  # a statement may look at suppressions for itself too
        .exists()
    )


def count(connection: Connection, condition: Condition, now_ms: int) -> int:
    """Return how many get mail that is for this segment."""
    chosen = select_for(condition, now_ms).order_by(None).subquery()
    return connection.scalar(select(func.count()).select_from(chosen)) or 0
