"""What lies around an examination, and what it says of it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.config import load
from newsletter.doctor import Outside
from newsletter.fetch import Web

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import trustme

    from newsletter.config import Settings
    from newsletter.doctor import Examined
    from newsletter.doctor.all_examinations import Look
    from tests.doctor.name_server import Zone
    from tests.web_server import WebServer

KEY = "a-key-that-is-long-enough-0123456789"
ELSEWHERE = "192.0.2.1"
"""A number of no machine (RFC 5737)."""
TOML = """\
[newsletter]
name = "Proef"
url = "{url}"
language = "nl"
from_name = "De redactie"
from_address = "{sender}"
postal_address = "Straat 1, Stad"
"""

Said = tuple[str, str, str]
"""The verdict, what was found, and the mend with what is to be copied."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A workspace's folder, and the servers that it deals with."""

    root: Path
    zone: Zone
    site: WebServer
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://proef.example:{self.site.port}"

    def settings(self, toml: str = "", *, sender: str = "redactie@proef.example", **environ: str) -> Settings:
        (self.root / "newsletter.toml").write_text(TOML.format(url=self.url, sender=sender) + toml, "utf-8")
        return load(self.root, environ)

    def outside(self, *, web: Web | None = None, now: datetime | None = None) -> Outside:
        return Outside(self.zone.names(), web or Web(resolve=_resolve, trust=self.trust), now or datetime.now(UTC))

    def examined(self, look: Look, toml: str = "", **settings: str) -> dict[str, Said]:
        """Run an examination; return what it says, by name."""
        return said(look(self.settings(toml, **settings), self.outside()))


def _resolve(_host: str, port: int) -> list[str]:
    """All hosts are here, at the ports of a test; at those of the web they are elsewhere."""
    return [ELSEWHERE if port in {80, 443} else "127.0.0.1"]


def said(rows: Sequence[Examined]) -> dict[str, Said]:
    assert len({row.name for row in rows}) == len(rows)
    return {row.name: (str(row.verdict), row.found, " ".join(filter(None, (row.mend, row.to_copy)))) for row in rows}


def as_server(authority: trustme.CA, *hosts: str, not_after: datetime | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*hosts, not_after=not_after).configure_cert(context)
    return context
