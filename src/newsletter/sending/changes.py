"""The only place that changes the state of a row: conditional UPDATEs, made from the table of arrows.

What is routine (claimed, marked, taken by the server) leaves its moment in the row itself. Everything else is also
written down as an event, so that a row's history can be told to the reader who asks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Text, bindparam, func, insert, literal, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.sending.states import ARROWS, HELD, Arrow, State
from newsletter.store.given import given, packed
from newsletter.store.schema import delivery, delivery_event, suppression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Update

    from newsletter.sending.rows import Fate


def _literally(state: State) -> ColumnElement[str]:
    return literal_column(f"'{state}'", Text)


IS_PENDING = delivery.c.state == _literally(State.PENDING)
IS_HELD = delivery.c.lease.is_not(None) & delivery.c.state.in_(list(map(_literally, sorted(HELD))))
IS_IN_DOUBT = delivery.c.state == _literally(State.IN_DOUBT)
"""Literal, as the conditions of the partial indexes are: with a parameter instead, SQLite reads every row."""


def among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Say of a row that it is one of these."""
    return delivery.c.id.in_(select(given("ids", {"id": int}, [(id_,) for id_ in ids]).c.id))


_ROUTINE = frozenset({Arrow.CLAIM, Arrow.WIRE, Arrow.ACCEPT, Arrow.RELEASE})
_SOURCES = {
    **dict.fromkeys((Arrow.ASSUME, Arrow.RESEND, Arrow.CANCEL, Arrow.RETRY), "editor"),
    Arrow.PROVE: "log",
    Arrow.CONFIRM: "provider",
}
"""Who says so; for all others it is the sender."""


class Way(NamedTuple):
    """How a row goes out."""

    transport: str = ""
    request: str = ""
    """The label of its request, where the provider knows it again."""


def change(
    connection: Connection,
    arrow: Arrow,
    where: Sequence[ColumnElement[bool]],
    values: Mapping[str, object],
    now_ms: int,
) -> int:
    """Take an arrow for all rows that `where` names, and that are where it starts; return how many it took."""
    statement = update(delivery).where(_at_start(arrow), *where).values(**_basic_values(arrow), **values)
    if arrow in _ROUTINE:
        return connection.execute(statement).rowcount
    changed = list(connection.scalars(statement.returning(delivery.c.id)))
    if changed:
        _write_events(connection, arrow, changed, str(values.get("reply") or ""), now_ms)
    return len(changed)


def mark(connection: Connection, lease: str, ids: Sequence[int], by: Way, now_ms: int) -> frozenset[int]:
    """Mark rows that this lease has claimed as on the wire; return those it still holds: no other may be written."""
    said = {"ids": packed((id_,) for id_ in ids), "holder": lease}
    way = {"way": by.transport or None, "label": by.request or None}
    if connection.execute(_MARK, {**said, **way, "now_ms": now_ms}).rowcount == len(ids):
        return frozenset(ids)
    return frozenset(connection.scalars(_MARKED, said))


def note_fates(connection: Connection, lease: str, fates: Sequence[Fate], now_ms: int) -> None:
    """Note what became of rows that this lease holds; those that it holds no longer stay as they are.

    Where a server took a mail after all whose sender was believed dead, that is noted too.
    """
    by_arrow: dict[Arrow, list[Fate]] = {}
    for fate in fates:
        by_arrow.setdefault(fate.arrow, []).append(fate)
    for arrow, same in by_arrow.items():
        if arrow in _ROUTINE:
            _note_many(connection, arrow, lease, same, now_ms)
        else:
            for fate in same:
                _note_one(connection, lease, fate, now_ms)


def _note_many(connection: Connection, arrow: Arrow, lease: str, fates: Sequence[Fate], now_ms: int) -> None:
    rows = packed((fate.id, *_fate_values(fate, now_ms).values()) for fate in fates)
    changed = connection.execute(_note_statement(arrow), {"fates": rows, "holder": lease}).rowcount
    if arrow is Arrow.ACCEPT and changed < len(fates):
        for fate in fates:
            change(connection, Arrow.ANSWER, [delivery.c.id == fate.id], _fate_values(fate, now_ms), now_ms)


@cache
def _note_statement(arrow: Arrow) -> Update:
    fates = given("fates", {"id": int, **_FATE_COLUMNS})
    return (
        update(delivery)
        .where(delivery.c.id == fates.c.id, delivery.c.lease == bindparam("holder"), _at_start(arrow))
        .values(**_basic_values(arrow), **{name: fates.c[name] for name in _FATE_COLUMNS})
    )


def _note_one(connection: Connection, lease: str, fate: Fate, now_ms: int) -> None:
    where = [delivery.c.id == fate.id, delivery.c.lease == lease]
    if change(connection, fate.arrow, where, _fate_values(fate, now_ms), now_ms) and fate.suppress:
        suppress(connection, fate.id, now_ms)


_FATE_COLUMNS: Mapping[str, type[int | str]] = {
    "attempts": int,
    "next_at_ms": int,
    "code": str,
    "reply": str,
    "done_at_ms": int,
    "remote_id": str,
}


def _fate_values(fate: Fate, now_ms: int) -> dict[str, object]:
    is_over = ARROWS[fate.arrow].target is not State.PENDING
    values = (fate.attempts, fate.next_at_ms, fate.code, fate.reply, now_ms if is_over else None, fate.remote_id)
    return dict(zip(_FATE_COLUMNS, values, strict=True))


def _at_start(arrow: Arrow) -> ColumnElement[bool]:
    return delivery.c.state.in_(sorted(ARROWS[arrow].sources))


def _basic_values(arrow: Arrow) -> dict[str, object]:
    target = ARROWS[arrow].target
    return {"state": target} if target in HELD else {"state": target, "lease": None}


_MARK = (
    update(delivery)
    .where(_at_start(Arrow.WIRE), among(()), delivery.c.lease == bindparam("holder"))
    .values(
        **_basic_values(Arrow.WIRE),
        wired_at_ms=bindparam("now_ms"),
        transport=bindparam("way"),
        request=bindparam("label"),
    )
)
_MARKED = select(delivery.c.id).where(
    among(()), delivery.c.lease == bindparam("holder"), delivery.c.state == State.WIRE
)


def _write_events(connection: Connection, arrow: Arrow, ids: Sequence[int], detail: str, now_ms: int) -> None:
    source = _SOURCES.get(arrow, "sender")
    connection.execute(
        insert(delivery_event),
        [{"delivery_id": id_, "source": source, "kind": arrow, "detail": detail, "at_ms": now_ms} for id_ in ids],
    )


def suppress(connection: Connection, row_id: int, now_ms: int) -> None:
    """Spare the address of a refused row from now on; one that is spared already stays as it is."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    columns = ["address_key", "reason", "evidence", "at_ms"]
    evidence = literal("smtp ") + func.coalesce(delivery.c.code, "")
    found = select(delivery.c.address_key, literal("hard_bounce"), evidence, literal(now_ms)).where(
        delivery.c.id == row_id
    )
    connection.execute(dialect.insert(suppression).from_select(columns, found).on_conflict_do_nothing())
