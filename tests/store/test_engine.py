from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, InternalError

from newsletter.errors import StoreError
from newsletter.store import Begin, open_store, reading, writing
from newsletter.store.engine import APPLICATION_ID
from newsletter.store.schema import bucket, meta

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

ROW = {"rate_per_s": 1.5, "burst": 2.0, "tokens": 0.0, "at_ms": 1_764_200_000_000}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    yield engine
    engine.dispose()


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}


@pytest.mark.usefixtures("_open_umask")
def test_the_files_of_sqlite_are_for_their_owner_alone(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    with writing(engine) as connection:
        connection.execute(insert(bucket), [{"name": "all", **ROW}])

        assert modes(tmp_path) == dict.fromkeys(("newsletter.db", "newsletter.db-wal", "newsletter.db-shm"), "0o600")
    engine.dispose()


@pytest.mark.usefixtures("_open_umask")
def test_a_database_that_others_could_read_is_closed_to_them(tmp_path: Path, sqlite: Engine) -> None:
    sqlite.dispose()
    (tmp_path / "newsletter.db").chmod(0o664)

    open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x").dispose()

    assert modes(tmp_path) == {"newsletter.db": "0o600"}


def test_a_relative_path_counts_from_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    open_store("sqlite:///data/list.db", tmp_path, fresh_id="x").dispose()

    assert (tmp_path / "data" / "list.db").is_file()


def test_another_programs_file_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "newsletter.db"
    other = sqlite3.connect(path)
    other.execute("create table pictures (id integer)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreError) as refused:
        open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")

    assert str(refused.value) == (
        f"{path}: this is the database of another program, and was left as it is; name another file in "
        "NEWSLETTER_STORE_URL"
    )
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["newsletter.db"]


def test_a_file_that_another_program_marked_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "newsletter.db")
    other.execute("pragma application_id = 77")
    other.close()

    with pytest.raises(StoreError, match="this is the database of another program"):
        open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")


def test_our_file_is_marked(tmp_path: Path, sqlite: Engine) -> None:
    raw = sqlite3.connect(tmp_path / "newsletter.db")
    found = raw.execute("pragma application_id").fetchone()
    raw.close()

    assert found == (APPLICATION_ID,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello, I am a text file, and long enough to be read " * 20, "this is no SQLite database; name another file"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "this is no SQLite database"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "newsletter.db"
    path.write_bytes(content)

    with pytest.raises(StoreError) as refused:
        open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")

    assert str(refused.value).startswith(f"{path}: {message}")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///", "NEWSLETTER_STORE_URL names no file: "),
        ("sqlite:///:memory:", "NEWSLETTER_STORE_URL names no file: "),
        ("sqlite:///a.db?mode=ro", "NEWSLETTER_STORE_URL names no file: "),
        ("sqlite:///no/such/folder/a.db", "the database cannot be made: No such file or directory; make its folder"),
        ("mysql://anna:hunter22@127.0.0.1/a", 'NEWSLETTER_STORE_URL begins with "mysql"; '),
        ("postgresql+asyncpg://127.0.0.1/a", 'NEWSLETTER_STORE_URL begins with "postgresql+asyncpg"; '),
        ("postgresql://anna:hunter22@127.0.0.1:port/a", "NEWSLETTER_STORE_URL is not an address: "),
        ("hunter22", "NEWSLETTER_STORE_URL is not an address: "),
        ("postgresql://anna:hunter22@127.0.0.1:1/readers", "the database readers at 127.0.0.1: the server says: "),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_unseen(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(url, tmp_path, fresh_id="x")

    assert message in str(refused.value)
    assert "hunter22" not in str(refused.value)


def test_without_its_driver_postgresql_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StoreError) as refused:
        open_store("postgresql://127.0.0.1/readers", tmp_path, fresh_id="x")

    assert str(refused.value) == "PostgreSQL needs one more package: pip install 'newsletter[postgres]'"


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").mkdir()

    with pytest.raises(StoreError, match=r"newsletter\.db: the database cannot be opened"):
        open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")


def add_twice(connection: Connection, name: str) -> None:
    for _ in range(2):
        connection.execute(insert(bucket), [{"name": name, **ROW}])


def test_what_is_written_can_be_read(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(bucket), [{"name": "all", **ROW}])

    with reading(engine) as connection:
        assert connection.execute(select(bucket)).one()._asdict() == {"name": "all", **ROW}


@pytest.mark.parametrize("begin", [Begin.DURABLE, Begin.LAX])
def test_nothing_stays_of_a_body_that_raises(engine: Engine, begin: Begin) -> None:
    with pytest.raises(IntegrityError), writing(engine, begin=begin) as connection:
        add_twice(connection, "all")

    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(bucket)) == 0


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.scalar(select(func.count()).select_from(bucket))
        with writing(engine) as other:
            other.execute(insert(bucket), [{"name": "all", **ROW}])

        assert (before, connection.scalar(select(func.count()).select_from(bucket))) == (0, 0)


@pytest.mark.parametrize(("begin", "level"), [(Begin.DURABLE, 2), (Begin.LAX, 1), (Begin.AT_ONCE, 1)])
def test_sqlite_syncs_at_each_commit_only_where_it_must_last(sqlite: Engine, begin: Begin, level: int) -> None:
    with writing(sqlite, begin=begin) as connection:
        assert connection.exec_driver_sql("pragma synchronous").scalar() == level


def test_who_may_not_wait_is_told_at_once_that_another_writes(sqlite: Engine) -> None:
    """Nor does he fold the log into the file, which waits for the disk; the next one that may wait does."""
    told = pytest.raises(StoreError, match="another process is writing")
    with writing(sqlite), told, writing(sqlite, begin=Begin.AT_ONCE):
        pass
    with writing(sqlite, begin=Begin.AT_ONCE) as connection:
        assert connection.exec_driver_sql("pragma wal_autocheckpoint").scalar() == 0
    with writing(sqlite, begin=Begin.LAX) as connection:
        assert connection.exec_driver_sql("pragma wal_autocheckpoint").scalar() == 1000
        assert connection.exec_driver_sql("pragma busy_timeout").scalar() == 120_000


def test_postgresql_waits_for_the_disk_only_where_it_must_last(postgresql_engine: Engine) -> None:
    for begin, expected in ((Begin.DURABLE, "on"), (Begin.LAX, "off"), (Begin.DURABLE, "on")):
        with writing(postgresql_engine, begin=begin) as connection:
            assert connection.exec_driver_sql("show synchronous_commit").scalar() == expected


def test_a_server_that_forgets_is_told_not_to(postgresql_engine: Engine, tmp_path: Path) -> None:
    url = postgresql_engine.url
    with postgresql_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"alter database {url.database} set synchronous_commit = off")

    again = open_store(url.set(drivername="postgresql").render_as_string(), tmp_path, fresh_id="x")
    with writing(again) as connection:
        assert connection.exec_driver_sql("show synchronous_commit").scalar() == "on"
    again.dispose()


def test_reading_cannot_write_on_postgresql(postgresql_engine: Engine) -> None:
    with pytest.raises(InternalError, match="read-only"), reading(postgresql_engine) as connection:
        connection.execute(insert(bucket), [{"name": "all", **ROW}])


def test_foreign_keys_are_held(sqlite: Engine) -> None:
    with writing(sqlite) as connection:
        assert connection.exec_driver_sql("pragma foreign_keys").scalar() == 1


def test_two_writers_wait_for_each_other(tmp_path: Path, store_url: str) -> None:
    open_store(store_url, tmp_path, fresh_id="x").dispose()
    commands = [[sys.executable, "-c", COUNT_UP, store_url] for _ in range(3)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for command in commands]
    said = [process.communicate()[1] for process in running]

    assert [process.returncode for process in running] == [0] * 3, said
    engine = open_store(store_url, tmp_path, fresh_id="x")
    with reading(engine) as connection:
        assert connection.scalar(select(bucket.c.at_ms)) == 150
    engine.dispose()


COUNT_UP = """
import pathlib, sys
from sqlalchemy import insert, select, text
from newsletter.store import Begin, open_store, writing
from newsletter.store.schema import bucket

engine = open_store(sys.argv[1], pathlib.Path(), fresh_id="x")
for _ in range(50):
    with writing(engine, begin=Begin.LAX) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("lock table bucket"))
        found = connection.scalar(select(bucket.c.at_ms))
        if found is None:
            connection.execute(insert(bucket), [{"name": "n", "rate_per_s": 1, "burst": 1, "tokens": 1, "at_ms": 1}])
        else:
            connection.execute(bucket.update().values(at_ms=found + 1))
"""


def test_a_full_disk_is_told_and_changes_nothing(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    with pytest.raises(StoreError) as refused, writing(sqlite) as connection:
        connection.execute(insert(bucket), [{"name": f"{number:01000}", **ROW} for number in range(100)])

    assert str(refused.value) == f"{sqlite.url.database}: the disk is full; nothing was changed"
    with reading(sqlite) as connection:
        assert connection.scalar(select(func.count()).select_from(bucket)) == 0


def test_a_writer_that_does_not_end_is_told(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 1")

    blocker = sqlite3.connect(str(sqlite.url.database), isolation_level=None)
    blocker.execute("begin immediate")
    with pytest.raises(StoreError) as refused, writing(sqlite):
        pass
    blocker.close()

    assert str(refused.value) == (
        f"{sqlite.url.database}: another process is writing and did not end in time; try again when it has"
    )


def test_values_are_not_told_with_an_error(engine: Engine) -> None:
    """They would stand in a traceback, and they are of people."""
    with pytest.raises(IntegrityError) as broken, writing(engine) as connection:
        add_twice(connection, "anna@example.org")

    shown = str(broken.value).replace(str(broken.value.orig), "")
    assert "anna" not in shown


def test_writers_of_one_process_take_turns(tmp_path: Path) -> None:
    """Many at once are done as soon as the one before is, and none of them waits for long while others go by."""
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="a-test")
    many, together = 40, Barrier(40)

    def write(number: int) -> float:
        together.wait()
        began_s = time.monotonic()
        with writing(engine) as connection:
            connection.execute(insert(meta), {"name": f"n{number}", "value": ""})
        return time.monotonic() - began_s

    with ThreadPoolExecutor(many) as pool:
        seconds = list(pool.map(write, range(many)))
    assert max(seconds) < 10
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(meta)) == many + 3
    engine.dispose()


def test_a_writer_who_waits_too_long_for_another_thread_is_told(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="a-test", busy_timeout_s=0.05)

    def write() -> None:
        with writing(engine):
            pass

    with writing(engine), ThreadPoolExecutor(1) as pool:
        refused = pool.submit(write).exception()
    assert isinstance(refused, StoreError)
    assert str(refused).endswith("another process is writing and did not end in time; try again when it has")
    write()
    engine.dispose()
