"""A look at the database that changes nothing of it: not its tables, not its files, not their modes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from newsletter.errors import StoreError
from newsletter.store.engine import APPLICATION_ID, parsed_url
from newsletter.store.migrate import steps_done
from newsletter.store.migrations import STEPS
from newsletter.store.transaction import reading
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def file_of(url: str, root: Path) -> Path | None:
    """Return the file of a SQLite database, which need not be there; None for PostgreSQL.

    Raises:
        StoreError: the address is none.
    """
    parsed = parsed_url(url)
    return root / str(parsed.database) if parsed.get_backend_name() == "sqlite" else None


def open_to_look(url: str, root: Path, *, timeout_s: int) -> Engine:
    """Return the database as it is, to be read from only; that of a file has to be there.

    Raises:
        StoreError: it cannot be opened, or is another program's.
    """
    path = file_of(url, root)
    if path is None:
        try:
            return create_engine(parsed_url(url), hide_parameters=True, connect_args={"connect_timeout": timeout_s})
        except ModuleNotFoundError as error:
            message = "PostgreSQL needs one more package: pip install 'newsletter[postgres]'"
            raise StoreError(message) from error
    # Without its log, nobody has the file open and it is whole; SQLite would make a log only to read it.
    has_log = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=timeout_s, check_same_thread=False),
    )
    try:
        _see_whose_it_is(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _see_whose_it_is(engine: Engine, path: Path) -> None:
    with reading(engine) as connection:
        application = connection.exec_driver_sql("pragma application_id").scalar_one()
    if application not in {0, APPLICATION_ID}:
        message = f"{path}: this is the database of another program; name another file in NEWSLETTER_STORE_URL"
        raise StoreError(message)


def steps_behind(engine: Engine) -> int:
    """Return how many steps of the schema the database has yet to go through; the next command takes them.

    Raises:
        StoreError: it cannot be read, was made by a later version, or holds tables of another program.
    """
    with reading(engine) as connection:
        return len(STEPS) - steps_done(connection, len(STEPS))


def damage(engine: Engine) -> str:
    """Return what SQLite finds wrong with its file, in a line; empty where it is sound, and for PostgreSQL.

    It reads the whole file.

    Raises:
        StoreError: it cannot be read at all.
    """
    if engine.dialect.name != "sqlite":
        return ""
    with reading(engine) as connection:
        found = str(connection.exec_driver_sql("pragma quick_check(1)").scalar_one())
    return "" if found == "ok" else quoted(found)
