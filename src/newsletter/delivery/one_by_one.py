"""A feed for a few messages, such as those of a test, in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from newsletter.model import Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome


class OneByOne:
    """Gives each message after the fate of the one before is known.

    It gives no more once the server or the line does not take mail now: whoever waits for a test wants to
    know that, and not to wait.
    """

    def __init__(self, messages: Iterable[Message], told: Callable[[Outcome], None]) -> None:
        self._messages = deque(messages)
        self._told = told
        self._next = asyncio.Event()
        self._next.set()

    async def take(self, most: int) -> Sequence[Message]:  # noqa: ARG002 - it is never more than one
        """Wait for the fate of the last message, then return the next one, or nothing."""
        await self._next.wait()
        self._next.clear()
        return [self._messages.popleft()] if self._messages else []

    def settle(self, message: Message, outcome: Outcome) -> None:  # noqa: ARG002 - the outcome names the reader
        """Hand on what became of a message."""
        self._told(outcome)
        if outcome.verdict is not Verdict.ACCEPTED and outcome.scope is Scope.SESSION:
            self._messages.clear()
        self._next.set()
