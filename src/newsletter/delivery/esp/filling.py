"""One reader's mail as fields. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import idna

from newsletter.delivery.headers import HeaderName
from newsletter.render.personal import fill

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from newsletter.delivery.base import Draft, Message


@dataclass(frozen=True, slots=True)
class Filled:
    """What one reader's mail says."""

    subject: str
    text: str
    html: str


def draft_of(message: Message) -> Draft:
    """Return the draft of a message; ValueError where there is none, as it was made of octets."""
    if message.draft is None:
        error = f"{message.message_id} was made without a draft, and a provider cannot be told its octets"
        raise ValueError(error)
    return message.draft


def filled(message: Message) -> Filled:
    """Return what a message says, as its octets do."""
    email = draft_of(message).email
    values = message.values
    return Filled(fill(email.subject, values), fill(email.text, values), fill(email.html, values))


def unsubscribe_header(message: Message) -> str:
    """Return where this reader leaves (RFC 2369 section 3.2)."""
    return f"<{message.values['unsubscribe_url']}>"


def headers_of(message: Message, withheld: Collection[str]) -> Mapping[str, str]:
    """Return the headers of one reader's mail, beyond those that every provider writes itself."""
    draft = draft_of(message)
    found = dict(draft.headers)
    if draft.email.form.can_leave:
        found[HeaderName.LIST_UNSUBSCRIBE] = unsubscribe_header(message)
    return {str(name): value for name, value in found.items() if name not in withheld}


def ascii_address(address: str) -> str:
    """Return an address with its domain as the DNS writes it: providers compare addresses as they write them."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"


def can_be_written(address: str) -> bool:
    """Say whether an address can be written in ASCII, as providers want it (so RFC 6532 is of no use here)."""
    try:
        return ascii_address(address).isascii()
    except idna.IDNAError:
        return False
