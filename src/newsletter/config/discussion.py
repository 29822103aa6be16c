"""The `[discussion]` table: where readers talk about an issue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.config.faults import RefusedError
from newsletter.config.fields import choice, host, is_loopback, link_url, or_empty, text

if TYPE_CHECKING:
    from newsletter.config.tables import Table

KINDS = ("off", "link", "isso")
"""Nowhere, at another place, or below each issue on its page."""

_SLUG = "{slug}"
_SERVER = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::(?P<port>\d{1,5}))?/?", re.ASCII)
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Discussion:
    """Where an issue is discussed."""

    kind: str = KINDS[0]
    """One of `KINDS`."""
    url: str = ""
    """Of the other place, for `link`; `{slug}` in it stands for the issue."""
    server: str = ""
    """Where Isso listens, for `isso`: this machine, or another one under TLS; without a slash at its end."""

    def page_url(self, site: str, folder: str) -> str:
        """Return where a page of the archive is discussed; empty for nowhere.

        Args:
            site: The address of the archive, without a slash at its end.
            folder: The page's own, such as `p/asml/`.
        """
        if self.kind == "isso":
            return f"{site}/{folder}#discussion"
        return self.url.replace(_SLUG, folder.rstrip("/").rpartition("/")[2]) if self.kind == "link" else ""


def read_discussion(table: Table) -> Discussion:
    """Return what the table says; the table gathers the faults."""
    kind = table.value("kind", choice(*KINDS), KINDS[0])
    url = table.value("url", or_empty(_with_slug), "")
    server = table.value("server", or_empty(_server), "")
    for needs, key, given in (("link", "url", url), ("isso", "server", server)):
        if kind == needs and not given and not table.was_refused(key):
            table.refuse("kind", RefusedError(f"discussion.{key} beside it, which says where that is"))
    return Discussion(kind, url, server)


def _with_slug(value: object) -> str:
    expected = "a whole https address, in which {slug} may stand for the issue, such as https://forum.example/t/{slug}"
    address = text(value)
    try:
        link_url(address.replace(_SLUG, "slug"))
    except RefusedError as refused:
        raise RefusedError(expected, hidden=refused.hidden) from None
    return address


def _server(value: object) -> str:
    expected = "where Isso listens: an http address of this machine, such as http://127.0.0.1:8200, or an https address"
    address = text(value).lower()
    if "@" in address:
        raise RefusedError(f"{expected}, and no user name in it", hidden=True)
    found = _SERVER.fullmatch(address)
    if found is None or not 0 < int(found["port"] or 1) <= _MAX_PORT:
        raise RefusedError(expected)
    try:
        name = host(urlsplit(address).hostname)
    except (RefusedError, ValueError):  # of the latter, an IPv6 address that is none
        raise RefusedError(expected) from None
    if found["scheme"] == "http" and not is_loopback(name):
        raise RefusedError(expected)
    return address.rstrip("/")
