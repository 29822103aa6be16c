"""What a message is to a transport, and what a transport is to everybody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.delivery.verify import Lines
    from newsletter.model import Email, Outcome


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it is encoded and before a reader is known; the same object in the message of each of them.

    For a transport that is told what a mail says, and not its octets.
    """

    email: Email
    """Subject, text and HTML with their holes, and the pictures that travel along."""
    from_name: str
    from_address: str
    reply_to: str
    """Empty where answers go to `from_address`."""
    headers: Mapping[str, str]
    """By name: what else its headers say to everybody, in ASCII and in one line."""


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
    draft: Draft | None = field(default=None, compare=False, repr=False)
    """What `pieces` was made of; None where only they are known."""
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)
    """What the holes of the draft read for this reader."""

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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a transport can do, as far as whoever feeds it has to know."""

    name: str
    """As the settings call it, such as `smtp` or `esp:resend`."""
    takes_octets: bool = True
    """It hands over a message as it is, signature too; else it is told the `Draft` and the values."""
    inline_merge: bool = False
    """It can be told a draft once, and the values of many readers beside it."""
    distinct_batch: bool = False
    """One request can hold mails that have nothing in common."""
    per_recipient_headers: bool = True
    """Readers of one request can have different headers."""
    partial_refusals: bool = False
    """An answer says for each reader of a request whether his mail was taken."""
    max_batch: int = 1
    """Messages in one request."""
    max_batch_bytes: int = 0
    """Octets of one request; 0 where no limit is known."""
    idempotency_ttl_s: int = 0
    """For so long a request that comes again is known as the same, and not done again; 0 where it never is."""
    account: str = ""
    """Stands for the account in which requests are known again; says nothing of its key."""
    inline_pictures: bool = True
    """Pictures can travel in the mail."""


class Transport(Protocol):
    """A way to hand over messages."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def run(self, feed: Feed) -> None:
        """Deliver what the feed gives until it gives nothing more.

        Raises:
            DeliveryError: nothing can be sent at all: no such host, log-in refused, no permission. Whatever
            was taken has been settled.
        """
        ...
