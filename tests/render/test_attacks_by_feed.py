"""The same attacks, by whoever writes the podcast's feed: in every field at once, through it into mail and page."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from itertools import product
from typing import TYPE_CHECKING

import pytest

from newsletter.issue.episode_file import episodes_as_json, read_episodes
from newsletter.issue.feed.chapters import chapters_in_json
from newsletter.issue.feed.document import read_feed
from newsletter.issue.feed.notes import notes_of
from newsletter.issue.feed.transcripts import read_transcript, write_vtt
from newsletter.model import Cue
from tests.issue.feed.feeds import feed_text
from tests.render.attacks import KINDS
from tests.render.issues import issue_with, mail_of, page_of
from tests.render.payloads import ATTACKS, CLOSERS, active, page_tree, tree

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.model import Episode

SHORT_KINDS = {kind: attacks for kind, attacks in KINDS.items() if kind != "bombs"}
SHORT_KINDS["markup"] = tuple(f"{closer}{attack}" for closer, attack in product(CLOSERS, ATTACKS))


PLAYER = {"<audio>", "<details>", "<summary>"}
"""What the page's own template has for an episode, and an editor's text never."""


def episode_of(attack: str) -> Episode:
    """Read an episode whose every field is an attack, and which has what it must have beside that."""
    text = escape("".join(sign for sign in attack if sign.isprintable() or sign == "\n"), quote=True)
    feed = feed_text(
        f"<guid>g{text}</guid><title>T {text}</title><link>{text}</link>"
        f'<enclosure url="{text}" type="audio/mpeg"/><enclosure url="https://a.example/1.mp3" type="audio/{text}"/>'
        f'<itunes:image href="{text}"/><itunes:duration>{text}</itunes:duration><itunes:episode>{text}</itunes:episode>'
        f'<podcast:person role="{text}" href="{text}">{text}</podcast:person>'
        f'<podcast:chapters url="{text}"/><podcast:transcript url="{text}" type="{text}"/>'
        f"<description>{text} &lt;p&gt;{text}&lt;a href=&quot;{text}&quot;&gt;{text}</description>"
        f"<content:encoded>{text}</content:encoded>"
    )
    item = read_feed(feed.encode(), "feed").items[0]
    chapters = chapters_in_json(
        json.dumps(
            {"chapters": [{"startTime": 0, "title": attack, "url": attack}, {"startTime": 1, "title": "x"}]}
        ).encode()
    )
    notes = notes_of(f"{item.html}\n\n<p>{attack}</p>", "nl")
    cues: tuple[Cue, ...] = (Cue(0, 1, "x"),)
    for form in (f"WEBVTT\n\n00:00.000 --> 00:01.000\n<v {attack}>{attack}\n", f"<cite>{attack}</cite><p>{attack}</p>"):
        try:
            cues += read_transcript(form.encode("utf-8", "replace"), "")
        except ValueError:
            continue
    return replace(item.episode, notes=notes, chapters=chapters, cues=cues)


@pytest.mark.bulk
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", SHORT_KINDS)
def test_nothing_of_an_attack_in_a_feed_becomes_active(kind: str, tmp_path: Path) -> None:
    for attack in SHORT_KINDS[kind]:
        episode = episode_of(attack)
        (tmp_path / "episode.json").write_bytes(episodes_as_json({"latest": episode}, {"latest": "episode.vtt"}))
        (tmp_path / "episode.vtt").write_text(write_vtt(episode.cues), "utf-8")
        pinned = read_episodes(tmp_path / "episode.json", "x")["latest"]
        assert pinned == episode, "what was accepted once is accepted again"
        issue = issue_with(pinned)
        assert issue.fields == {}
        assert active(tree(mail_of(issue).html)) == []
        assert set(active(page_tree(page_of(issue)))) <= PLAYER
