"""How providers of mail are called: the `[esp]` table, and their keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.config import fields
from newsletter.config.faults import RefusedError, nearest
from newsletter.config.providers import ESP, KEYS, key_names
from newsletter.config.settings import TRANSPORTS
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.config.secret import Secret
    from newsletter.config.tables import Table

_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/{}-]*)?")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Esp:
    """What the transports `esp:NAME` go by: the `[esp]` table, and the keys of the providers."""

    api_url: str = ""
    """Where the provider is called, when not at its usual address."""
    region: str = ""
    """Of a provider whose accounts live in one, such as `eu-west-1`."""
    domain: str = ""
    """Of the sender, as the provider knows it; empty for that of `from_address`."""
    stream: str = ""
    """What the provider keeps this mail apart by: a message stream, a configuration set."""
    tag: str = "newsletter"
    """By which the mails are found in the provider's own pages; empty for none."""
    rate_per_second: float = 0.0
    """Mails in a second, also a part of one; 0 for as many as the provider takes."""
    concurrency: int = 4
    """Requests at once, 1 to 100."""
    batch: int = 100
    """Mails in a request at most, 1 to 1,000, where the provider takes several."""
    timeout_s: int = 60
    """For one answer, 1 to 600."""
    keys: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    """By provider and name, such as `mailgun_api_key`: those that are given."""


def read_esp(table: Table) -> Esp:
    """Return what the `[esp]` table and the variables say."""
    default = Esp()
    given = {name: table.secret(name, fields.secret, None) for name in key_names()}
    return Esp(
        api_url=table.value("api_url", fields.or_empty(api_url), default.api_url),
        region=table.value("region", fields.or_empty(word), default.region),
        domain=table.value("domain", fields.or_empty(fields.domain), default.domain),
        stream=table.value("stream", fields.or_empty(word), default.stream),
        tag=table.value("tag", fields.or_empty(word), default.tag),
        rate_per_second=table.value("rate_per_second", fields.number(0, 100_000), default.rate_per_second),
        concurrency=table.value("concurrency", fields.whole_number(1, 100), default.concurrency),
        batch=table.value("batch", fields.whole_number(1, 1000), default.batch),
        timeout_s=table.value("timeout_s", fields.whole_number(1, 600), default.timeout_s),
        keys=MappingProxyType({name: key for name, key in given.items() if key is not None}),
    )


def transport(value: object) -> str:
    """Accept the name of a transport."""
    name = fields.text(value)
    if name in TRANSPORTS:
        return name
    others = "directory, smtp, null or a provider such as esp:mailgun"
    if near := nearest(name, TRANSPORTS):
        others = f"{others} (did you mean {quoted(near)}?)"
    elif name.startswith(ESP):
        others = f"esp: and one of {', '.join(KEYS)}"
    raise RefusedError(others)


def api_url(value: object) -> str:
    """Accept where a provider is called: https, or http on this machine; return it without a slash at its end."""
    expected = "an https address such as https://api.eu.mailgun.net/v3; http only to a server on this machine"
    address = fields.text(value)
    if "@" in address:  # a user name, and perhaps a password with it
        raise RefusedError(f"{expected}, and no user name in it", hidden=True)
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise RefusedError(expected)
    host = urlsplit(address).hostname or ""
    if found[1] == "http" and not fields.is_loopback(host):
        raise RefusedError(expected)
    return address.rstrip("/")


def word(value: object) -> str:
    """Accept a name as providers give them: letters, digits, dots, hyphens and underscores."""
    name = fields.text(value)
    if not _WORD.fullmatch(name):
        raise RefusedError("a name in letters, digits, dots, hyphens and underscores, at most 100 characters")
    return name
