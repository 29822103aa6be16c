"""Mail addresses: the form that mail goes to, and the key by which one mailbox is known in every spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from newsletter.errors import AddressError
from newsletter.wording import quoted

MAX_CHARACTERS = 320
"""Longer texts are refused unread: 64 for the local part, 255 for the domain (RFC 5321 section 4.5.3.1)."""

_PLAIN = re.compile(
    r"(?=.{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@(?=.{1,180}\Z)(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,24}"
)
"""What nearly all addresses look like; the library, which takes 30 times as long, would leave them as they are."""

_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE")
"""Scripts with letters that look like those of another."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox."""

    text: str
    """Where mail goes. In ASCII where that can be, as not every server takes another; the local part as it was
    given, since only its own server knows what capitals mean in it (RFC 5321 section 2.4)."""
    key: str
    """The same for every spelling: no two subscribers have one key."""


def read_address(written: str) -> Address:
    """Return what a person wrote as an address.

    Raises:
        AddressError: it is none.
    """
    text = written.strip()
    if text.isascii() and _PLAIN.fullmatch(key := text.lower()):
        local, _, domain = key.partition("@")
        # Of these names the library knows that their capitals mean nothing (RFC 2142).
        given = local if local in CASE_INSENSITIVE_MAILBOX_NAMES else text[: len(local)]
        return Address(f"{given}@{domain}", key)
    if not text:
        message = "there is no address"
        raise AddressError(message)
    if len(text) > MAX_CHARACTERS:
        message = f"{quoted(text)} is not a mail address: it is too long"
        raise AddressError(message)
    try:
        # A test environment also takes the reserved domain .test (RFC 2606), and is no less strict elsewhere.
        found = validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        message = f"{quoted(text)} is not a mail address: {error}"
        raise AddressError(message) from error
    return Address(found.ascii_email or found.normalized, f"{_folded(found.local_part)}@{found.ascii_domain}")


def _folded(local: str) -> str:
    """Return a local part without its capitals: canonical caseless matching, Unicode standard section 3.13."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", local).casefold())
    return unicodedata.normalize("NFC", folded)


def mixed_scripts(address: Address) -> str:
    """Return the label of the domain that mixes scripts, as a look-alike of another would; mostly empty."""
    domain = address.text.rpartition("@")[2]
    if domain.isascii() and "xn--" not in domain:
        return ""
    for label in domain.split("."):
        shown = label
        if label.startswith("xn--"):
            shown = label[4:].encode("ascii").decode("punycode")
        scripts = {unicodedata.name(c, "").split(" ")[0] for c in shown if c.isalpha()} & set(_SCRIPTS)
        if len(scripts) > 1:
            return shown
    return ""
