"""Which episode a word names, and which issue has which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import IssueError, PodcastError
from newsletter.issue.episode_file import episodes_as_json
from newsletter.issue.feed.items import Feed, Item
from newsletter.podcast.changes import changes
from newsletter.podcast.choosing import NoneNewError, choose
from newsletter.podcast.covered import covered_in
from tests.issue.episodes import BARE, EPISODE

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def item(number: int, day: int) -> Item:
    date = datetime(2026, 11, day, tzinfo=UTC)
    guid, link = f"g{number}", f"https://a.example/{number}"
    return Item(replace(EPISODE, guid=guid, title=f"Deel {number}", link=link, number=number, date=date), "")


FEED = Feed("Praat", "nl", (item(43, 30), item(42, 24), item(41, 20), Item(BARE, "")), ())


def chosen(asked: str, *covered: str, until: datetime = NOW) -> str:
    return choose(FEED, asked, dict.fromkeys(covered, "eerder"), until).episode.guid


@pytest.mark.parametrize(
    ("asked", "guid"),
    [("42", "g42"), ("#41", "g41"), ("g43", "g43"), ("https://a.example/42", "g42"), ("b", "b"), ("latest", "g42")],
)
def test_an_episode_is_named_by_its_number_its_guid_or_its_page(asked: str, guid: str) -> None:
    assert chosen(asked) == guid


def test_the_latest_is_out_by_then_and_in_no_other_issue() -> None:
    assert chosen("latest", "g42") == "g41"
    assert chosen("latest", until=datetime(2026, 11, 30, tzinfo=UTC)) == "g43"
    assert chosen("latest", "g42", "g41") == "b"


def test_where_there_is_no_new_one_the_newest_is_named() -> None:
    with pytest.raises(NoneNewError) as caught:
        chosen("latest", "g42", "g41", "b")

    assert str(caught.value) == (
        'there is no new episode: the newest, "Deel 42", is in the issue eerder; '
        "choose one by its number or its guid (newsletter episodes lists them), or none"
    )


def test_before_the_first_there_is_none() -> None:
    feed = Feed("Praat", "nl", (item(41, 20),), ())
    with pytest.raises(NoneNewError, match=r"^no episode is out by 2026-11-01$"):
        choose(feed, "latest", {}, datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize("asked", ["44", "#", "g", "9" * 5000, "²"])
def test_an_unknown_one_is_told(asked: str) -> None:
    with pytest.raises(PodcastError, match=r"^the feed has no episode .*; a number or a guid names one"):
        chosen(asked)


def test_which_issue_has_an_episode_is_known_from_what_stands_beside_it(tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    (issues / "2026-11-20-eerste").mkdir(parents=True)
    (issues / "2026-11-20-eerste" / "issue.md").write_text("x")
    (issues / "2026-11-24-tweede.md").write_text("x")
    (issues / "2026-11-27-zonder.md").write_text("x")
    (issues / "2026-11-20-eerste" / "episode.json").write_bytes(episodes_as_json({"latest": EPISODE}, {}))
    pinned = issues / "2026-11-24-tweede.episode.json"
    pinned.write_bytes(episodes_as_json({"41": EPISODE, "b": BARE}, {}))

    assert covered_in(tmp_path) == {"g-41": "eerste", "b": "tweede"}
    assert covered_in(tmp_path, without=issues / "2026-11-24-tweede.md") == {"g-41": "eerste"}

    pinned.write_bytes(b"{")
    with pytest.raises(IssueError, match=r"^issues/2026-11-24-tweede\.episode\.json:1:2: is not JSON"):
        covered_in(tmp_path)


def test_what_is_different_is_said_in_words() -> None:
    new = replace(
        EPISODE, title="Anders", number=None, duration_s=60, notes="", chapters=EPISODE.chapters[:2], people=(),
        cues=EPISODE.cues[::-1], audio_url="https://b.example/41.mp3",
    )  # fmt: skip

    assert changes(EPISODE, new) == [
        'title: "Aflevering \'eenenveertig\'" → "Anders"',
        "seconds: 4533 → 60",
        "number: 41 → none",
        'sound: "https://media.example/41.mp3" → "https://b.example/41.mp3"',
        'show notes: 91 words, "Waar het over gaat, met een [koppeling](" → none',
        "3 persons → 0 persons",
        "3 chapters → 2 chapters",
        "2 transcript cues → 2 transcript cues, not the same ones",
    ]
    assert changes(new, replace(new, notes="Nieuw")) == ['show notes: none → 1 word, "Nieuw"']
    assert changes(EPISODE, EPISODE) == []
    assert changes(None, BARE) == ['new: "Kaal"']
