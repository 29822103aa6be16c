"""Blocks that show a pinned episode."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import IssueError
from newsletter.issue import parse_issue, read_issue
from newsletter.issue.episode_file import episodes_as_json
from newsletter.issue.pinned import SHORT_NOTES_CHARACTERS, names_in, shortened
from tests.issue.drafts import FRONT, HOUSE, KINDS
from tests.issue.episodes import BARE, EPISODE, PARAGRAPH

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.model import Block, Episode


def block_of(text: str, **episodes: Episode) -> Block:
    data = f"{FRONT}{text}".encode()
    return parse_issue(data, "issue.md", "proef", HOUSE, lambda _: True, episodes or {"latest": EPISODE}).blocks[0]


def test_a_block_says_what_its_episode_says() -> None:
    block = block_of("::: episode latest\n:::\n")

    assert block.title == "Aflevering ‘eenenveertig’"
    assert dict(block.attributes) == {
        "url": "https://a.example/41",
        "duration": 4533,
        "number": 41,
        "date": date(2026, 11, 24),  # in Amsterdam
        "cover": "episode.png",
    }
    assert block.body.source == PARAGRAPH.strip()
    assert block.episode
    assert [chapter.title for chapter in block.episode.chapters] == ["Begin", "Tenten vol ‘GPU’ s", "Einde"]


def test_what_the_editor_wrote_wins() -> None:
    head = '::: episode {#deze cover="wafer.png" alt="Een wafer" duration="1:00"} latest'

    block = block_of(f"{head}\nDag {{{{ subscriber.city }}}}.\n:::\n")

    assert (block.id, block.attributes["cover"], block.attributes["duration"]) == ("deze", "wafer.png", 60)
    assert block.body.source.strip() == "Dag {{ subscriber.city }}."
    assert block.attributes["url"] == "https://a.example/41"


def test_an_episode_with_nothing_but_a_sound_has_a_block_too() -> None:
    block = block_of("::: episode b\n:::\n", b=BARE)

    assert dict(block.attributes) == {"url": "https://a.example/b.mp3"}
    assert (block.title, block.body.source) == ("Kaal", "")


def test_with_an_address_of_its_own_a_block_is_by_hand() -> None:
    block = block_of('::: episode {url="https://a.example"} latest\n:::\n')

    assert (block.title, block.episode) == ("latest", None)


def test_braces_in_show_notes_are_text_and_no_personal_field() -> None:
    notes = replace(EPISODE, notes="\\{\\{ subscriber.first_name }}", title="{{ subscriber.city }}")
    issue = parse_issue(
        f"{FRONT}::: episode latest\n:::\n".encode(), "issue.md", "p", HOUSE, lambda _: True, {"latest": notes}
    )

    assert issue.fields == {}


def test_the_cover_has_to_stand_beside_the_issue() -> None:
    data = f"{FRONT}::: episode latest\n:::\n".encode()
    with pytest.raises(IssueError) as caught:
        parse_issue(data, "issue.md", "proef", HOUSE, lambda _: False, {"latest": EPISODE})

    assert str(caught.value) == 'issue.md:5:1: cover "episode.png" does not stand beside the issue'


def test_an_issue_is_read_with_what_is_pinned_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-24-proef.md"
    path.write_text(f"{FRONT}::: episode b\n:::\n", "utf-8")
    (tmp_path / "2026-11-24-proef.episode.json").write_bytes(episodes_as_json({"b": BARE}, {}))

    assert read_issue(path, "issues/2026-11-24-proef.md", HOUSE).blocks[0].title == "Kaal"


def test_a_spoilt_file_of_episodes_is_named_beside_the_issue(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-24-proef.md"
    path.write_text(f"{FRONT}Dag.\n", "utf-8")
    (tmp_path / "2026-11-24-proef.episode.json").write_bytes(b"{}")
    with pytest.raises(IssueError) as caught:
        read_issue(path, "issues/2026-11-24-proef.md", HOUSE)

    assert caught.value.findings[0].position.path == "issues/2026-11-24-proef.episode.json"


def test_the_names_in_an_issue_are_known_before_it_can_be_parsed() -> None:
    text = f"""\
{FRONT}::: episode latest
:::

::: episode {{cover="x.png"}} 41
:::

::: episode latest
:::

::: episode {{url="https://a.example"}} Met de hand
:::

::: tipp Een
:::

::: tip Twee
:::

::: episode
:::

::: episode {{cover= }} kapot
:::
"""
    assert names_in(text, KINDS) == ["latest", "41"]
    assert names_in(text.replace("\n", "\r\n"), KINDS) == ["latest", "41"]


def test_notes_in_short_are_whole_paragraphs() -> None:
    assert shortened("een\n\ntwee") == "een\n\ntwee"
    assert shortened("") == ""
    assert shortened(EPISODE.notes) == PARAGRAPH.strip()


def test_of_a_long_paragraph_there_are_whole_sentences() -> None:
    sentence = "Dit is [een koppeling. Met een punt](https://a.example/a.b) en *nadruk. Ook* daarna! "
    short = shortened(sentence * 30)

    assert short == (sentence * (SHORT_NOTES_CHARACTERS // len(sentence))).strip()
    assert shortened("x" * 2000) == "x" * 2000
    assert shortened(f"Kort. {'y' * 2000}. Z") == "Kort."
