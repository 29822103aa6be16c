"""A PostgreSQL server for one session of tests: made, started, stopped and thrown away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_NUMBERS = count(1)
# Whoever is still at work may hold a lock.
_END_OTHERS = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()"""
_COUNT_ANEW = "select setval(oid, 1, false) from pg_class where relkind = 'S'"
_KEEP = "create schema kept; create table kept.meta as table meta"
_PUT_BACK = "insert into meta table kept.meta"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, on 127.0.0.1."""

    port: int
    control: Callable[..., None]
    """pg_ctl, with its arguments."""

    def address(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database; return its address."""
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return self.address(name)

    def crash(self) -> None:
        """End it as a machine does that loses its power; `start` brings it back."""
        self.control("-m", "immediate", "stop")

    def start(self) -> None:
        self.control("start")


class Tables:
    """A database with tables, which can be made again what it is now."""

    def __init__(self, url: str, names: Sequence[str]) -> None:
        """Keep what stands in `meta`; `names` are those of all tables, each before those that it points to."""
        self.url = url
        with psycopg.connect(url) as connection:
            connection.execute(_KEEP)
        deletes = [SQL("delete from {}").format(Identifier(name)) for name in names]
        self._emptying = SQL(";").join([SQL(_END_OTHERS), *deletes, SQL(_COUNT_ANEW), SQL(_PUT_BACK)])

    def empty(self) -> None:
        """Take out what the last test put in. The next numbers of rows are the first ones again."""
        with psycopg.connect(self.url) as connection:
            connection.execute(self._emptying)


def programs() -> Path | None:
    """The newest PostgreSQL on this machine: the folder of its programs, as Debian keeps it, or as the path has it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found or on_path:
        return (found[-1] if found else Path(str(on_path))).parent
    return None


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server of its own with the programs in `folder`. It refuses to run as root, so root lends it a user."""
    home = Path(tempfile.mkdtemp(prefix="newsletter-postgresql-"))
    as_user = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
    data, port = home / "data", _free_port()

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(folder / program), "-D", str(data), *arguments]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    # No password, as it listens to this machine alone; no waiting for the disk, as all of it is thrown away.
    run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync")
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off"
    server = Server(port, lambda *said: run("pg_ctl", "-w", "-l", str(home / "log"), "-o", options, *said))
    try:
        server.start()
        yield server
    finally:
        server.crash()
        shutil.rmtree(home)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
