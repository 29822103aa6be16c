"""The transport of a provider: some requests at once, within the rate, and every message settled once.

A request is made of what one `take` of the feed gave: all of it, or, where that cannot be, parts of it that depend on
nothing else. So a provider that knows requests again can be asked once more later, by another process, with the same
octets (`sending.replay`).
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.esp.flight import Flight
from newsletter.delivery.esp.judging import words_of
from newsletter.delivery.esp.line import open_line
from newsletter.delivery.pace import Limits, Pace
from newsletter.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ssl import SSLContext

    from newsletter.config.esp import Esp
    from newsletter.delivery.base import Capabilities, Feed, Message
    from newsletter.delivery.esp.calls import Call, Dialect, Lost, Reply
    from newsletter.delivery.esp.line import Line
    from newsletter.model import Outcome

UNREACHED_IN_A_ROW = 5
"""So many requests that did not reach the provider, with none between them that did, and the run has no sense."""
LOST_IN_A_ROW = 3
"""So many that got no answer that can be understood, and it ends: each of them leaves readers in doubt."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what. In seconds."""

    first_pause_s: float = 1.0
    """After a provider said that it is asked too much; doubled while nothing comes of it."""
    again_s: tuple[float, ...] = (1.0, 4.0, 10.0)
    """Before a request that got no answer goes out again, to a provider that knows it again."""
    goodbye_s: float = 10.0
    """For the answers to what is on its way, when the run is stopped."""


class EspTransport:
    """One provider.

    Every connection is encrypted and the provider's certificate verified, but to a server on this machine that is
    named with http.
    """

    def __init__(
        self,
        dialect: Dialect,
        label: str,
        settings: Esp,
        *,
        context: SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`context` says whom to trust instead of the usual certificate authorities."""
        self._dialect = dialect
        self._label = label
        self._settings = settings
        self._context = context
        self._patience = patience or Patience()

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._dialect.capabilities

    async def run(self, feed: Feed) -> None:
        """Deliver what the feed gives until it gives nothing more.

        Cancelled, it writes no further request, waits a moment for the answers to those that were written, settles
        the others and ends.

        Raises:
            DeliveryError: the provider cannot be reached, refuses the account, or answers nothing that is understood.
        """
        settings = self._settings
        async with open_line(settings.concurrency, settings.timeout_s, self._context) as line:
            run = _Run(self._dialect, self._label, settings, self._patience, (line, feed))
            try:
                await run.work()
            finally:
                await run.stop()


class _Run:
    """One run of a transport."""

    def __init__(
        self, dialect: Dialect, label: str, settings: Esp, patience: Patience, ends: tuple[Line, Feed]
    ) -> None:
        self._dialect = dialect
        self._label = label
        self._patience = patience
        self._line, self._feed = ends
        self._concurrency = settings.concurrency
        self._loop = asyncio.get_running_loop()
        self._rate = settings.rate_per_second or math.inf
        self._most = max(1, int(min(dialect.capabilities.max_batch, self._rate)))
        self._pace = self._pace_of_requests()
        self._workers: list[asyncio.Task[None]] = []
        self._flights: set[asyncio.Task[None]] = set()
        self._unreached = 0
        """Requests in a row that did not reach the provider."""
        self._lost = 0
        """Requests in a row without an answer that was understood."""
        self._taking, self._pacing = asyncio.Lock(), asyncio.Lock()
        self._over = asyncio.Event()
        self._is_dry = False
        """The feed gives nothing more."""
        self._fault: DeliveryError | None = None
        """Why no further request goes out."""

    async def work(self) -> None:
        """Deliver everything.

        Raises:
            DeliveryError: nothing can be sent at all.
        """
        self._workers = [self._loop.create_task(self._serve()) for _ in range(self._concurrency)]
        await asyncio.gather(*self._workers)
        if self._fault:
            raise self._fault

    async def stop(self) -> None:
        """End the run: hear the answers that are still to come for a moment, and settle whatever is left."""
        self._over.set()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        flights = set(self._flights)
        if flights:
            _, late = await asyncio.wait(flights, timeout=self._patience.goodbye_s)
            for flight in late:
                flight.cancel()
            await asyncio.gather(*flights, return_exceptions=True)

    async def _serve(self) -> None:
        while not self.is_over:
            messages = await self._taken()
            if not messages:
                return
            # A task of its own: cancelled with this one, nobody would hear what the provider answers.
            flight = self._loop.create_task(Flight(self, messages).fly())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
            await asyncio.shield(flight)

    async def _taken(self) -> Sequence[Message]:
        """Take what the next request is made of; one after the other, as a feed has one end only."""
        async with self._taking:
            await self._pause()
            if self._is_dry or self.is_over:
                return ()
            messages = await self._feed.take(self._most)
            self._is_dry = not messages
            return messages

    async def _pause(self) -> None:
        """Wait until a request may go out, or nothing more goes."""
        while not self.is_over and (pause_s := self._pace.wait_s(self._loop.time())):
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._over.wait()

    # What a flight asks, and tells

    @property
    def dialect(self) -> Dialect:
        """How the provider is spoken to."""
        return self._dialect

    @property
    def is_over(self) -> bool:
        """Whether no further request may go out."""
        return self._over.is_set()

    @property
    def again_s(self) -> tuple[float, ...]:
        """How long to wait before a request goes out again."""
        return self._patience.again_s if self._dialect.capabilities.idempotency_ttl_s else ()

    async def turn(self) -> None:
        """Wait for the turn of one more request, at the rate of all together."""
        async with self._pacing:
            await self._pause()
            self._pace.sent()

    async def post(self, call: Call) -> Reply | Lost:
        """Post a request."""
        return await self._line.post(call)

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Tell the feed."""
        self._feed.settle(message, outcome)

    def one_by_one(self) -> None:
        """Be told that no two of these mails can share a request: then no more than one is to be at hand for each."""
        if self._most > 1:
            self._most = 1
            self._pace = self._pace_of_requests()

    def _pace_of_requests(self) -> Pace:
        """Return the pace at which requests of so many mails keep to the rate, which is one of mails."""
        limits = Limits(self._concurrency, self._rate / self._most, self._patience.first_pause_s)
        return Pace(limits, self._loop.time())

    def answered(self) -> None:
        """Be told that an answer was understood."""
        self._unreached = self._lost = 0
        self._pace.took()

    def was_throttled(self, least_s: float) -> None:
        """Be told that the provider is asked too much."""
        self._unreached = 0
        self._pace.throttled(self._loop.time(), least_s)

    def was_unreached(self, why: str) -> None:
        """Be told that a request did not reach the provider."""
        self._unreached += 1
        self._pace.failed(self._loop.time())
        if self._unreached >= UNREACHED_IN_A_ROW:
            many = f"{UNREACHED_IN_A_ROW} times in a row"
            self.fail(f"{self._label}: {why}, {many}; is the network there, and esp.api_url right?")

    def was_lost(self, why: str) -> None:
        """Be told that nobody knows what became of a request."""
        self._lost += 1
        self._pace.failed(self._loop.time())
        if self._lost >= LOST_IN_A_ROW:
            self.fail(
                f"{self._label}: {LOST_IN_A_ROW} requests in a row got no answer that says what became of them; "
                f"the last: {why}"
            )

    def fail(self, why: str) -> None:
        """Let no further request go out."""
        self._fault = self._fault or DeliveryError(why)
        self._over.set()

    def fail_with(self, reply: Reply) -> str:
        """Let no further request go out, as the provider refuses all; return its words."""
        words = f"{reply.status} {words_of(reply, self._dialect.secrets)}".strip()
        self.fail(f"{self._label} refuses all that comes from here: {words}; look at its key, its sender, your account")
        return words
