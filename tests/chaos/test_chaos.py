"""Senders that are struck: killed at every step there is, and at random for as long as it takes.

`make chaos` does the second with 80,000 readers and 500 strikes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from newsletter.delivery.base import Capabilities
from newsletter.model import Outcome, Verdict
from newsletter.store import open_store
from tests.chaos.forks import fork
from tests.chaos.oracle import faults_of, states_of
from tests.chaos.server import copies_in
from tests.chaos.storm import Storm, rage
from tests.chaos.victims import CONNECTIONS, DEPTH, send
from tests.sending.mailings import add_readers, begun

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.delivery.base import Feed, Message

pytestmark = pytest.mark.bulk

READERS = [*(f"ok-{number}@example.org" for number in range(7)), "t1-7@example.org", "p-8@example.org"]


class Doomed:
    """Counts the steps of a sender, and kills its process at one of them."""

    capabilities = Capabilities("doomed")

    def __init__(self, log: Path, last: int) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._last = last
        self._steps = 0
        self._put_off: set[str] = set()

    def step(self) -> None:
        self._steps += 1
        if self._steps == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    async def run(self, feed: Feed) -> None:
        await asyncio.gather(self._connection(feed), self._connection(feed))

    async def _connection(self, feed: Feed) -> None:
        self.step()
        while messages := await feed.take(2):
            self.step()
            for message in messages:
                outcome = self._answer(message)
                self.step()
                feed.settle(message, outcome)
                self.step()
                await asyncio.sleep(0)

    def _answer(self, message: Message) -> Outcome:
        address = message.recipient
        if address.startswith("p-"):
            return Outcome(address, Verdict.REFUSED, "550 5.1.1")
        if address.startswith("t1-") and address not in self._put_off:
            self._put_off.add(address)
            return Outcome(address, Verdict.DEFERRED, "450 4.2.1")
        os.write(self._log, f"{address}\n".encode())
        return Outcome(address, Verdict.ACCEPTED, "250 2.0.0")


def doom(folder: Path, last: int) -> None:
    """Be a sender that is killed at its `last` step; 0 for one that is left alone."""
    send(folder, Doomed(folder / "truth", last))


def test_a_kill_at_any_step_doubles_nobody_and_loses_nobody(tmp_path: Path) -> None:
    """One after the other, until a sender comes to its end before its step."""
    template = tmp_path / "template"
    template.mkdir()
    engine = open_store("sqlite:///newsletter.db", template, fresh_id="chaos")
    add_readers(engine, READERS)
    begun(engine)
    engine.dispose()
    doubts = 0
    for last in count(1):
        folder = shutil.copytree(template, tmp_path / str(last))
        killed = fork(partial(doom, folder, last)).wait()
        assert fork(partial(doom, folder, 0)).wait() == 0
        engine = open_store("sqlite:///newsletter.db", folder, fresh_id="chaos")
        states = states_of(engine)
        engine.dispose()
        assert faults_of(states, copies_in(folder / "truth")) == [], f"killed at step {last}"
        unsure = list(states.values()).count("in_doubt")
        assert unsure <= 4, f"killed at step {last}"
        doubts += unsure
        if killed == 0:
            assert unsure == 0
            break
        assert killed == -signal.SIGKILL
    assert last > 3 * len(READERS)
    assert doubts > 0


def test_a_storm_doubles_nobody_and_loses_nobody(tmp_path: Path) -> None:
    after = rage(tmp_path, Storm(readers=3000, strikes=12, seed=1))
    assert after.faults == []
    assert sum(after.states.values()) == 3000
    assert sum(after.struck.values()) > 3
    cuts = 3000 * 0.01
    assert after.states["in_doubt"] <= CONNECTIONS * DEPTH * after.struck.total() + cuts
