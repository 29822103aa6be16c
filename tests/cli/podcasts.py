"""A workspace whose podcast has a feed, on a server of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.cli.commands import TOML
from tests.issue.feed.feeds import SOUND, feed_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web_server import WebServer


@dataclass(frozen=True, slots=True)
class Podcast:
    """A feed that grows, and the workspace of its newsletter."""

    server: WebServer
    root: Path

    def publish(self, *items: str) -> None:
        self.server.serve("/feed.xml", feed_text(*items).encode(), Content_Type="application/rss+xml")

    def files(self) -> dict[str, bytes]:
        """Every file of the issues, to see what a command changed."""
        paths = (path for path in (self.root / "issues").rglob("*") if path.is_file())
        return {path.relative_to(self.root / "issues").as_posix(): path.read_bytes() for path in paths}


def episode(number: int, day: int = 20, title: str = "", more: str = "") -> str:
    """The inside of an item."""
    return (
        f"<guid>g{number}</guid><title>{title or f'Deel {number}'}</title>{SOUND.replace('1.mp3', f'{number}.mp3')}"
        f"<link>https://a.example/{number}</link><itunes:episode>{number}</itunes:episode>"
        f"<itunes:duration>48:05</itunes:duration><description>Waarover.</description>"
        f"<pubDate>{day:02} Nov 2026 05:00:00 GMT</pubDate>{more}"
    )


def settings(feed: str) -> str:
    schedule = TOML.replace('postal_address = "', 'schedule = ["tue 07:00", "fri 07:00"]\npostal_address = "')
    return f'{schedule}[podcast]\nfeed = "{feed}"\n[podcast.apps]\nspotify = "https://s.example/1"\n'
