"""An issue's mail for each of its readers, in the form in which it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.audience.tokens import Purpose, Token, sign
from newsletter.delivery.mime import Stamp
from newsletter.model import Recipient
from newsletter.render import personal_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from newsletter.audience.readers import Reader
    from newsletter.audience.tokens import Keys
    from newsletter.config import Newsletter
    from newsletter.delivery.base import Message
    from newsletter.delivery.dkim import Signer
    from newsletter.delivery.mime import PreparedMail
    from newsletter.model import Email


@dataclass(frozen=True, slots=True)
class Letters:
    """Makes the message of one reader: the same bytes at every attempt, its signature too."""

    email: Email
    mail: PreparedMail
    date: datetime
    """When the sending began."""
    signer: Signer | None
    """None where mail is not signed here."""

    def to(self, reader: Recipient, more: Mapping[str, str] = MappingProxyType({})) -> Message:
        """Return one reader's message, signed. Takes and raises what `unsigned` does."""
        return self.signed(self.unsigned(reader, more))

    def signed(self, message: Message) -> Message:
        """Return a message as it goes out."""
        return self.signer.sign(message, self.date) if self.signer else message

    def unsigned(self, reader: Recipient, more: Mapping[str, str] = MappingProxyType({})) -> Message:
        """Return one reader's message without a signature, which takes several times as long to make.

        `more` is what the fields of its own may read, of a mail that has some (`Form.fields`).

        Raises:
            PersonalFieldError: a personal field has no value for this reader.
            UnsafeValueError: a value cannot stand in a mail.
            DeliveryError: no reader's message can be made.
        """
        identity = self.mail.identity
        token = reader.envelope_token or reader.token
        stamp = Stamp(self.date, message_id(token, self.email.slug, identity.from_address))
        return self.mail.fill(reader, {**personal_values(self.email, reader, identity.site), **more}, stamp)


def message_id(token: str, slug: str, from_address: str) -> str:
    """Return the Message-ID of one reader's mail, by which he, and a server's log, know it again."""
    return f"<{token}.{slug}@{from_address.rpartition('@')[2]}>"


def message_ids(keys: Keys, newsletter: Newsletter, slug: str, send_id: int) -> Callable[[int], str]:
    """Return what says the Message-ID of the mail to a subscriber, by his id, in one sending."""

    def of(subscriber_id: int) -> str:
        token = sign(keys, newsletter.list_id, Token(Purpose.ENVELOPE, subscriber_id, send_id))
        return message_id(token, slug, newsletter.from_address)

    return of


def recipient_of(keys: Keys, list_id: str, send_id: int) -> Callable[[Reader], Recipient]:
    """Return what makes a recipient of a reader: with a token for each purpose, good for one sending."""

    def signed(purpose: Purpose, reader: Reader) -> str:
        return sign(keys, list_id, Token(purpose, reader.id, send_id))

    def recipient(reader: Reader) -> Recipient:
        return Recipient(
            reader.address,
            reader.language,
            signed(Purpose.UNSUBSCRIBE, reader),
            reader.fields,
            preferences_token=signed(Purpose.PREFERENCES, reader),
            envelope_token=signed(Purpose.ENVELOPE, reader),
        )

    return recipient
