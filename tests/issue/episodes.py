"""Episodes for the tests."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.model import Chapter, Cue, Episode, Person, TranscriptLink

PARAGRAPH = "Waar het over gaat, met een [koppeling](https://a.example/x) en een **vet** woord. " * 4
EPISODE = Episode(
    guid="g-41",
    title="Aflevering 'eenenveertig'",
    date=datetime(2026, 11, 23, 23, 30, tzinfo=UTC),
    link="https://a.example/41",
    duration_s=4533,
    number=41,
    season=2,
    audio_url="https://media.example/41.mp3",
    audio_bytes=72_000_000,
    audio_type="audio/mpeg",
    cover="episode.png",
    cover_url="https://a.example/41.png",
    notes=f"{PARAGRAPH.strip()}\n\n{PARAGRAPH.strip()}\n\nEn nog wat.",
    people=(Person("Wietse", "host", "https://a.example/wietse"), Person("Een Gast", "guest"), Person("X", "editor")),
    chapters=(Chapter(0, "Begin"), Chapter(462.5, "Tenten vol 'GPU' s", "https://a.example/t"), Chapter(4110, "Einde")),
    chapters_url="https://a.example/41.json",
    transcripts=(TranscriptLink("https://a.example/41.vtt", "text/vtt", "nl"),),
    cues=(Cue(0, 4, "Hallo.", "Wietse"), Cue(4, 6, "Ach nee & <hoe>.", "Alexander")),
    cues_language="nl",
)
"""With everything that an episode can have."""
BARE = Episode(guid="b", title="Kaal", date=None, link="https://a.example/b.mp3", audio_url="https://a.example/b.mp3")
"""With nothing that it need not have."""
