"""The signature under a mail: DKIM (RFC 6376), with RSA, and with Ed25519 as a second one (RFC 8463).

In: the domain's private keys, and the final octets of a message. Out: the same octets behind one or two
`DKIM-Signature` headers.

Headers are canonicalised "relaxed", as servers on the way may fold them anew. The body is signed as it is
("simple"): nothing on the way may touch it, and it costs one hash. `l=` is never written: it would let
anybody add to the mail below what is signed. From, To, Subject, Date and the headers that unsubscribing
hangs on are named once more than they occur, so that no second one can be put in (RFC 6376 section 8.15).
"""

from __future__ import annotations

import os
import re
import stat
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from newsletter.delivery.verify import Lines
from newsletter.errors import DeliveryError, UnsafeValueError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from newsletter.config.settings import Dkim
    from newsletter.delivery.base import Message

SIGNED = (
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "archived-at",
    "auto-submitted",
    "feedback-id",
)
"""The headers that are signed where they occur: all that a newsletter has. RFC 8058 section 4 asks for the two
of unsubscribing, and Gmail for Feedback-ID."""

OVERSIGNED = frozenset({"from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post"})
"""Named once more than they occur."""

MIN_RSA_BITS = 1024
"""RFC 8301 section 3.2: a shorter key is not to be used, and 2048 is better."""

_WHITE_SPACE = re.compile(rb"[ \t\r\n]+")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LINE_OCTETS = 70


@dataclass(frozen=True, slots=True)
class Key:
    """One private key, and where its public half stands in the DNS."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """As a signature names it."""
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"

    @property
    def public(self) -> str:
        """The public half as its record has it after `p=` (RFC 6376 section 3.6.1, RFC 8463 section 4)."""
        key = self.private.public_key()
        if isinstance(key, RSAPublicKey):
            return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
        return b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    @property
    def record(self) -> str:
        """The record that belongs in the DNS."""
        return f"v=DKIM1; k={self.algorithm.partition('-')[0]}; p={self.public}"

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of octets."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(octets, PKCS1v15(), SHA256())
        return self.private.sign(sha256(octets).digest())  # RFC 8463 section 3


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs messages for one domain."""

    domain: str
    keys: tuple[Key, ...]

    def sign(self, message: Message, now: datetime) -> Message:
        """Return the message with its signatures before all other headers.

        The same message and the same `now` always give the same octets.

        Raises:
            UnsafeValueError: the message has no end of its headers, so nothing can be said of them.
        """
        head, end, body = message.content.partition(b"\r\n\r\n")
        if not end:
            raise UnsafeValueError("the message has no empty line after its headers")
        headers = _headers(head)
        names = _signed_names(headers)
        lines = b"".join(_relaxed_lines(headers, names))
        body_hash = b64encode(sha256(_simple_body(body)).digest()).decode()
        made = [self._signature(key, names, lines, body_hash, int(now.timestamp())) for key in self.keys]
        return replace(message, pieces=(Lines(b"".join(made)), *message.pieces))

    def _signature(self, key: Key, names: list[str], lines: bytes, body_hash: str, at: int) -> bytes:
        """Return one header, which signs itself too, but for its `b=` (RFC 6376 section 3.7)."""
        value = (
            f"v=1; a={key.algorithm}; c=relaxed/simple; d={self.domain};\r\n"
            f"\ts={key.selector}; t={at};\r\n"
            f"\th={_folded(names)};\r\n"
            f"\tbh={body_hash};\r\n"
            "\tb="
        ).encode()
        to_sign = lines + b"dkim-signature:" + _relaxed(value)
        signature = b64encode(key.sign(to_sign))
        pieces = (signature[start : start + _LINE_OCTETS] for start in range(0, len(signature), _LINE_OCTETS))
        return b"DKIM-Signature: " + value + b"\r\n\t ".join(pieces) + b"\r\n"


def load_signer(settings: Dkim) -> Signer | None:
    """Return what signs as the settings say; None where mail is not signed here.

    Raises:
        DeliveryError: a key cannot be read, is open to others, is not of its kind, or is too weak.
    """
    keys = []
    if settings.key_file:
        keys.append(Key(settings.selector, _rsa(settings.key_file)))
    if settings.ed25519_key_file:
        keys.append(Key(settings.ed25519_selector, _ed25519(settings.ed25519_key_file)))
    return Signer(settings.domain, tuple(keys)) if keys else None


def _rsa(path: Path) -> RSAPrivateKey:
    key = _private_key(path)
    if not isinstance(key, RSAPrivateKey):
        raise _unusable(path, "this is no RSA key", "make one as docs/how-to/sign-with-dkim.md says")
    if key.key_size < MIN_RSA_BITS:
        raise _unusable(path, f"an RSA key of {key.key_size} bits is too weak", "make one of 2048 bits")
    return key


def _ed25519(path: Path) -> Ed25519PrivateKey:
    key = _private_key(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(path, "this is no Ed25519 key", "make one as docs/how-to/sign-with-dkim.md says")
    return key


def _private_key(path: Path) -> object:
    """Read a key that only its owner can read; whoever else has it can write mail in the domain's name."""
    try:
        with path.open("rb") as file:
            # Asked of the file that is open, so that no other can take its place in between.
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise _unusable(path, "others on this machine can read this key", f"chmod 600 {path}")
            return load_pem_private_key(file.read(), password=None)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}", "look at dkim in newsletter.toml") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # TypeError: it has a passphrase. What is in the file must not be shown.
        raise _unusable(path, "this is no private key in PEM without a passphrase", "look at the file") from None


def _unusable(path: Path, fault: str, mend: str) -> DeliveryError:
    return DeliveryError(f"{path}: {fault}; {mend}")


def _headers(head: bytes) -> list[tuple[str, bytes]]:
    """Return the headers in their order: the name in lower case, and the value as it stands, unfolded or not."""
    lines = head.split(b"\r\n")
    headers: list[tuple[str, bytes]] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"} and headers:
            name, value = headers[-1]
            headers[-1] = (name, value + b"\r\n" + line)
        else:
            name_octets, _, value = line.partition(b":")
            headers.append((name_octets.decode("latin-1").strip().lower(), value))
    return headers


def _signed_names(headers: list[tuple[str, bytes]]) -> list[str]:
    counts = Counter(name for name, _ in headers)
    return [name for name in SIGNED for _ in range(counts[name] + (name in OVERSIGNED))]


def _relaxed_lines(headers: list[tuple[str, bytes]], names: list[str]) -> list[bytes]:
    """Return the lines that are signed: of several headers of one name the last first (RFC 6376 section 5.4.2)."""
    left = list(reversed(headers))
    lines = []
    for name in names:
        found = next((header for header in left if header[0] == name), None)
        if found:
            left.remove(found)
            lines.append(name.encode() + b":" + _relaxed(found[1]) + b"\r\n")
    return lines


def _relaxed(value: bytes) -> bytes:
    """Return a value without its folds, with single spaces (RFC 6376 section 3.4.2)."""
    return _WHITE_SPACE.sub(b" ", value).strip()


def _simple_body(body: bytes) -> bytes:
    """Return the body with exactly one line end after its last line (RFC 6376 section 3.4.3)."""
    return body.rstrip(b"\r\n") + b"\r\n" if body.endswith(b"\r\n\r\n") or not body else body


def _folded(names: list[str]) -> str:
    """Write the names with colons between them, in lines that are not too long."""
    lines, line = [], ""
    for name in names:
        if line and len(line) + len(name) > _LINE_OCTETS:
            lines.append(line)
            line = ""
        line += f"{name}:"
    return "\r\n\t ".join([*lines, line]).removesuffix(":")
