"""A provider in a process of its own, which writes down what it takes before it says so."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.forks import Child, fork
from tests.providers.account import Account
from tests.providers.every import PROVIDERS
from tests.providers.faults import FAULTS
from tests.providers.server import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.providers.faults import Fault
    from tests.providers.post import Letter

ON_THE_WAY = ("cut", "cut_after", "cut_within", "broken", "broken_after", "gateway_after", "odd_page_after", "busy")
"""What befalls requests by chance."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How the way to a provider is."""

    seed: int = 1
    faults: float = 0.0
    """Of its requests: the chance that something befalls one, from 0 to 1."""
    pause_s: float = 0.0
    """Before each answer."""
    lasts: int = 1_000_000
    """So many requests; then it is calm."""

    def draw(self) -> Iterator[Fault | None]:
        """Draw what befalls each request."""
        random = Random(self.seed)
        for _ in range(self.lasts):
            yield FAULTS[random.choice(ON_THE_WAY)] if random.random() < self.faults else None


async def serve(account: Account, weather: Weather, told: Callable[[int], object]) -> None:
    """Be a provider until the process is ended; `told` is its port."""
    lines = Lines(account, weather.draw(), weather.pause_s)
    listening = await asyncio.start_server(lines.serve, "127.0.0.1", 0, limit=1 << 20)
    told(listening.sockets[0].getsockname()[1])
    await listening.serve_forever()


@contextmanager
def truthful_provider(name: str, log: Path, weather: Weather, *, has_keys: bool = True) -> Iterator[str]:
    """Run a provider whose log has a line for each mail that it takes: whose it is. Give where its paths begin.

    Without `has_keys` it forgets every request at once, also where the real one would know it again.
    """
    ours, theirs = os.pipe()

    def work() -> None:
        file = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

        def keep(letter: Letter) -> None:
            os.write(file, f"{letter.recipient}\n".encode())

        account = Account(PROVIDERS[name], keep=keep, clock=time.monotonic if has_keys else count(0, 10**9).__next__)
        asyncio.run(serve(account, weather, lambda port: os.write(theirs, str(port).encode())))

    child: Child = fork(work)
    try:
        yield f"http://127.0.0.1:{int(os.read(ours, 10))}{PROVIDERS[name].base}"
    finally:
        child.kill()
        os.close(ours)
        os.close(theirs)
