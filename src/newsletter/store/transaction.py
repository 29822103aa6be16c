"""Transactions: one snapshot to read from, and writes that are durable or may be lost with the machine's power.

Whatever the body raises, nothing of it stays. What a person can mend (a full disk, a server that is away) becomes a
`StoreError`; anything else, such as a broken constraint, stays as SQLAlchemy says it.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from newsletter.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Lock

    from sqlalchemy import Connection, Engine

OPTION = "newsletter_begin"
"""The execution option by which a connection knows how its transaction begins."""

PATIENCE_S = "newsletter_patience_s"
"""The option of an engine that says how long a transaction of it waits for another writer."""

TURNS = "newsletter_turns"
"""The option of an engine whose writers take turns: a lock. SQLite lets them ask again and again, with pauses that
grow, so that of many at once some wait for seconds while the database is free."""


class Begin(StrEnum):
    """How a transaction begins."""

    READ = "read"
    DURABLE = "durable"
    LAX = "lax"
    """Whoever is killed loses nothing; a power cut may undo the last moments."""
    AT_ONCE = "at once"
    """As `LAX`, and never waiting: neither for another writer nor for the disk. SQLite alone can do so."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database, whatever others write meanwhile.

    Raises:
        StoreError: the database cannot be reached or read.
    """
    with _told(engine), engine.connect() as connection:
        options: dict[str, object] = {OPTION: Begin.READ}
        if engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with connection.execution_options(**options).begin():
            yield connection


@contextmanager
def writing(engine: Engine, *, begin: Begin = Begin.DURABLE) -> Iterator[Connection]:
    """Give a connection whose changes all stay, or none of them; on SQLite there is one writer at a time.

    Args:
        engine: The database.
        begin: By default what was committed outlives a power cut, too. It costs a wait for the disk, some
            milliseconds for each transaction.

    Raises:
        StoreError: the database cannot be reached or written.
    """
    with (
        _told(engine),
        _turn(engine, begin),
        engine.connect() as connection,
        connection.execution_options(**{OPTION: begin}).begin(),
    ):
        yield connection


@contextmanager
def _turn(engine: Engine, begin: Begin) -> Iterator[None]:
    """Let the other threads of this process write first that came before.

    Raises:
        StoreError: they took too long.
    """
    options = engine.get_execution_options()
    turns: Lock | None = options.get(TURNS)
    if turns is None or begin == Begin.AT_ONCE:  # who may not wait tries, and is told that others are at work
        yield
        return
    if not turns.acquire(timeout=options[PATIENCE_S]):
        message = f"{place(engine)}: {_SQLITE_WORDS[sqlite3.SQLITE_BUSY]}"
        raise StoreError(message)
    try:
        yield
    finally:
        turns.release()


def leave_no_trace(engine: Engine) -> None:
    """Fold SQLite's write-ahead log into the file and empty it, so that it holds no older state of what was deleted.

    A reader that is at work keeps the log; it is emptied when the next writer finds it idle. PostgreSQL overwrites
    what is dead in its own time.

    Raises:
        StoreError: the database cannot be written.
    """
    if engine.dialect.name == "sqlite":
        with _told(engine), engine.connect() as connection:
            connection.connection.execute("pragma wal_checkpoint(truncate)")


def place(engine: Engine) -> str:
    """Return how messages call a database: its file, or its name and host; never a user or a password."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    return f"the database {url.database or ''} at {url.host or 'this machine'}"


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if words := _words(error):
            message = f"{place(engine)}: {words}"
            raise StoreError(message) from error
        raise


_SQLITE_WORDS = {
    sqlite3.SQLITE_BUSY: "another process is writing and did not end in time; try again when it has",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; see whether its folder is there and may be written",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; put a backup in its place",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was changed",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written, or is full; nothing was changed",
    sqlite3.SQLITE_NOTADB: "this is no SQLite database; name another file in NEWSLETTER_STORE_URL",
    sqlite3.SQLITE_PERM: "the database may not be opened by this user",
    sqlite3.SQLITE_READONLY: "the database may not be written by this user",
}
"""What a person can do about it, by SQLite's primary result code. The others are bugs in a statement."""


def _words(error: DBAPIError) -> str:
    """Return what to say of an error that a person can mend; empty for any other."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_WORDS.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "")
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return f"the server says: {' '.join(str(cause).split())}"
    return ""
