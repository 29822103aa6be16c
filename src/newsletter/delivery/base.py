"""What a message is to a transport, and what a transport is to everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.model import Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person, ready for the wire."""

    sender: str
    """The envelope sender (RFC 5321 `MAIL FROM`): where bounces go, different for each reader under VERP."""
    recipient: str
    """The envelope recipient (`RCPT TO`); it is never read from the headers."""
    message_id: str
    """As it stands in the header, with its angle brackets; the same at every attempt."""
    content: bytes
    """Headers and body with CRLF line ends, not yet dot-stuffed."""
    needs_smtputf8: bool
    """An address holds characters beyond ASCII, so the server must offer SMTPUTF8 (RFC 6531)."""


class Feed(Protocol):
    """Where a transport gets its messages, and tells what became of each; called in one event loop."""

    async def take(self, most: int) -> Sequence[Message]:
        """Wait for work; return at most `most` messages, each already marked `wire` in the ledger.

        An empty answer means: no more. Cancelled while it waits, it has taken nothing.
        """
        ...

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Be told what became of a message: once for every one that was taken. Never raises."""
        ...


class Transport(Protocol):
    """A way to hand over messages."""

    async def run(self, feed: Feed) -> None:
        """Deliver what the feed gives until it gives nothing more.

        Raises:
            DeliveryError: nothing can be sent at all: no such host, log-in refused, no permission. Whatever
            was taken has been settled.
        """
        ...
