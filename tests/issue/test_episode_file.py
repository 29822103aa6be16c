"""Pinned episodes: what is written beside an issue is read again, and whatever was spoilt is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import IssueError
from newsletter.issue.episode_file import beside, episode_path, episodes_as_json, pinned_guids, read_episodes
from newsletter.issue.feed.transcripts import write_vtt
from tests.issue.episodes import BARE, EPISODE


def written(folder: Path, content: bytes | None = None) -> Path:
    path = folder / "episode.json"
    episodes = {"latest": EPISODE, "41": BARE}
    path.write_bytes(episodes_as_json(episodes, {"latest": "episode.vtt"}) if content is None else content)
    (folder / "episode.vtt").write_text(write_vtt(EPISODE.cues), "utf-8")
    return path


def told(path: Path) -> list[str]:
    with pytest.raises(IssueError) as caught:
        read_episodes(path, "issues/x/episode.json")
    assert {finding.rule for finding in caught.value.findings} == {"episode-file"}
    return [str(finding).removeprefix("issues/x/episode.json") for finding in caught.value.findings]


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    assert dict(read_episodes(written(tmp_path), "x")) == {"latest": EPISODE, "41": BARE}
    assert pinned_guids(tmp_path / "episode.json", "x") == ["g-41", "b"]


def test_the_same_episodes_are_written_alike_and_a_person_can_read_them() -> None:
    content = episodes_as_json({"latest": EPISODE}, {})

    assert content == episodes_as_json({"latest": EPISODE}, {})
    assert '"title": "Aflevering \'eenenveertig\'"' in content.decode()
    assert '"start_s": 462.5' in content.decode()
    assert '"start_s": 0,' in content.decode()
    assert content.endswith(b"}\n")


def test_where_there_is_no_file_there_are_no_episodes(tmp_path: Path) -> None:
    assert dict(read_episodes(tmp_path / "episode.json", "x")) == {}
    assert pinned_guids(tmp_path / "episode.json", "x") == []


@pytest.mark.parametrize(
    ("issue", "asked", "file"),
    [
        ("issues/2026-11-24-asml/issue.md", "latest", "issues/2026-11-24-asml/episode.jpg"),
        ("issues/2026-11-24-asml/issue.md", "41", "issues/2026-11-24-asml/episode-41.jpg"),
        ("issues/2026-11-24-asml.md", "latest", "issues/2026-11-24-asml.episode.jpg"),
        ("issues/2026-11-24-x.md", "https://a.example/1", "issues/2026-11-24-x.episode-https-a-example-1-d817b8.jpg"),
        ("issues/2026-11-24-asml.md", "!!", "issues/2026-11-24-asml.episode-233d26.jpg"),
    ],
)  # fmt: skip
def test_the_files_of_an_episode_stand_beside_its_issue(issue: str, asked: str, file: str) -> None:
    assert beside(Path(issue), asked, ".jpg") == Path(file)


def test_the_file_of_episodes_is_called_after_the_issue() -> None:
    assert episode_path(Path("issues/2026-11-24-asml.md")) == Path("issues/2026-11-24-asml.episode.json")
    assert episode_path(Path("issues/2026-11-24-asml/issue.md")) == Path("issues/2026-11-24-asml/episode.json")


AGAIN = "mend it, or write it anew: newsletter episode refresh"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", f":1:2: is not JSON (Expecting property name enclosed in double quotes); {AGAIN}"),
        (b"\xff", f": holds no episodes; {AGAIN}"),
        (b"[]", f": holds no episodes; {AGAIN}"),
        (b"[" * 50_000, f": holds no episodes; {AGAIN}"),
        (b'{"episodes": 1}', f": holds no episodes; {AGAIN}"),
        (b" " * 1_000_001, f": holds no episodes; {AGAIN}"),
        (
            b'{"version": 2, "episodes": {}}',
            f': is of version "2", and this program reads version 1; use a newer one, or {AGAIN}',
        ),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, fault: str) -> None:
    assert told(written(tmp_path, content)) == [fault]


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "episode.json").mkdir()

    assert told(tmp_path / "episode.json") == [": cannot be read: Is a directory"]


def spoilt(folder: Path, **values: Any) -> Path:
    """Write the file with other values in its first episode."""
    path = written(folder)
    document = json.loads(path.read_bytes())
    document["episodes"]["latest"] |= values
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"title": ""}, '.title: found "", expected one line of text without control characters'),
        ({"title": "a\u202eb"}, '.title: found "a\\u202eb", expected one line of text without control characters'),
        ({"guid": 7}, '.guid: found "7", expected one line of text without control characters'),
        ({"link": "javascript:x"},
         '.link: found "javascript:x", expected a whole address, such as https://example.org/41'),
        ({"duration_s": -1}, '.duration_s: found "-1", expected a whole number up to 1440000'),
        ({"duration_s": True}, '.duration_s: found "True", expected a whole number up to 1440000'),
        ({"date": "gisteren"}, '.date: found "gisteren", expected a moment such as 2026-11-24T05:00:00Z'),
        ({"date": "2026-11-24"}, '.date: found "2026-11-24", expected a moment such as 2026-11-24T05:00:00Z'),
        ({"audio": []}, ".audio: expected a table, { … }"),
        ({"cover": {"file": "../x.png"}},
         '.cover.file: found "../x.png", expected the name of a picture that stands beside this file'),
        ({"cover": {"file": "x.svg"}},
         '.cover.file: found "x.svg", expected the name of a picture that stands beside this file'),
        ({"transcript": {"file": "../x.vtt"}},
         '.transcript.file: found "../x.vtt", expected the name of a .vtt file that stands beside this one'),
        ({"transcript": {"file": "no.vtt"}}, '.transcript.file: "no.vtt" cannot be read: No such file or directory'),
        ({"transcript": {"file": "empty.vtt"}}, '.transcript.file: "empty.vtt" holds no cues of WebVTT'),
        ({"people": {}}, ".people: expected an array, [ … ]"),
        ({"people": [1]}, ".people[0]: expected a table, { … }"),
        ({"chapters": [{"start_s": "1:00", "title": "x"}]},
         '.chapters[0].start_s: found "1:00", expected seconds from the start'),
        ({"notes": "x"}, ".notes: expected an array of lines without control characters"),
        ({"notes": ["a\x07"]}, ".notes: expected an array of lines without control characters"),
        ({"notes": ["[x](javascript:alert)"]}, ".notes: break a rule that an issue's text has to keep"),
        ({"notes": ["Dag {{ subscriber.first_name"]}, ".notes: break a rule that an issue's text has to keep"),
    ],
)  # fmt: skip
def test_every_value_is_held_to_the_rules_of_a_feed(tmp_path: Path, values: dict[str, Any], fault: str) -> None:
    (tmp_path / "empty.vtt").write_text("WEBVTT\n", "utf-8")

    assert told(spoilt(tmp_path, **values))[0] == f": episodes.latest{fault}"


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    assert len(told(spoilt(tmp_path, title="", number="x", people=[{}]))) == 3
