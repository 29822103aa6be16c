"""Who sends: one process at a time, known by its lease, alive while its heart beats.

Issues and the newsletter's own mails have a sender each: neither keeps the other waiting.

A sender that died leaves rows behind. The next one finds them, and knows what they mean: what was claimed was not
begun, and goes back; what was marked may have been written, and is in doubt. After the machine that keeps the database
went down, marks may be lost with it (they are not forced to the disk one by one), so then all of them are in doubt.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from newsletter.errors import SendingError
from newsletter.sending.changes import IS_HELD, change
from newsletter.sending.states import Arrow, State
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, sender

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine, Row

DEAD_AFTER_MS = 150_000
"""Without a beat for so long, a sender is taken for dead. Its rows are fenced, so a wrong guess doubles nothing.

A database that another process holds, as a large import does for half a minute, keeps a beat waiting: longer than the
sender itself waits for it before it gives up (`committer.PATIENCE_S`, and what a last try takes)."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ABANDONED = "its sender died while it may have been writing this"


@dataclass(frozen=True, slots=True)
class Machine:
    """What a sender knows of the machine that it runs on."""

    host: str
    boot_id: str
    """Another one after each start of the machine; empty if nobody knows."""
    is_running: Callable[[int], bool]
    """Whether there is a process of that number."""


class Role(StrEnum):
    """What a sender sends; of each there is one."""

    ISSUES = "issues"
    OWN_MAILS = "own_mails"
    """Those that the newsletter sends of itself (`own_mails`)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One process that sends."""

    lease: str
    """Random; no two senders share one."""
    pid: int
    machine: Machine
    role: Role = Role.ISSUES


def this_process(lease: str, role: Role = Role.ISSUES) -> Sender:
    """Return this process as a sender."""
    boot_id = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else ""
    return Sender(lease, os.getpid(), Machine(socket.gethostname(), boot_id, _is_running), role)


def see_that_nobody_sends(engine: Engine, me: Sender, now_ms: int) -> None:
    """Look whether this process could become the sender, before a person is asked anything; `enlist` decides.

    Raises:
        SendingError: another one is alive.
    """
    with reading(engine) as connection:
        _refuse_alive(connection, me, now_ms)


def enlist(engine: Engine, me: Sender, now_ms: int) -> int:
    """Become the sender, and settle what dead ones left behind; return how many rows came into doubt by that.

    Raises:
        SendingError: another one of the same role is alive.
    """
    with writing(engine) as connection:
        lock_senders(connection)
        _refuse_alive(connection, me, now_ms)
        doubts = settle_dead(connection, me, now_ms)
        connection.execute(
            insert(sender),
            {
                "lease": me.lease,
                "host": me.machine.host,
                "pid": me.pid,
                "boot_id": _boot_id(connection, me.machine),
                "started_at_ms": now_ms,
                "beat_at_ms": now_ms,
                "role": me.role,
            },
        )
    return doubts


def lock_senders(connection: Connection) -> None:
    """Let nobody else become a sender, or settle a dead one, until this transaction has ended."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.exec_driver_sql("lock table sender in share row exclusive mode")


def settle_dead(connection: Connection, me: Sender, now_ms: int) -> int:
    """Settle what dead senders left behind, as this process sees it; return how many rows came into doubt by that.

    Those of the other role are settled too, and not counted: they are no concern of this one.

    Raises:
        SendingError: one of them has come to life since.
    """
    boot_id = _boot_id(connection, me.machine)
    doubts: Counter[str] = Counter()
    for other in connection.execute(select(sender)).all():
        if not _is_alive(other, me, now_ms):
            is_same_boot = bool(boot_id) and other.boot_id == boot_id
            doubts[other.role] += _recover(connection, other, now_ms, same_boot=is_same_boot)
    return doubts[me.role]


def is_anybody_dead(engine: Engine, me: Sender, now_ms: int) -> bool:
    """Say whether a process ended without a word, as far as this one can see."""
    with reading(engine) as connection:
        return not all(_is_alive(other, me, now_ms) for other in connection.execute(select(sender)))


def is_anybody_sending(engine: Engine, me: Sender, now_ms: int) -> bool:
    """Say whether a process of the same role sends, as far as this one can see."""
    with reading(engine) as connection:
        return any(_is_alive(other, me, now_ms) for other in _of_role(connection, me.role))


def _refuse_alive(connection: Connection, me: Sender, now_ms: int) -> None:
    for other in _of_role(connection, me.role):
        if _is_alive(other, me, now_ms):
            raise SendingError(_already(other, now_ms))


def _of_role(connection: Connection, role: Role) -> Sequence[Row[Any]]:
    return connection.execute(select(sender).where(sender.c.role == role)).all()


def _boot_id(connection: Connection, machine: Machine) -> str:
    """Return what names this run of the server, or of the machine, that keeps the database."""
    if connection.dialect.name == "postgresql":
        return str(connection.exec_driver_sql("select pg_postmaster_start_time()").scalar_one())
    return machine.boot_id


def _is_alive(other: Row[Any], me: Sender, now_ms: int) -> bool:
    if abs(now_ms - other.beat_at_ms) > DEAD_AFTER_MS:
        return False
    # In containers the same number comes back again and again; one that is ours is not another's.
    return other.host != me.machine.host or (other.pid != me.pid and me.machine.is_running(other.pid))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _already(other: Row[Any], now_ms: int) -> str:
    seconds = abs(now_ms - other.beat_at_ms) // 1000
    return (
        f"another process is sending right now: {other.pid} on {other.host}, which was alive {seconds} s ago; "
        "wait until it has finished, or stop it with ^C"
    )


def _recover(connection: Connection, dead: Row[Any], now_ms: int, *, same_boot: bool) -> int:
    # Only if it has not come to life since; who waits here for the lock of its row sees the new beat.
    gone = connection.execute(
        delete(sender).where(sender.c.lease == dead.lease, sender.c.beat_at_ms == dead.beat_at_ms)
    )
    if not gone.rowcount:
        raise SendingError(_already(dead, now_ms))
    return give_up_rows(connection, dead.lease, now_ms, marks_are_whole=same_boot)


def give_up_rows(connection: Connection, lease: str, now_ms: int, *, marks_are_whole: bool = True) -> int:
    """Take all rows from a lease that nobody works with any more; return how many came into doubt.

    `marks_are_whole` says that whatever was marked as on the wire still is.
    """
    held = [delivery.c.lease == lease, IS_HELD]
    if marks_are_whole:
        change(connection, Arrow.RELEASE, [*held, delivery.c.state == State.CLAIMED], {}, now_ms)
    return change(connection, Arrow.ABANDON, held, {"reply": _ABANDONED, "done_at_ms": now_ms}, now_ms)
