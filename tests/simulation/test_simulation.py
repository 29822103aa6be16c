"""Many stories of a sending in virtual time, and whether faults that were put in on purpose are found.

A story that fails is told again by its number: python tests/simulation/retell.py 4711
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from newsletter.sending.ledger import Ledger
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.states import ARROWS, Arrow
from newsletter.store import Begin, writing
from newsletter.store.schema import delivery
from tests.simulation.story import Stage
from tests.simulation.world import Product, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.bulk

STORIES = 30
PATIENCE = 40
"""In so many stories a fault of the product must have shown itself."""
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of this test's own in it: nothing here need last


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        opened = Stage(Path(folder))
        yield opened
        opened.engine.dispose()


@pytest.mark.parametrize("first", range(0, STORIES, 10))
def test_the_ledger_tells_the_truth_whatever_befalls_its_senders(first: int, stage: Stage) -> None:
    """Nobody has it twice, nobody who is said to have it lacks it, and nobody is left over."""
    for seed in range(first, first + 10):
        assert stage.tell(seed, Trouble(), Product()).faults == (), f"story {seed}"


def test_a_story_is_the_same_each_time_it_is_told(stage: Stage) -> None:
    assert stage.tell(7, Trouble(), Product()) == stage.tell(7, Trouble(), Product())


class NotesBefore(Ledger):
    """Calls a mail sent when it begins to write it."""

    def write(self, batch: Batch, now_ms: int, begin: Begin = Begin.LAX) -> frozenset[int]:
        given = super().write(batch, now_ms, begin)
        super().write(Batch(tuple(Fate(id_, Arrow.ACCEPT, 1) for id_ in given)), now_ms, begin)
        return given


class NotesAfter(Ledger):
    """Writes first, and notes it when the answer is there."""

    def write(self, batch: Batch, now_ms: int, begin: Begin = Begin.LAX) -> frozenset[int]:
        super().write(Batch(batch.fates), now_ms, begin)
        return frozenset(batch.marks)


class TrustsItself(Ledger):
    """Never asks whether a row is still its own."""

    def write(self, batch: Batch, now_ms: int, begin: Begin = Begin.LAX) -> frozenset[int]:
        with writing(self._engine, begin=begin) as connection:
            for fate in batch.fates:
                target = ARROWS[fate.arrow].target
                values = {"state": target, "lease": None, "next_at_ms": fate.next_at_ms}
                connection.execute(update(delivery).where(delivery.c.id == fate.id).values(values))
            for id_ in batch.marks:
                mine = {"state": "wire", "lease": self._lease}
                connection.execute(update(delivery).where(delivery.c.id == id_).values(mine))
        return frozenset(batch.marks)


@pytest.mark.parametrize(
    "product",
    [
        Product(NotesBefore),
        Product(NotesAfter),
        Product(TrustsItself),
        Product(claims_wait_for_the_disk=False),
        Product(knows_of_boots=False),
    ],
    ids=["notes before", "notes after", "no fence", "claims do not last", "power cuts unseen"],
)
def test_a_fault_that_was_put_in_is_found(product: Product, stage: Stage) -> None:
    found = (stage.tell(seed, Trouble(), product).faults for seed in range(PATIENCE))
    assert any(found)
