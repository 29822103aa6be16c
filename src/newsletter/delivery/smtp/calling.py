"""A call without a mail: as far as the log-in, and goodbye."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.delivery.smtp.connection import Connection, Patience, open_connection
from newsletter.delivery.smtp.protocol import Conversation

if TYPE_CHECKING:
    import ssl
    from datetime import datetime

    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Message
    from newsletter.delivery.smtp.opening import Offer
    from newsletter.model import Outcome


@dataclass(frozen=True, slots=True)
class Called:
    """What a server showed of itself."""

    offer: Offer
    certificate_ends: datetime | None
    """None without TLS."""


class _Nothing:
    """A source without messages."""

    def next_message(self, conversation: Conversation) -> Message | None:  # noqa: ARG002 - a `Source`'s
        return None

    def is_enough(self, conversation: Conversation) -> bool:  # noqa: ARG002 - a `Source`'s
        return False

    def settle(self, message: Message, outcome: Outcome) -> None:  # noqa: ARG002 - a `Source`'s
        raise AssertionError("nothing was given")


async def call(settings: Smtp, *, ehlo_name: str, context: ssl.SSLContext, timeout_s: float) -> Called:
    """Connect, encrypt, log in as a sending would, and leave; no mail is begun.

    Raises:
        DeliveryError: one of these is not possible; said with the server's name and what to do about it.
    """
    patience = Patience(reply_s=timeout_s, connect_s=timeout_s)
    connection = Connection(Conversation(settings, ehlo_name), patience, _Nothing())
    await open_connection(connection, settings, context, patience)
    found = Called(connection.conversation.offer, connection.certificate_ends)
    connection.finish()
    await asyncio.wait([connection.closed], timeout=patience.goodbye_s)
    connection.give_up("the call is over")
    return found
