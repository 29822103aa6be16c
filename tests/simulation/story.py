"""One story of a sending, from its seed: what befalls it, and whether the ledger tells the truth in the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import delete

from newsletter.errors import SendingError
from newsletter.sending.sendings import get_sending
from newsletter.store import open_store, writing
from newsletter.store.schema import delivery, delivery_event, send, sender, suppression
from tests.chaos.oracle import faults_of, states_of
from tests.sending.mailings import SLUG, add_readers, begun
from tests.simulation.virtual import let_pass, run_virtually
from tests.simulation.world import CHUNK, CONNECTIONS, DEPTH, TUNING, Process, Product, Server, Trouble, World

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.sending.engine import End

READERS = 40
PROCESSES = 6
"""How many are in trouble before one is left alone to finish."""
CALM = Trouble(0, 0, 0, 0, 0, 0, 0)
_KINDS = ("ok", "ok", "ok", "ok", "ok", "ok", "t1", "t2", "p")


def addresses() -> list[str]:
    """The readers, each with what the server will say to his mail."""
    return [f"{_KINDS[number % len(_KINDS)]}-{number}@example.org" for number in range(READERS)]


@dataclass(frozen=True, slots=True)
class Told:
    """How a story ended."""

    faults: tuple[str, ...]
    """What the ledger says and the server knows better; empty where it tells the truth."""
    doubts: int
    virtual_s: float
    log: tuple[tuple[str, int], ...]
    """How many copies each reader has."""


class Stage:
    """A database with its readers, used for one story after the other."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "newsletter.db"
        self.engine: Engine = open_store("sqlite:///newsletter.db", folder, fresh_id="a-test")
        add_readers(self.engine, addresses())

    def tell(self, seed: int, trouble: Trouble, product: Product) -> Told:
        """Tell the story of one seed."""
        with writing(self.engine) as connection:
            for table in (delivery_event, delivery, sender, send, suppression):
                connection.execute(delete(table))
        random = Random(seed)
        world = World(
            engine=self.engine,
            database=self.database,
            sending=begun(self.engine, TUNING.retry),
            random=random,
            trouble=trouble,
            server=Server(random),
            product=product,
        )
        world.save()
        bound, virtual_s = run_virtually(_play(world))
        return _judge(world, bound, virtual_s)


async def _play(world: World) -> tuple[int, float]:
    """Run processes until the sending is done; return how many readers may be in doubt, and the time that passed."""
    random, bound = world.random, 0
    numbers = count(1_000_000)
    left: list[asyncio.Task[End | None]] = []
    for _ in range(PROCESSES):
        process = Process(world, next(numbers))
        running = asyncio.ensure_future(_refused(process))
        await asyncio.wait({running}, timeout=random.uniform(0.5, 40))
        bound += await _strike(world, process, running)
        left.append(running)
    calm = World(**{name: getattr(world, name) for name in world.__slots__} | {"trouble": CALM})
    while get_sending(world.engine, SLUG).status != "done":
        await _refused(Process(calm, next(numbers)))
        await let_pass(30)
    await asyncio.gather(*left)
    return bound, asyncio.get_running_loop().time()


async def _refused(process: Process) -> End | None:
    """Run a process; that another is alive, or took over, is no fault."""
    try:
        return await process.run()
    except SendingError:
        return None


async def _strike(world: World, process: Process, running: asyncio.Task[End | None]) -> int:
    """Let something befall a process; return how many readers may come into doubt by it."""
    trouble, chance = world.trouble, world.random.random()
    if chance < trouble.power_cut:
        process.kill()
        await asyncio.wait({running})
        world.cut_power()
        return CHUNK + CHUNK // 2 + CONNECTIONS * DEPTH
    if chance < trouble.power_cut + trouble.freeze:
        asyncio.ensure_future(process.freeze(world.random.choice((5.0, 170.0, 400.0))))  # noqa: RUF006 - it ends itself
    elif chance < trouble.power_cut + trouble.freeze + trouble.kill:
        process.kill()
        await asyncio.wait({running})
    return CONNECTIONS * DEPTH


def _judge(world: World, bound: int, virtual_s: float) -> Told:
    """Hold what the ledger says against what the server took."""
    states, log = states_of(world.engine), world.server.log
    faults = faults_of(states, log)
    doubts = sum(state == "in_doubt" for state in states.values())
    if doubts > bound + READERS // 4:  # lines cut after the dot are in doubt for good reason
        faults.append(f"{doubts} are in doubt")
    return Told(tuple(faults), doubts, virtual_s, tuple(sorted(log.items())))
