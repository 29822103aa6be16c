"""Issues with an episode pinned beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.issue.episode_file import episodes_as_json
from newsletter.issue.feed.transcripts import write_vtt
from newsletter.model import Chapter, Cue, Episode, Person
from tests.archive.sources import PICTURE
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

EPISODE = Episode(
    guid="g-41",
    title="De gouden troef",
    date=datetime(2026, 11, 23, 23, 30, tzinfo=UTC),
    link="https://pod.example/41",
    duration_s=4533,
    number=41,
    season=2,
    audio_url="https://media.example/41.mp3",
    audio_bytes=72_000_000,
    audio_type="audio/mpeg",
    cover="cover.png",
    notes="Waar het **over** gaat, en [meer](https://pod.example/meer).",
    people=(Person("Wietse", "host", "https://pod.example/w"), Person("Een Gast", "guest")),
    chapters=(Chapter(0, "Begin"), Chapter(462.5, "Tenten", "https://pod.example/tenten")),
    cues=(Cue(0, 4, "Hallo.", "Wietse"), Cue(4, 9, "Ach <nee>.", "Alexander")),
    cues_language="nl",
)
BODY = "::: episode latest\n:::\n"


def pin(root: Path, name: str, episode: Episode) -> None:
    """Add an issue, as a folder, that shows an episode."""
    path = add_issue(root, f"{name}/issue", BODY, date=name[:10], subject=f'"Over {name[11:]}"')
    (path.parent / "cover.png").write_bytes(PICTURE)
    transcripts = {"latest": "episode.vtt"} if episode.cues else {}
    (path.parent / "episode.json").write_bytes(episodes_as_json({"latest": episode}, transcripts))
    (path.parent / "episode.vtt").write_text(write_vtt(episode.cues), "utf-8")
