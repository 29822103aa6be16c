"""A storm: senders are struck again and again, until every reader has his fate."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from random import Random
from select import select
from typing import TYPE_CHECKING

from newsletter.sending.policy import Retry
from newsletter.sending.senders import DEAD_AFTER_MS
from newsletter.store import open_store
from tests.chaos.oracle import faults_of, states_of
from tests.chaos.server import copies_in, truthful_server
from tests.chaos.victims import DONE, REFUSED, Victim
from tests.sending.mailings import add_readers, begun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.forks import Child

_KINDS = ("ok",) * 17 + ("t1", "t2", "p")
_WEEK_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Storm:
    """How heavy it is."""

    readers: int
    strikes: int
    seed: int
    cuts: float = 0.001
    """Of the server's lines: the chance that one breaks at a message, before and after it is taken."""
    longest_s: float = 0.5
    """How long a sender lives at most, once it is there, until it is struck."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left when it is over."""

    faults: list[str]
    states: Counter[str]
    struck: Counter[str]
    doubts_that_have_it: int
    seconds: float


def rage(folder: Path, storm: Storm) -> Outcome:
    """Let a storm rage over a sending."""
    began, random = time.monotonic(), Random(storm.seed)
    engine = open_store("sqlite:///newsletter.db", folder, fresh_id="chaos")
    add_readers(engine, [f"{_KINDS[n % len(_KINDS)]}-{n}@example.org" for n in range(storm.readers)])
    begun(engine, Retry(give_up_s=_WEEK_S), now_ms=round(time.time() * 1000))
    engine.dispose()  # a connection must not be shared with a fork
    struck: Counter[str] = Counter()
    with truthful_server(folder / "truth", storm.seed, storm.cuts) as port:
        for _ in range(storm.strikes):
            if not _one_strike(folder, port, storm, random, struck):
                break
        while Victim(folder, port).begin().wait() != DONE:
            pass
    states, copies = states_of(engine), copies_in(folder / "truth")
    engine.dispose()
    doubtful = [address for address, state in states.items() if state == "in_doubt"]
    return Outcome(
        faults=faults_of(states, copies),
        states=Counter(states.values()),
        struck=struck,
        doubts_that_have_it=sum(copies[address] > 0 for address in doubtful),
        seconds=time.monotonic() - began,
    )


def _one_strike(folder: Path, port: int, storm: Storm, random: Random, struck: Counter[str]) -> bool:
    """Begin a sender and strike it; return whether there is anything left to strike."""
    blow = random.choices(("kill", "hang", "two at once", "locked", "no room"), weights=(80, 8, 4, 4, 4))[0]
    skew_s = random.choice((-3600.0, 90_000.0)) if random.random() < 0.05 else 0.0
    room_bytes = random.randint(1, 200_000) if blow == "no room" else 0
    child = Victim(folder, port, skew_s, room_bytes).begin()
    _let_pass(random.uniform(0.002, storm.longest_s))
    struck[blow] += 1
    if blow == "hang":
        _hang(folder, port, child)
    elif blow == "two at once":
        second = Victim(folder, port).begin().wait()
        assert second in {REFUSED, DONE}, f"a second sender ended with {second}"
    elif blow == "locked":
        _lock(folder, random.uniform(0.1, 1.0))
    elif blow == "no room":
        return child.wait() != DONE
    if child.has_ended():
        return _is_left(folder)
    child.kill()
    return True


def _hang(folder: Path, port: int, child: Child) -> None:
    """Stop a sender for longer than anybody waits for it, let another go on, and wake the first one up."""
    if child.has_ended():
        return
    child.stop()
    while not _looks_dead(folder):  # it hangs in the midst of a transaction, and holds the lock
        child.go_on()
        _let_pass(0.02)
        child.stop()
    other = Victim(folder, port).begin()
    _let_pass(0.3)
    child.go_on()
    _let_pass(0.3)
    if not other.has_ended():
        other.kill()


def _looks_dead(folder: Path) -> bool:
    """Make it seem that the last sign of life is long ago; return whether that could be written."""
    with closing(sqlite3.connect(folder / "newsletter.db", timeout=0.2)) as database, database:
        with suppress(sqlite3.OperationalError):
            database.execute("update sender set beat_at_ms = beat_at_ms - ?", (2 * DEAD_AFTER_MS,))
            return True
        return False


def _lock(folder: Path, seconds: float) -> None:
    with closing(sqlite3.connect(folder / "newsletter.db", timeout=30)) as database:
        database.execute("begin immediate")
        _let_pass(seconds)
        database.rollback()


def _is_left(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "newsletter.db", timeout=30)) as database:
        (status,) = database.execute("select status from send").fetchone()
    return bool(status != "done")


def _let_pass(seconds: float) -> None:
    """Let the sender have its time: what it does then is what is tried."""
    select((), (), (), seconds)
