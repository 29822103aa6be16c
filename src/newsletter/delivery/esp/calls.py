"""One request to a provider, whole, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.delivery.base import Capabilities, Message
    from newsletter.model import Outcome


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it goes out: the same octets however often."""

    messages: tuple[Message, ...]
    """Whose mail is in it, each with another address."""
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """They hold the key."""
    body: bytes = field(repr=False)
    made_of: object = field(default=None, compare=False, repr=False)
    """What its dialect needs to understand the answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came."""

    why: str
    """In words for a person, without a secret."""
    was_written: bool
    """All of the request was written, so that the provider may have it."""


class Dialect(Protocol):
    """How one provider is spoken to. Nothing here waits."""

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What must not be seen in anything that is told."""
        ...

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return the messages in groups that can share a request."""
        ...

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the request for one of its groups; the same messages always make the same one, where that is of use.

        Raises:
            DeliveryError: the provider cannot be told such a mail.
        """
        ...

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of each message of the call; None where it says nothing of them."""
        ...
