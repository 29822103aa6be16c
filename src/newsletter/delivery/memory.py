"""A mail server that is no server: it keeps what it is given, and answers as it is told to.

For tests of what stands above a transport, and for measuring it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from newsletter.delivery.base import Capabilities
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.delivery.base import Feed, Message


def accept(message: Message) -> Outcome:
    """Take every message."""
    return Outcome(message.recipient, Verdict.ACCEPTED, "250 2.0.0", "taken")


class MemoryTransport:
    """Keeps what it accepts in `messages`, in the order in which it came."""

    capabilities = Capabilities("memory")

    def __init__(self, answer: Callable[[Message], Outcome] = accept, *, connections: int = 1, depth: int = 1) -> None:
        """`answer` gives the outcome of each message; it may raise DeliveryError, as a server may be gone."""
        self.messages: list[Message] = []
        self._answer = answer
        self._connections = connections
        self._depth = depth

    async def run(self, feed: Feed) -> None:
        """Answer what the feed gives until it gives nothing more.

        Raises:
            DeliveryError: `answer` did; what was taken is settled before.
        """
        errors = [error for error in await asyncio.gather(*map(self._connection, [feed] * self._connections)) if error]
        if errors:
            raise errors[0]

    async def _connection(self, feed: Feed) -> DeliveryError | None:
        while messages := await feed.take(self._depth):
            for position, message in enumerate(messages):
                await asyncio.sleep(0)  # as every real server, it lets the others have their turn
                try:
                    outcome = self._answer(message)
                except DeliveryError as error:
                    _give_back(feed, messages[position:], str(error))
                    return error
                if outcome.verdict is Verdict.ACCEPTED:
                    self.messages.append(message)
                feed.settle(message, outcome)
        return None


def _give_back(feed: Feed, messages: Sequence[Message], reason: str) -> None:
    for message in messages:
        feed.settle(message, Outcome(message.recipient, Verdict.DEFERRED, reply=reason, scope=Scope.SESSION))
