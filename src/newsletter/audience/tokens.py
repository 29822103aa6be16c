"""Tokens: short texts that stand for a reader in links and in envelope senders, and that nobody else can make.

A token says what it is for, whose it is and what it is about, and proves it with 128 bits of HMAC-SHA256 over that
and the newsletter's List-Id. It needs no table, so it works for ever, also for somebody who is long gone. It is
written in lower-case letters and digits, since a mail server may change the capitals of a bounce's address.

    byte     purpose (4 bits) and version of the key (4 bits)
    varint   subscriber id
    varint   what it is about: the id of a send, or the moment in which it was made (see `Purpose`)
    16 bytes HMAC

As a whole it has at most 40 characters up to 2³⁵ subscribers and 2²¹ sends, so that `bounces+TOKEN` stays within the
64 octets of a local part (RFC 5321 section 4.5.3.1.1).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.config import Secret

KEY_VERSION = 1
"""Goes up when a key is used in another way; tokens of another version are refused."""

HOUR_MS = 3_600_000
"""What a token to confirm is counted in."""
MINUTE_MS = 60_000
"""What a token of access is counted in."""

MAC_BYTES = 16
MAX_CHARACTERS = 64
_MAX_ID = 2**63 - 1


class Purpose(IntEnum):
    """What a token may be used for, and for nothing else. The numbers stand in mail that was sent: never reuse one."""

    UNSUBSCRIBE = 1
    """About a send, or 0."""
    PREFERENCES = 2
    """Likewise."""
    CONFIRM = 3
    """About the hour since 1970 in which it was made."""
    ENVELOPE = 4
    """About a send."""
    ACCESS = 5
    """About the minute since 1970 in which it was made."""
    FORM = 6
    """Of nobody (0), about the millisecond since 1970 in which a form was shown."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says."""

    purpose: Purpose
    subscriber_id: int
    about: int
    """As its `Purpose` says."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the secret key is used for: each use has a key of its own, and none tells another."""

    tokens: bytes
    forgotten: bytes


def keys_of(secret_key: Secret | None) -> Keys:
    """Return the keys that come of NEWSLETTER_SECRET_KEY.

    Raises:
        UsageError: it is not set; the message says how to make one.
    """
    if secret_key is None:
        message = (
            "NEWSLETTER_SECRET_KEY is not set, and it signs the links of readers. Make one with\n"
            '    python3 -c "import secrets; print(secrets.token_urlsafe(32))"\n'
            "put NEWSLETTER_SECRET_KEY=… in .env, and keep it: with another one, old links no longer work"
        )
        raise UsageError(message)
    secret = secret_key.reveal().encode()
    return Keys(_derived(secret, b"newsletter: tokens"), _derived(secret, b"newsletter: forgotten addresses"))


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.digest(secret, use, hashlib.sha256)


def sign(keys: Keys, list_id: str, token: Token) -> str:
    """Return a token in its written form.

    Args:
        keys: From `keys_of`.
        list_id: The newsletter's List-Id: a token of one newsletter opens nothing at another.
        token: What it says.
    """
    said = bytes([_lead(token.purpose)]) + _varint(token.subscriber_id) + _varint(token.about)
    return base64.b32encode(said + _mac(keys, list_id, said)).decode("ascii").rstrip("=").lower()


def verify(keys: Keys, list_id: str, purpose: Purpose, written: str) -> Token | None:
    """Return what a token says; None if it is not one that `sign` wrote, for this newsletter and this purpose."""
    raw = _decoded(written)
    said, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if len(mac) < MAC_BYTES or not hmac.compare_digest(mac, _mac(keys, list_id, said)):
        return None
    # From here on it is one that we wrote, if perhaps in another version.
    if said[0] != _lead(purpose):
        return None
    subscriber_id, rest = _number(said[1:])
    about, _ = _number(rest)
    return Token(purpose, subscriber_id, about)


def forgotten_key(keys: Keys, address_key: str) -> str:
    """Return what stays of an address that was forgotten: enough to know it again, and not to find it out."""
    mac = hmac.digest(keys.forgotten, address_key.encode(), hashlib.sha256)
    return f"forgotten:{mac[:MAC_BYTES].hex()}"


def _lead(purpose: Purpose) -> int:
    return purpose << 4 | KEY_VERSION


def _mac(keys: Keys, list_id: str, said: bytes) -> bytes:
    # The length keeps the two apart: nothing that one ends with can be taken for the beginning of the other.
    signed = bytes([len(said)]) + said + list_id.encode()
    return hmac.digest(keys.tokens, signed, hashlib.sha256)[:MAC_BYTES]


def _decoded(written: str) -> bytes:
    """Return the bytes of a token; none if it is not written as tokens are."""
    if len(written) > MAX_CHARACTERS or not written.isascii():
        return b""
    text = written.upper()
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
    # The last character has bits to spare: of all spellings of one token, one is right.
    return raw if base64.b32encode(raw).decode("ascii").rstrip("=") == text else b""


def _varint(number: int) -> bytes:
    if not 0 <= number <= _MAX_ID:
        message = f"{number} is no id"
        raise ValueError(message)
    written = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _number(raw: bytes) -> tuple[int, bytes]:
    """Return the number that `raw` begins with, and what follows it."""
    end = next(place for place, byte in enumerate(raw) if byte < 0x80)  # noqa: PLR2004 - the highest bit: more follows
    return sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(raw[: end + 1])), raw[end + 1 :]
