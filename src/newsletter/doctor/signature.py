"""The signature under a mail: whether what the DNS says of its key is the key that signs."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.delivery.dkim import MIN_RSA_BITS, load_signer
from newsletter.doctor.examined import error, ok, unknown, warning
from newsletter.doctor.tags import read_tags
from newsletter.errors import DeliveryError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.config import Settings
    from newsletter.delivery.dkim import Key
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside

_NAME = "DKIM"
_GOOD_RSA_BITS = 2048
"""RFC 8301 section 3.2: signers SHOULD use at least so many."""


def examine_signature(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Look at the record of each key that signs; without one, the mail server has to sign."""
    try:
        signer = load_signer(settings.dkim)
    except DeliveryError as fault:
        found, _, mend = str(fault).rpartition("; ")
        return (error(_NAME, found, mend),)
    if signer is None:
        mend = "send a test to Gmail and look for DKIM: PASS with your domain, or sign here: [dkim] in newsletter.toml"
        return (unknown(_NAME, "mail is not signed here; whether your server signs it shows in a mail alone", mend),)
    return tuple(_record(key, signer.domain, outside) for key in signer.keys)


def _record(key: Key, domain: str, outside: Outside) -> Examined:
    place = f"{key.selector}._domainkey.{domain}"
    name = f"{_NAME} {key.selector}"
    publish = f"publish one TXT record at {place}:"
    found = outside.names.texts(place)
    if not found:
        return error(name, f"{place} has no record, so the signature cannot be verified", publish, key.record)
    if len(found) > 1:
        return error(name, f"{place} has {len(found)} records, and receivers take any of them", publish, key.record)
    tags = read_tags(found[0])
    fault = _fault(tags, key)
    if fault:
        return error(name, f"{place} {fault}", publish, key.record)
    if "y" in tags.get("t", "").lower().split(":"):
        mend = "take t=y out of it: it says that you are only trying, and receivers may ignore the signature"
        return warning(name, f"{place} says t=y", mend)
    bits = getattr(key.private, "key_size", 0)
    if bits and bits < _GOOD_RSA_BITS:
        mend = f"make a key of {_GOOD_RSA_BITS} bits with a new selector, as docs/how-to/sign-with-dkim.md says"
        return warning(name, f"{place} is the key that signs, of {bits} bits, and short", mend)
    return ok(name, f"{place} is the key that signs ({f'RSA, {bits} bits' if bits else 'Ed25519'})")


def _fault(tags: Mapping[str, str], key: Key) -> str:
    """Return what keeps receivers from verifying by a record (RFC 6376 section 3.6.1); empty where nothing does."""
    kind = key.algorithm.partition("-")[0]
    if tags.get("v", "DKIM1") != "DKIM1":
        return f"is of version {quoted(tags['v'])}, and not DKIM1"
    if "p" not in tags:
        return "has no p="
    if not tags["p"]:
        return "says that the key was withdrawn: its p= is empty"
    if tags.get("k", "rsa").lower() != kind:
        return f"is a key of kind {quoted(tags.get('k', 'rsa'))}, and {kind} signs"
    if "sha256" not in tags.get("h", "sha256").lower().replace(" ", "").split(":"):
        return f"allows only {quoted(tags['h'])}, and sha256 signs"
    if not {"*", "email"} & set(tags.get("s", "*").lower().replace(" ", "").split(":")):
        return f"is for {quoted(tags['s'])}, and not for mail"
    published = _octets(tags["p"])
    if published is None:
        return "has a p= that is no base64; a long one is often cut or glued wrongly"
    if published == _octets(key.public):
        return ""
    return _other_key(published, kind)


def _other_key(published: bytes, kind: str) -> str:
    if kind == "rsa":
        try:
            found = load_der_public_key(published)
        except (ValueError, UnsupportedAlgorithm):
            return "has a p= that is no RSA key; a long one is often cut or glued wrongly"
        if isinstance(found, RSAPublicKey) and found.key_size < MIN_RSA_BITS:
            return f"is another key than the one that signs, and of {found.key_size} bits"
    return "is another key than the one that signs"


def _octets(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        return None
