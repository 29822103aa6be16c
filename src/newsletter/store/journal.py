"""A second witness beside the database, against a ledger that is not what it was.

Whoever sends from a backup, or from a copy whose original sends too, sends twice, and nothing in that database can
tell. So each step of a sending counts `ledger_epoch` up in the database, in the transaction of the step, and then
notes the count in a small file in the workspace. What the file says and the database does not know was undone by a
restore. The file of a SQLite database also says which file it belongs to, for a copy has another inode.

    with writing(engine) as connection:
        ...                             # claim rows, say
        epoch = advance(connection)
    note(engine, folder, epoch)         # before anything of it goes out

`verify` before a sending begins or goes on; `adopt` when a person says that this database is the right one.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Text, cast, select, update

from newsletter.errors import StoreError
from newsletter.store.schema import meta
from newsletter.store.transaction import place, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True)
class Mark:
    """What the journal knows of a ledger."""

    instance_id: str
    epoch: int
    inode: int
    """Of the file of a SQLite database; 0 for PostgreSQL, whose place is in its address."""


def advance(connection: Connection) -> int:
    """Count the ledger's epoch up, in the transaction of what it stands for; return the new count."""
    statement = (
        update(meta)
        .where(meta.c.name == "ledger_epoch")
        .values(value=cast(cast(meta.c.value, BigInteger) + 1, Text))
        .returning(meta.c.value)
    )
    return int(connection.execute(statement).scalar_one())


def note(engine: Engine, folder: Path, epoch: int, *, durable: bool = True) -> None:
    """Write down that the ledger has come to `epoch`; an earlier one changes nothing.

    Args:
        engine: The database.
        folder: The workspace's `.newsletter`; made if it is not there.
        epoch: What `advance` returned, once it is committed.
        durable: Whether the note must outlive a power cut, as the transaction does.
    """
    mark = _mark(engine)
    with _locked(folder, mark.instance_id) as path:
        known = _read(path)
        if known is None or known.epoch < epoch:
            _write(path, Mark(mark.instance_id, epoch, mark.inode), durable=durable)


def verify(engine: Engine, folder: Path) -> None:
    """See that the ledger is the one that was last sent from, and has forgotten nothing.

    Raises:
        StoreError: it is an old state of it, or a copy.
    """
    mark = _mark(engine)
    known = _read(_path(folder, mark.instance_id))
    where = place(engine)
    if known is None:
        # More machines may send from one PostgreSQL, and each has a journal of its own.
        if mark.epoch and mark.inode:
            message = (
                f"{where}: mail was sent from this database, but not from this workspace: it is a copy, or "
                f"{folder} is missing. If the other one no longer sends"
            )
            raise StoreError(f"{message}, {_MEND}")
        return
    if mark.epoch < known.epoch:
        message = (
            f"{where}: this is an old state of the database: {known.epoch - mark.epoch} later steps of a sending are "
            "not in it, and going on would send them again. Put the newer one back. If it is lost"
        )
        raise StoreError(f"{message}, {_MEND}")
    if mark.inode != known.inode:
        message = f"{where}: this is a copy of the database that was last sent from. If the other one no longer sends"
        raise StoreError(f"{message}, {_MEND}")


_MEND = "and you know that nobody would get an issue twice, say so with --adopt"


def adopt(engine: Engine, folder: Path) -> None:
    """Take this database, as it is, for the one to send from."""
    mark = _mark(engine)
    with _locked(folder, mark.instance_id) as path:
        _write(path, mark, durable=True)


def _mark(engine: Engine) -> Mark:
    with reading(engine) as connection:
        said = dict(connection.execute(select(meta.c.name, meta.c.value)).all())
    inode = Path(str(engine.url.database)).stat().st_ino if engine.dialect.name == "sqlite" else 0
    return Mark(said["instance_id"], int(said["ledger_epoch"]), inode)


def _path(folder: Path, instance_id: str) -> Path:
    return folder / f"ledger-{instance_id}.json"


@contextmanager
def _locked(folder: Path, instance_id: str) -> Iterator[Path]:
    """Give the journal's path to one process at a time."""
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / "ledger.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _path(folder, instance_id)
    finally:
        os.close(lock)


def _read(path: Path) -> Mark | None:
    try:
        return Mark(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        message = (
            f"{path}: this file was changed by somebody else and cannot be read. If you know that nothing was undone"
        )
        raise StoreError(f"{message}, {_MEND}") from error


def _write(path: Path, mark: Mark, *, durable: bool) -> None:
    """Put a whole new file in the place of the old one."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(mark), file)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    new.replace(path)
    if durable:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
