"""Open the database that the settings name.

SQLite runs with a write-ahead log, so that a reader never waits for a writer, and its files are for their owner
alone. A file of another program, or of a later version of this one, is refused and left as it was.
"""

from __future__ import annotations

import json
import os
import stat
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from newsletter.errors import StoreError
from newsletter.store.migrate import migrate
from newsletter.store.transaction import OPTION, PATIENCE_S, TURNS, Begin
from newsletter.wording import quoted

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from sqlalchemy import Connection, Engine

APPLICATION_ID = 0x6E77_736C
"""`nwsl`: marks a SQLite file as ours (PRAGMA application_id)."""

BUSY_TIMEOUT_S = 120
"""How long to wait for another process to end its transaction. A million people to import take it for some 20 s."""

_CACHE_KIB = 48 * 1024
"""Of the file, in memory: room for an index over a million addresses. With SQLite's 2 MB an import takes 1.4 times as
long."""

_LOG_LIMIT_BYTES = 64 * 1024 * 1024
"""What stays of a write-ahead log that a large transaction made."""

_FOLD_IN_PAGES = 1000
"""Of a write-ahead log (SQLite's own default)."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_store(
    url: str, root: Path, *, fresh_id: str, busy_timeout_s: float = BUSY_TIMEOUT_S, may_make: bool = True
) -> Engine:
    """Return the database, made if it is not there, with its tables brought up to date.

    Args:
        url: `sqlite:///` and a path, relative to `root` unless absolute, or a `postgresql://` address.
        root: The workspace's folder.
        fresh_id: The instance id of a database that is made; random.
        busy_timeout_s: How long a transaction waits for the end of another process's, on SQLite.
        may_make: Whether a SQLite file that is not there is made; else an empty one in memory stands in for it.

    Raises:
        StoreError: it cannot be opened, is another program's, or was made by a later version of this one.
    """
    parsed = parsed_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    engine = _sqlite(parsed, root, busy_timeout_s, may_make=may_make) if is_file else _postgresql(parsed)
    try:
        migrate(engine, fresh_id)
    except BaseException:
        engine.dispose()
        raise
    return engine


def parsed_url(url: str) -> URL:
    """Return the address of a database in its parts, with the driver that it is spoken to with.

    Raises:
        StoreError: it is none.
    """
    # An address is never shown: it may hold a password, also where it cannot be understood.
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        message = "NEWSLETTER_STORE_URL is not an address: write sqlite:///newsletter.db or postgresql://user@host/name"
        raise StoreError(message) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        message = f"NEWSLETTER_STORE_URL begins with {quoted(parsed.drivername)}; write sqlite:/// or postgresql://"
        raise StoreError(message)
    return parsed


def _sqlite(url: URL, root: Path, busy_timeout_s: float, *, may_make: bool) -> Engine:
    if not url.database or url.database == ":memory:" or url.query or url.host:
        message = "NEWSLETTER_STORE_URL names no file: write sqlite:///newsletter.db, without anything behind it"
        raise StoreError(message)
    path = root / url.database
    if may_make or path.exists():
        _make_private(path)
        url = url.set(database=str(path))
    else:
        url = url.set(database=":memory:")
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_s},
        execution_options={PATIENCE_S: busy_timeout_s, TURNS: Lock()},
        json_serializer=_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: object) -> str:
    """Return a value as JSON. Most are empty, and a million of them take three seconds the long way."""
    return json.dumps(value) if value else "{}"


def _make_private(path: Path) -> None:
    """Make the file, if it is not there, and shut others out; SQLite gives its -wal and -shm the same mode.

    Raises:
        StoreError: it is not there and cannot be made.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        for name in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
            _shut_others_out(name)
    except OSError as error:
        message = f"{path}: the database cannot be made: {error.strerror}; make its folder, or name another place"
        raise StoreError(message) from error


def _shut_others_out(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode) and found.st_mode & _OTHERS and found.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def _prepare_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by `_begin_sqlite`, not by the driver's guesses.
    raw.isolation_level = None
    (application,) = raw.execute("pragma application_id").fetchone()
    if application != APPLICATION_ID:
        _claim(raw, application)
    raw.execute("pragma journal_mode = wal")
    raw.execute("pragma foreign_keys = on")
    raw.execute(f"pragma cache_size = -{_CACHE_KIB}")
    raw.execute(f"pragma journal_size_limit = {_LOG_LIMIT_BYTES}")
    # What is deleted is overwritten: somebody who is forgotten must not stay readable in a free page.
    raw.execute("pragma secure_delete = on")


def _claim(raw: sqlite3.Connection, application: int) -> None:
    """Mark an empty file as ours; refuse one in which somebody else keeps something."""
    (tables,) = raw.execute("select count(*) from sqlite_schema").fetchone()
    if application or tables:
        (_, _, path) = raw.execute("pragma database_list").fetchone()
        message = (
            f"{path}: this is the database of another program, and was left as it is; name another file in "
            "NEWSLETTER_STORE_URL"
        )
        raise StoreError(message)
    raw.execute(f"pragma application_id = {APPLICATION_ID}")


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(OPTION, Begin.READ)
    # WAL with NORMAL syncs only when the log is folded in: a power cut may then undo the last transactions, a kill
    # may not. FULL syncs at each commit. It is a setting of the connection, so each transaction sees to its own.
    _set(connection, "synchronous", "full" if begin == Begin.DURABLE else "normal")
    # Who may not wait leaves it to others to fold the log in, at their next commit.
    _set(connection, "wal_autocheckpoint", 0 if begin == Begin.AT_ONCE else _FOLD_IN_PAGES)
    patience_ms = round(connection.engine.get_execution_options()[PATIENCE_S] * 1000)
    _set(connection, "busy_timeout", 0 if begin == Begin.AT_ONCE else patience_ms)
    # A writer that begins as a reader can fail half-way with "database is locked", however long it would wait.
    connection.exec_driver_sql("begin" if begin == Begin.READ else "begin immediate")


def _set(connection: Connection, pragma: str, value: str | int) -> None:
    if connection.info.get(pragma) != value:
        connection.exec_driver_sql(f"pragma {pragma} = {value}")
        connection.info[pragma] = value


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        message = "PostgreSQL needs one more package: pip install 'newsletter[postgres]'"
        raise StoreError(message) from error
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_postgresql(raw: Any, _record: object) -> None:
    # A server may be set up to forget what it committed; what is written durably here must not be forgotten.
    with raw.cursor() as cursor:
        cursor.execute("select current_setting('synchronous_commit')")
        if cursor.fetchone() == ("off",):
            cursor.execute("set synchronous_commit to on")
    raw.commit()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(OPTION, Begin.READ) == Begin.LAX:
        connection.exec_driver_sql("set local synchronous_commit to off")
