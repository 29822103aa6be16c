"""What was made of the issues is kept in the workspace, so that the next build reads no issue that did not change.

`.newsletter/archive/kept.db` holds what is known of each issue, by the digest of its file, and the texts and pictures,
each under the digest of its content. It is a database, as a file for each of thousands of texts costs more than making
the text. What is read from it is checked, and one that cannot be read is made anew: it can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.archive.record import Record, as_json, read_record
from newsletter.archive.stamp import digest
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = ".newsletter/archive"
FORGOTTEN_AFTER_S = 7 * 86_400
"""What no build asked for in so long goes."""

_VERSION = 1
"""Of the tables; a database of another is made anew."""
_TABLES = f"""
begin immediate;
create table if not exists record (stamp text, key text, record text, primary key (stamp, key)) without rowid;
create table if not exists stamp (stamp text primary key, asked_for_s real) without rowid;
create table if not exists content (name text primary key, content blob, kept_s real);
pragma user_version = {_VERSION};
commit;
"""
_PATIENCE_S = 60
"""For another build that is writing at this moment."""
_AT_ONCE = 100
"""Texts and pictures that may wait in memory to be written down."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept in one workspace, for texts that depend on one stamp.

    A process that is forked of a build reads as it does; what it adds, it hands back to the build.
    """

    folder: Path
    stamp: str
    records: dict[str, Record] = field(default_factory=dict)
    """By the digest of what each was made of."""
    names: set[str] = field(default_factory=set)
    """The digests of all content that is kept."""
    fresh: dict[str, bytes] = field(default_factory=dict)
    """Content by its digest, that is not written down yet."""
    readers: dict[int, sqlite3.Connection] = field(default_factory=dict)
    """By the process: a connection must not be taken into another."""

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / "kept.db"

    def read(self, name: str) -> bytes:
        """Return the content with this digest.

        Raises:
            UsageError: it is not there, or not whole.
        """
        if name in self.fresh:
            return self.fresh[name]
        process = os.getpid()
        with contextlib.suppress(sqlite3.DatabaseError, TypeError):
            if process not in self.readers:
                self.readers[process] = sqlite3.connect(self.file, _PATIENCE_S)
            found = self.readers[process].execute("select content from content where name = ?", (name,)).fetchone()
            if found and digest(found[0]) == name:
                content: bytes = found[0]
                return content
        raise _spoilt(self.file)

    def has(self, name: str) -> bool:
        """Tell whether there is content with this digest, as far as can be seen without reading it."""
        return name in self.names or name in self.fresh

    def write(self, content: bytes) -> str:
        """Keep content; return its digest."""
        name = digest(content)
        if name not in self.names:
            self.fresh[name] = content
        return name

    def hand_over(self) -> dict[str, bytes]:
        """Return what is not written down, for another process to do it."""
        fresh = dict(self.fresh)
        self.fresh.clear()
        return fresh

    def spare(self, out: Path) -> Path:
        """Return the folder in which the site is kept that was in `out` before the one that is there."""
        return self.folder / f"site-{digest(str(out))[:8]}"

    def take_over(self, fresh: Mapping[str, bytes], now_s: float) -> None:
        """Take what another process handed over, to be written down in a while; `now_s` is the time by Unix."""
        self.fresh.update(fresh)
        if len(self.fresh) > _AT_ONCE:
            self._write_down(now_s)

    def save(self, records: Mapping[str, Record], now_s: float) -> None:
        """Write down what is known now, if anything of it is new, and all content; `now_s` is the time by Unix.

        With the first records of a stamp, what no build has asked for in a week goes.
        """
        self._write_down(now_s)
        if records == self.records:
            return
        gone = [(self.stamp, key) for key in self.records if key not in records]
        new = [(self.stamp, key, _text(one)) for key, one in records.items() if self.records.get(key) != one]
        self.records.clear()
        self.records.update(records)
        with _opened(self.file) as database:
            is_first = not database.execute("select 1 from stamp where stamp = ?", (self.stamp,)).fetchone()
            database.execute("insert or replace into stamp values (?, ?)", (self.stamp, now_s))
            database.executemany("delete from record where stamp = ? and key = ?", gone)
            database.executemany("insert or replace into record values (?, ?, ?)", new)
            if is_first:
                _forget(database, now_s - FORGOTTEN_AFTER_S)

    def close(self) -> None:
        """Let go of the database."""
        while self.readers:
            self.readers.popitem()[1].close()

    def _write_down(self, now_s: float) -> None:
        if self.fresh:
            rows = [(name, content, now_s) for name, content in self.fresh.items()]
            with _opened(self.file) as database:
                database.executemany("insert or replace into content values (?, ?, ?)", rows)
            self.names.update(self.hand_over())


def open_kept(root: Path, stamp: str, *, from_scratch: bool = False) -> Kept:
    """Return what an earlier build kept in the workspace at `root`; `from_scratch`, all of it goes.

    Raises:
        OSError: nothing can be kept there.
    """
    kept = Kept(root / FOLDER, stamp)
    kept.folder.mkdir(parents=True, exist_ok=True)
    if from_scratch:
        _remove(kept.file)
    try:
        _read_into(kept)
    except UsageError:
        _remove(kept.file)
    return kept


def _remove(database: Path) -> None:
    # First what would be taken for a part of the next one.
    database.with_name(f"{database.name}-journal").unlink(missing_ok=True)
    database.unlink(missing_ok=True)


def _read_into(kept: Kept) -> None:
    with _opened(kept.file) as database:
        rows = database.execute("select key, record from record where stamp = ?", (kept.stamp,)).fetchall()
        names = database.execute("select name from content").fetchall()
    known = {key: record for key, text in rows if (record := _record(text))}
    kept.records.update(known)
    kept.names.update(name for (name,) in names)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Give the database, with its tables, and write down what was done with it.

    Raises:
        OSError: it cannot be opened, or written to.
        UsageError: it is none, or of another version.
    """
    try:
        with contextlib.closing(sqlite3.connect(file, _PATIENCE_S)) as database:
            # What a fall of the machine loses is made anew, as is what it spoils.
            database.execute("pragma synchronous = off")
            _see_to_tables(database)
            with database:
                yield database
    except sqlite3.OperationalError as error:
        message = f"{file}: {error}"
        raise OSError(message) from error
    except sqlite3.DatabaseError as error:
        raise _spoilt(file) from error


def _spoilt(file: Path) -> UsageError:
    return UsageError(f"{file} is not whole; have everything made anew with: newsletter archive build --full")


def _see_to_tables(database: sqlite3.Connection) -> None:
    (version,) = database.execute("pragma user_version").fetchone()
    if version == 0:
        database.executescript(_TABLES)
    elif version != _VERSION:
        message = f"the tables are of version {version}"
        raise sqlite3.DatabaseError(message)


def _forget(database: sqlite3.Connection, before_s: float) -> None:
    database.execute("delete from record where stamp in (select stamp from stamp where asked_for_s < ?)", (before_s,))
    database.execute("delete from stamp where asked_for_s < ?", (before_s,))
    wanted: set[str] = set()
    for (text,) in database.execute("select record from record"):
        if record := _record(text):
            wanted |= files_of(record)
    old = database.execute("select name from content where kept_s < ?", (before_s,)).fetchall()
    database.executemany("delete from content where name = ?", [one for one in old if one[0] not in wanted])


def files_of(record: Record) -> set[str]:
    """Return the digests of all that is kept of an issue."""
    of_episodes = (name for episode in record.episodes for name in (episode.page, episode.transcript) if name)
    return {record.article, *(file.digest for file in record.files), *of_episodes}


def _record(text: str) -> Record | None:
    """Return a record as it was written down; nothing where it is not as this version of the program writes one."""
    try:
        return read_record(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _text(record: Record) -> str:
    return json.dumps(record, default=as_json, separators=(",", ":"))
