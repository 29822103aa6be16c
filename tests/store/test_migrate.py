from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect, select, update
from sqlalchemy.engine import make_url

from newsletter.errors import StoreError
from newsletter.store import open_store, reading, writing
from newsletter.store.migrate import migrate
from newsletter.store.migrations import STEPS
from newsletter.store.schema import meta, metadata, subscriber

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Engine, Inspector

OPEN = """
import pathlib, sys
from newsletter.store import open_store
open_store(sys.argv[1], pathlib.Path(), fresh_id=sys.argv[2])
"""


def shape(engine: Engine) -> dict[str, object]:
    """All that a database says of its tables, but for the order of what has none."""
    found = inspect(engine)
    return {name: table_shape(found, name) for name in sorted(found.get_table_names())}


def table_shape(found: Inspector, name: str) -> dict[str, object]:
    columns = [
        (column["name"], str(column["type"]), column["nullable"], words(column["default"]))
        for column in found.get_columns(name)
    ]
    return {
        "columns": columns,
        "key": found.get_pk_constraint(name)["constrained_columns"],
        "foreign keys": texts(found.get_foreign_keys(name)),
        "unique": texts(found.get_unique_constraints(name)),
        "checks": texts((check["name"], words(check["sqltext"])) for check in found.get_check_constraints(name)),
        "indexes": texts(
            (index["name"], index["column_names"], index["unique"], condition(index.get("dialect_options", {})))
            for index in found.get_indexes(name)
        ),
    }


def words(text: object) -> str:
    return " ".join(str(text).lower().split()).replace("( ", "(").replace(" )", ")")


def condition(options: dict[str, object]) -> list[str]:
    return [words(value) for name, value in options.items() if name.endswith("_where")]


def texts(items: Iterable[object]) -> list[str]:
    return sorted(map(repr, items))


def test_the_steps_make_the_tables_that_the_schema_describes(engine: Engine, tmp_path: Path) -> None:
    if engine.dialect.name == "sqlite":
        other = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"create database {engine.url.database}_described")
        other = create_engine(engine.url.set(database=f"{engine.url.database}_described"))
    metadata.create_all(other)

    made, described = shape(engine), shape(other)
    other.dispose()

    assert set(made) == set(metadata.tables)
    assert made == described


def test_a_new_database_knows_its_schema_and_its_instance(engine: Engine) -> None:
    with reading(engine) as connection:
        found = dict(connection.execute(select(meta.c.name, meta.c.value)).all())

    assert found == {"schema_version": str(len(STEPS)), "instance_id": "a-test", "ledger_epoch": "0"}


def test_an_instance_keeps_its_id_when_it_is_opened_again(engine: Engine, tmp_path: Path) -> None:
    again = open_store(engine.url.render_as_string(), tmp_path, fresh_id="another")
    with reading(again) as connection:
        found = connection.scalar(select(meta.c.value).where(meta.c.name == "instance_id"))
    again.dispose()

    assert found == "a-test"


def test_a_schema_of_the_future_is_refused(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(update(meta).where(meta.c.name == "schema_version").values(value="77"))

    with pytest.raises(StoreError) as refused:
        open_store(engine.url.render_as_string(), tmp_path, fresh_id="another")

    assert str(refused.value).endswith(
        f": it was made by a later version of newsletter (its schema is 77, this version knows up to {len(STEPS)}); "
        "install that version"
    )


@pytest.mark.parametrize("table", ["subscriber (id integer)", "meta (k text, v text)", "meta (name text, value text)"])
def test_another_programs_tables_are_refused_and_stay(store_url: str, tmp_path: Path, table: str) -> None:
    other = create_engine(make_url(store_url.replace("postgresql://", "postgresql+psycopg://")))
    with other.begin() as connection:
        connection.exec_driver_sql(f"create table {table}")

    with pytest.raises(StoreError, match=r"another program"):
        open_store(store_url, tmp_path, fresh_id="x")

    assert inspect(other).get_table_names() == [table.split(maxsplit=1)[0]]
    other.dispose()


def test_a_step_that_fails_leaves_nothing_of_itself(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)("newsletter.store.migrations.9999_breaks")

    def upgrade(connection: object) -> None:
        connection.exec_driver_sql("create table half (id integer)")  # type: ignore[attr-defined]
        message = "no"
        raise RuntimeError(message)

    module.upgrade = upgrade  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)

    with pytest.raises(RuntimeError, match="no"):
        migrate(engine, "x", (*STEPS, "9999_breaks"))

    assert "half" not in inspect(engine).get_table_names()
    migrate(engine, "x")


def test_many_processes_at_once_make_one_database(store_url: str, tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", OPEN, store_url, f"id-{number}"] for number in range(6)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    said = [process.communicate()[1] for process in running]

    assert [process.returncode for process in running] == [0] * 6, said
    engine = open_store(store_url, tmp_path, fresh_id="late")
    with reading(engine) as connection:
        ids = connection.scalars(select(meta.c.value).where(meta.c.name == "instance_id")).all()
    engine.dispose()
    assert len(ids) == 1
    assert ids[0].startswith("id-")


def test_a_step_that_is_killed_leaves_the_database_as_it_was(store_url: str, tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_STEP, store_url], stderr=subprocess.PIPE, check=False, env=os.environ
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    engine = open_store(store_url, tmp_path, fresh_id="after")
    with writing(engine) as connection:
        assert connection.execute(select(subscriber)).all() == []
        assert connection.scalar(select(meta.c.value).where(meta.c.name == "instance_id")) == "after"
    engine.dispose()


KILLED_IN_THE_STEP = """
import os, pathlib, signal, sys
from sqlalchemy import Engine, event
from newsletter.store import open_store

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, parameters, context, executemany):
    if "create table delivery (" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

open_store(sys.argv[1], pathlib.Path(), fresh_id="killed")
"""
