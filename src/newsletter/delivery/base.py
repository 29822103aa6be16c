"""What a message is to a transport, and what a transport is to everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.delivery.verify import Lines
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
    pieces: tuple[Lines, ...]
    """Headers and body. What is the same for all readers is the same object in the message of each."""
    needs_smtputf8: bool
    """An address holds characters beyond ASCII, so the server must offer SMTPUTF8 (RFC 6531)."""

    @property
    def content(self) -> bytes:
        """Headers and body with CRLF line ends, not dot-stuffed; put together at each look."""
        return b"".join([piece.octets for piece in self.pieces])

    @property
    def size(self) -> int:
        """Octets of `content`."""
        return sum(len(piece.octets) for piece in self.pieces)

    @property
    def is_ascii(self) -> bool:
        """Whether `content` is ASCII."""
        return all(piece.is_ascii for piece in self.pieces)


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
