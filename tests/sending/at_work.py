"""One sender that does its work to the end."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from newsletter.sending.clock import start_clock
from newsletter.sending.engine import End, Means, Tuning, deliver
from newsletter.sending.policy import Retry
from tests.sending.mailings import T0, Desk, letter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.delivery.base import Message, Transport
    from newsletter.sending.feed import Sign
    from newsletter.sending.rows import Row
    from newsletter.sending.states import State

QUICK = Tuning(Retry(delays_s=(0,), session_delay_s=0), chunk=10, patience_s=0.0, last_patience_s=0.0)


def work(
    desk: Desk,
    transport: Transport,
    tuning: Tuning = QUICK,
    compose: Callable[[Row], Message] = letter,
    told: Callable[[Mapping[State, int], int], None] | None = None,
    stop: asyncio.Event | None = None,
    sign: Sign | None = None,
    before_claim: Callable[[], object] = lambda: None,
) -> End:
    """Let one sender work to its end, on a real loop and a real thread."""

    async def main(thread: ThreadPoolExecutor) -> End:
        loop = asyncio.get_running_loop()
        means = Means(
            ledger=desk.ledger,
            deadline_at_ms=desk.sending.deadline_at_ms,
            compose=compose,
            transport=transport,
            clock=start_clock(T0 / 1000, loop.time),
            in_thread=lambda action: loop.run_in_executor(thread, action),
            told=told or (lambda *_: None),
            sign=sign,
            before_claim=before_claim,
        )
        return await deliver(means, stop or asyncio.Event(), tuning)

    with ThreadPoolExecutor(1) as thread:
        return asyncio.run(main(thread))
