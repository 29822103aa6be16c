"""What every transport promises to whoever feeds it, each with what stands behind it."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from newsletter.config.providers import KEYS
from newsletter.delivery.all_backends import BACKENDS
from newsletter.delivery.directory import DirectoryTransport
from newsletter.delivery.null import NullTransport
from newsletter.model import Verdict
from tests.delivery.letters import message
from tests.delivery.servers import ListFeed, smtp, smtp_settings
from tests.delivery.slow_server import SlowServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from newsletter.delivery.base import Message, Transport


@contextmanager
def to_a_folder(folder: Path) -> Iterator[Transport]:
    yield DirectoryTransport(folder)


@contextmanager
def to_a_server(folder: Path) -> Iterator[Transport]:
    with SlowServer("PIPELINING") as server:
        yield smtp(smtp_settings(server.port, connections=2))


@contextmanager
def to_nowhere(folder: Path) -> Iterator[Transport]:
    yield NullTransport()


OPEN: dict[str, Callable[[Path], AbstractContextManager[Transport]]] = {
    "directory": to_a_folder,
    "smtp": to_a_server,
    "null": to_nowhere,
}


@pytest.fixture(params=sorted(OPEN))
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Transport]:
    with OPEN[request.param](tmp_path / "mail") as opened:
        yield opened


def test_every_transport_is_held_to_it() -> None:
    assert {*OPEN, *(f"esp:{name}" for name in KEYS)} == set(BACKENDS)


@pytest.mark.parametrize("count", [0, 1, 250])
def test_each_message_is_settled_once(transport: Transport, count: int) -> None:
    feed = ListFeed([message(recipient=f"reader-{number}@example.org") for number in range(count)])
    asyncio.run(transport.run(feed))

    assert [outcome.verdict for outcome in feed.outcomes] == [Verdict.ACCEPTED] * count


def test_a_transport_can_be_run_again(transport: Transport) -> None:
    for _ in range(2):
        feed = ListFeed([message()] * 3)
        asyncio.run(transport.run(feed))
        assert [outcome.verdict for outcome in feed.outcomes] == [Verdict.ACCEPTED] * 3


def test_a_run_that_is_cancelled_while_it_waits_for_work_ends_at_once(transport: Transport) -> None:
    class Idle(ListFeed):
        async def take(self, most: int) -> Sequence[Message]:
            if taken := await super().take(most):
                return taken
            waits.set()
            await asyncio.Event().wait()
            return []

    async def interrupt() -> None:
        task = asyncio.create_task(transport.run(feed))
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)

    waits = asyncio.Event()
    feed = Idle([message()] * 3)
    asyncio.run(interrupt())

    # What was on its way is heard out or taken back; nobody is forgotten, and nobody in doubt.
    assert {outcome.verdict for outcome in feed.outcomes} <= {Verdict.ACCEPTED, Verdict.DEFERRED}
    assert len(feed.outcomes) == 3
