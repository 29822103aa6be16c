"""An episode made whole, and written down beside its issue."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image

from newsletter.fetch import Limits, Web
from newsletter.issue.episode_file import read_episodes
from newsletter.issue.feed.items import Item
from newsletter.model import Chapter, Cue, TranscriptLink
from newsletter.podcast.making_whole import Whole, make_whole
from newsletter.podcast.pinning import pin, put_away, write_pinned
from tests.issue.episodes import BARE, EPISODE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web_server import WebServer

QUICK = Limits(max_bytes=1_000_000, deadline_s=2)
TIMES = "<p>Waarover.</p><p>0:00 Begin<br>1:00 Midden<br>2:00 Einde</p>"


def picture(size: tuple[int, int] = (3000, 3000), form: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#5b2be0").save(file, form)
    return file.getvalue()


def test_chapters_transcript_and_cover_are_fetched(server: WebServer, web: Web) -> None:
    chapters = json.dumps(
        {"chapters": [{"startTime": 5, "title": "Vijf"}, {"startTime": 5000, "title": "Na het einde"}]}
    )
    episode = replace(
        EPISODE,
        chapters_url=server.serve("/c.json", chapters.encode()),
        transcripts=(
            TranscriptLink(server.serve("/t.txt", b"x"), "text/plain"),
            TranscriptLink(server.serve("/en.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi."), "text/vtt", "en"),
            TranscriptLink(server.serve("/nl.srt", b"1\n00:00:01,0 --> 00:00:02,0\nHoi."), "application/srt", "nl-NL"),
        ),
        cover_url=server.serve("/cover", picture()),
    )

    whole = make_whole(Item(episode, TIMES), "nl", web, QUICK)

    assert whole.left_out == ()
    assert whole.episode.chapters == (Chapter(5, "Vijf"),)
    assert (whole.episode.cues, whole.episode.cues_language) == ((Cue(1, 2, "Hoi."),), "nl-NL")
    assert whole.episode.notes == "Waarover."
    assert whole.cover_suffix == ".png"
    assert Image.open(io.BytesIO(whole.cover)).size == (1072, 1072)


def test_what_cannot_be_had_is_left_out_and_told(server: WebServer, web: Web) -> None:
    episode = replace(
        EPISODE,
        chapters=(),
        chapters_url=server.serve("/c.json", b"<html>"),
        transcripts=(TranscriptLink(server.serve("/t.vtt", b"WEBVTT"), "text/vtt"),),
        cover_url=server.serve("/cover.webp", picture((10, 10), "WEBP")),
    )

    whole = make_whole(Item(episode, TIMES), "nl", web, QUICK)

    at = server.url("")
    assert whole.left_out == (
        f'its chapters: "{at}/c.json" is not JSON',
        (
            f'its cover: "{at}/cover.webp" is a WebP picture, which some mail programs do not show; '
            "save it as .png (a drawing) or .jpg (a photo)"
        ),
        f'its transcript: "{at}/t.vtt" holds no transcript that can be read (SRT, WebVTT, JSON or HTML)',
    )
    assert [chapter.title for chapter in whole.episode.chapters] == ["Begin", "Midden", "Einde"]
    assert (whole.cover, whole.cover_suffix, whole.episode.cues) == (b"", "", ())


def test_an_address_of_the_feed_cannot_lead_inwards(server: WebServer) -> None:
    episode = replace(BARE, cover_url=server.serve("/cover.png", picture((10, 10))))

    whole = make_whole(Item(episode, ""), "nl", Web(), QUICK)

    assert server.log == []
    assert "which is no address of the open web" in whole.left_out[0]


def test_an_episode_that_has_nothing_more_asks_nobody(web: Web) -> None:
    whole = make_whole(Item(BARE, ""), "nl", web)

    assert whole == Whole(BARE, b"", "", ())


def test_what_is_pinned_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "issue.md"
    whole = {"latest": Whole(EPISODE, b"picture", ".png", ()), "b": Whole(BARE, b"", "", ())}

    files = pin(path, whole)
    write_pinned(files)

    assert [file.name for file in files] == ["episode.png", "episode.vtt", "episode.json"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["episode.json", "episode.png", "episode.vtt"]
    assert dict(read_episodes(tmp_path / "episode.json", "x")) == {"latest": EPISODE, "b": BARE}
    assert files == pin(path, whole)


def test_what_nothing_names_any_more_is_put_away_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "issue.md"
    write_pinned(pin(path, {"latest": Whole(EPISODE, b"picture", ".png", ())}))
    (tmp_path / "wafer.png").write_bytes(b"mine")
    old = {"latest": EPISODE, "x": replace(BARE, cover="wafer.png")}
    files = pin(path, {"latest": Whole(BARE, b"photo", ".jpg", ())})

    write_pinned(files)
    put_away(path, old, files)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["episode.jpg", "episode.json", "wafer.png"]
