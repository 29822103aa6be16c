"""The transport that speaks SMTP: as many connections to one server as it stands, fed from one place."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.base import Capabilities
from newsletter.delivery.pace import Limits, Pace
from newsletter.delivery.smtp.connection import INTERRUPTED, Connection, Patience, open_connection
from newsletter.delivery.smtp.opening import SPOILT, OpeningError, opening_error
from newsletter.delivery.smtp.protocol import Conversation
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Feed, Message


AT_HAND_S = 0.02
"""For how long the messages at hand suffice at the speed at which the server takes them; the ledger is faster."""


@dataclass(frozen=True, slots=True)
class _Server:
    """All that is known of a server before it is called."""

    settings: Smtp
    ehlo_name: str
    context: ssl.SSLContext
    patience: Patience
    limits: Limits


class SmtpTransport:
    """One mail server.

    Every connection is encrypted and the server's certificate verified, before any word of a log-in or of a
    mail; with security `none` there is no encryption, which only this machine itself is trusted with.
    """

    capabilities = Capabilities("smtp")

    def __init__(
        self,
        settings: Smtp,
        *,
        ehlo_name: str,
        context: ssl.SSLContext | None = None,
        patience: Patience | None = None,
        first_pause_s: float = 1.0,
    ) -> None:
        """`context` says whom to trust instead of the system's certificate authorities."""
        self._server = _Server(
            settings,
            ehlo_name,
            context or ssl.create_default_context(),
            patience or Patience(reply_s=settings.timeout_s),
            Limits(settings.connections, settings.rate_per_second or math.inf, first_pause_s),
        )

    async def run(self, feed: Feed) -> None:
        """Deliver what the feed gives until it gives nothing more.

        Nothing is taken from it before a first connection stands. Cancelled, it writes no further message,
        waits a moment for the answers to those that were written, settles the others and ends.

        Raises:
            DeliveryError: no connection can be had, said with the server's name and what to do about it.
            Whatever was taken has been settled.
        """
        run = _Run(self._server, feed)
        try:
            await run.work(await run.open())
        finally:
            await run.stop()


class _Run:
    """One run of a transport: what was taken and not yet settled, and the connections that it is on."""

    def __init__(self, server: _Server, feed: Feed) -> None:
        self._server = server
        self._feed = feed
        self._loop = asyncio.get_running_loop()
        self._pace = Pace(server.limits, self._loop.time())
        self._ready: deque[Message] = deque()
        """Taken, and on no connection yet."""
        self._unsettled = 0
        self._is_dry = False
        """The feed gives nothing more."""
        self._heard = self._loop.time()
        """When the server last answered a message."""
        self._connections: set[Connection] = set()
        self._calls = 0
        """Connections that are being opened."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None
        self._done: asyncio.Future[None] = self._loop.create_future()

    # The run

    async def work(self, connection: Connection) -> None:
        """Deliver everything; the first connection stands already.

        Raises:
            OpeningError: the server cannot be reached any more.
        """
        self._start(self._fetch())
        for number in range(self._server.settings.connections):
            self._start(self._serve(None if number else connection))
        await self._done

    async def open(self) -> Connection:
        """Return a connection that is open for messages.

        Raises:
            OpeningError: it cannot be had.
        """
        server = self._server
        connection = Connection(Conversation(server.settings, server.ehlo_name), server.patience, self)
        await open_connection(connection, server.settings, server.context, server.patience)
        self._connections.add(connection)
        return connection

    async def stop(self) -> None:
        """End the run: hear the answers that are still to come for a moment, and settle whatever is left."""
        if self._alarm:
            self._alarm.cancel()
        for task in self._tasks:
            task.cancel()
        open_lines = set(self._connections)
        try:
            for connection in open_lines:
                connection.finish()
            if open_lines:
                closing = [connection.closed for connection in open_lines]
                await asyncio.wait(closing, timeout=self._server.patience.goodbye_s)
            await asyncio.gather(*self._tasks, return_exceptions=True)
        finally:
            for connection in open_lines:
                connection.give_up(INTERRUPTED)
            while self._ready:
                message = self._ready.popleft()
                reply = f"{INTERRUPTED}, before this message"
                self.settle(message, Outcome(message.recipient, Verdict.DEFERRED, reply=reply, scope=Scope.SESSION))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._check)

    def _check(self, task: asyncio.Task[None]) -> None:
        """End the run with whatever ended one of its tasks."""
        if not task.cancelled() and (error := task.exception()):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._done.done():
            self._done.set_exception(error)

    # The feed

    async def _fetch(self) -> None:
        """Keep so many messages at hand that no connection has to wait for the feed, and no more."""
        while True:
            most = self._most_at_hand()
            room = most - self._unsettled
            # Half of it at a time: each take waits for the ledger, which writes many marks as fast as one.
            if room >= (most + 1) // 2 or (room > 0 and not self._ready):
                messages = await self._feed.take(room)
                if not messages:
                    break
                self._unsettled += len(messages)
                self._ready.extend(messages)
                self._wake()
            else:
                self._changed.clear()
                await self._changed.wait()
        self._is_dry = True
        self._wake()
        self._finish_if_done()

    def _most_at_hand(self) -> int:
        """Return how many messages may be taken and not yet settled. All of them may come into doubt."""
        settings, now = self._server.settings, self._loop.time()
        most = settings.connections * settings.pipeline_depth
        # For each connection one that waits for its answer, one whose envelope is out, and one for behind it; more
        # only where they are gone in a moment.
        most = min(most, max(3 * settings.connections, int(self._pace.taken_per_s(now) * AT_HAND_S)))
        # At a slow rate, a second's worth.
        return max(1, int(min(self._pace.rate_per_s(now), most)))

    def _finish_if_done(self) -> None:
        if self._is_dry and not self._unsettled and not self._done.done():
            self._done.set_result(None)

    # The connections

    async def _serve(self, connection: Connection | None) -> None:
        """Keep one connection open while there is work for it."""
        while True:
            if connection is None:
                await self._wanted()
                connection = await self._open_again()
            if connection:
                connection.wake()
                # The future is not this task's: cancelled with it, nobody could wait for the line to close.
                await asyncio.shield(connection.closed)
                self._connections.discard(connection)
                if (reason := connection.conversation.reason) and not connection.conversation.accepted:
                    self._refused(opening_error(self._server.settings, reason, SPOILT))
                connection = None

    async def _open_again(self) -> Connection | None:
        """Return a connection, or None where one more cannot be had now.

        Raises:
            OpeningError: none can be had, and none was for so long that the run has no sense any more.
        """
        self._calls += 1
        try:
            return await self.open()
        except OpeningError as error:
            self._refused(error)
            return None
        finally:
            self._calls -= 1

    def _refused(self, error: OpeningError) -> None:
        """Call the server less often, or no more.

        Raises:
            OpeningError: there is no other connection, and no message was answered for too long.
        """
        now = self._loop.time()
        self._pace.refused(now, len(self._connections))
        if not self._connections and now - self._heard >= self._server.patience.server_s:
            raise error

    async def _wanted(self) -> None:
        """Wait until there is more work than the open connections take, and the server may be called."""
        while True:
            now = self._loop.time()
            wait_s = self._pace.call_wait_s(now)
            if wait_s:
                await asyncio.sleep(wait_s)
            elif self._is_one_missing(now):
                return
            else:
                self._changed.clear()
                await self._changed.wait()

    def _is_one_missing(self, now: float) -> bool:
        if len(self._ready) <= self._calls or len(self._connections) + self._calls >= self._pace.connections(now):
            return False
        # Where messages wait for their turn at the given rate, those of another connection would wait too.
        return not self._pace.wait_s(now)

    def _wake(self) -> None:
        self._changed.set()
        for connection in tuple(self._connections):
            connection.wake()

    def _wake_in(self, wait_s: float) -> None:
        if self._alarm is None or self._alarm.when() <= self._loop.time():
            self._alarm = self._loop.call_later(wait_s, self._wake)

    # What a connection asks

    def next_message(self, conversation: Conversation) -> Message | None:
        """Return the next message, if there is one and it may go now."""
        if not self._ready or self.is_enough(conversation):
            return None
        if wait_s := self._pace.wait_s(self._loop.time()):
            self._wake_in(wait_s)
            return None
        self._pace.sent()
        return self._ready.popleft()

    def is_enough(self, conversation: Conversation) -> bool:
        """Say whether a conversation should end: it has had its share, or there is no work for it."""
        if conversation.begun >= self._server.settings.messages_per_connection:
            return True
        if self._is_dry and not self._ready:
            return True
        allowed = self._pace.connections(self._loop.time())
        if len(self._connections) <= allowed:
            return False
        return sum(not connection.conversation.is_leaving for connection in self._connections) > allowed

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Tell the feed, and slow down where the server asks for it."""
        self._unsettled -= 1
        if outcome.verdict is Verdict.ACCEPTED:
            self._pace.took()
        if outcome.code:
            self._heard = self._loop.time()
            if outcome.scope is Scope.SESSION and outcome.verdict is Verdict.DEFERRED and not _is_goodbye(outcome.code):
                self._pace.throttled(self._loop.time())
        try:
            self._feed.settle(message, outcome)
        except Exception as error:  # noqa: BLE001 - it would be lost in the event loop, and the run would wait for ever
            self._fail(error)
        self._changed.set()
        self._finish_if_done()


def _is_goodbye(code: str) -> bool:
    """Say whether a server only ended a connection, after so many messages or so long; that is no throttling."""
    return code in {"421", "421 4.4.2", "421 4.4.5"}
