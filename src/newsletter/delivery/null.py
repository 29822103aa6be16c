"""Nowhere: takes every message and keeps none, to measure what comes before the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.delivery.base import Capabilities
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from newsletter.delivery.base import Feed

_AT_ONCE = 100


class NullTransport:
    """Accepts everything at once; nobody gets mail."""

    capabilities = Capabilities("null")

    async def run(self, feed: Feed) -> None:
        """Accept what the feed gives until it gives nothing more."""
        while messages := await feed.take(_AT_ONCE):
            for message in messages:
                feed.settle(message, Outcome(message.recipient, Verdict.ACCEPTED))
