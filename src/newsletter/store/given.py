"""Many rows as one parameter of a statement: a table that is given with it, as JSON.

Without it a statement is run once for each row, and each time Python's lock is given away and waited for; while
another thread is at work, that takes longer than the statement. It also has the same text for any number of rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Text, bindparam, cast, column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Subquery
    from sqlalchemy.sql.compiler import SQLCompiler


class _Elements(GenericFunction[Any]):
    """The elements of a JSON array, each a row with the column `value`."""

    name = "newsletter_elements"
    inherit_cache = True


@compiles(_Elements, "sqlite")
def _on_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Elements, "postgresql")
def _on_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


def given(name: str, columns: Mapping[str, type[int | str]], rows: Iterable[Sequence[object]] = ()) -> Subquery:
    """Return a table to join with, whose rows come with the statement.

    Args:
        name: The table's, and that of the statement's parameter, which takes what `packed` returns.
        columns: Their names, and what they hold: a whole number or a text.
        rows: What the parameter is if the statement is run without it.
    """
    told = bindparam(name, packed(rows), type_=Text())
    elements = _Elements(told).table_valued(column("value", JSON), name=f"{name}_told")
    texts = (elements.c.value[place].as_string() for place in range(len(columns)))
    values = (
        (cast(text, BigInteger) if kind is int else text).label(column_name)
        for text, (column_name, kind) in zip(texts, columns.items(), strict=True)
    )
    return select(*values).subquery(name)


def packed(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as the parameter of a given table."""
    return json.dumps(list(rows))
