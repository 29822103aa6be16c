"""`newsletter new`: the next issue, dated, with the latest episode pinned beside it."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.cli.commands import Newsletter, Ran, installed
from tests.cli.podcasts import Podcast, episode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web_server import Asked


def in_days(number: int) -> str:
    return (datetime.now(ZoneInfo("Europe/Amsterdam")).date() + timedelta(days=number)).isoformat()


def test_the_next_issue_can_be_looked_at_as_it_is(newsletter: Newsletter, podcast: Podcast) -> None:
    cover = io.BytesIO()
    Image.new("RGB", (20, 20), "#5b2be0").save(cover, "PNG")
    url = podcast.server.serve("/c.png", cover.getvalue())
    podcast.publish(episode(3, 24, "Eén &amp; ander", f'<itunes:image href="{url}"/>'))

    ran = newsletter("new", "--json")

    assert (ran.status, ran.err) == (0, "")
    made = ran.document
    day = date.fromisoformat(made["date"])
    assert day.weekday() in {1, 4}
    assert made["send_at"][:16] == f"{day}T07:00"
    assert made["issue"] == "een-ander"
    assert made["episode"] == {"guid": "g3", "title": "Eén & ander"}
    folder = f"{day}-een-ander"
    assert set(podcast.files()) == {f"{folder}/issue.md", f"{folder}/episode.json", f"{folder}/episode.png"}
    assert newsletter("render", "een-ander").status == 0
    text = (podcast.root / "out" / "een-ander.txt").read_text("utf-8")
    assert "Aflevering 3: Eén & ander\n" in text
    assert "48 min - https://a.example/3\n" in text


def test_it_says_what_it_made_and_what_to_do_next(newsletter: Newsletter, podcast: Podcast) -> None:
    ran = newsletter("new", "Een traan in de cleanroom", "--date", "2026-12-01")

    assert ran.err == (
        "wrote issues/2026-12-01-een-traan-in-de-cleanroom/issue.md\n"
        "wrote issues/2026-12-01-een-traan-in-de-cleanroom/episode.json\n"
        "  for Tuesday 1 December 2026, 07:00\n"
        "  with the episode Deel 3\n"
        "\n"
        "Next: newsletter render een-traan-in-de-cleanroom\n"
    )


def test_each_issue_gets_the_next_slot_and_the_newest_episode_that_no_other_has(
    newsletter: Newsletter, podcast: Podcast
) -> None:
    made = [newsletter("new", "--json").document for _ in range(3)]

    assert [one["episode"]["guid"] for one in made] == ["g3", "g2", "g1"]
    days = [date.fromisoformat(one["date"]) for one in made]
    assert len(set(days)) == 3
    assert [one["issue"] for one in made] == ["deel-3", "deel-2", "deel-1"]


def test_where_no_episode_is_new_there_is_none_unless_one_was_asked_for(
    newsletter: Newsletter, podcast: Podcast
) -> None:
    podcast.publish(episode(3))
    newsletter("new")

    without = newsletter("new", "Zonder")
    asked = newsletter("new", "Met", "--episode", "latest")

    why = 'there is no new episode: the newest, "Deel 3", is in the issue deel-3; '
    assert without.status == 0
    assert f"without an episode: {why}" in without.err
    assert asked.status == 2
    assert asked.err.startswith(f"error: {why}")


def test_an_older_episode_is_chosen_by_its_number_or_guid(newsletter: Newsletter, podcast: Podcast) -> None:
    assert newsletter("new", "Een", "--episode", "1", "--json").document["episode"]["guid"] == "g1"
    assert newsletter("new", "Twee", "--episode", "g2", "--json").document["episode"]["guid"] == "g2"
    assert newsletter("new", "Geen", "--episode", "none", "--json").document["episode"] is None

    names = [text.decode() for name, text in podcast.files().items() if name.endswith("issue.md")]
    assert sorted(line for text in names for line in text.splitlines() if "::: episode" in line) == [
        "::: episode 1",
        "::: episode g2",
    ]


def test_the_title_of_an_episode_is_no_place_for_personal_fields_of_the_feeds_own(
    newsletter: Newsletter, podcast: Podcast
) -> None:
    podcast.publish(episode(3, title="Dag {{ subscriber.address }} =?utf-8?q?x?="))

    assert newsletter("new").status == 0

    assert newsletter("render", "dag-subscriber-address-utf-8-q-x").status == 0
    (text,) = (content for name, content in podcast.files().items() if name.endswith("issue.md"))
    assert b'subject: "Dag { subscriber.address }} =utf-8?q?x?="' in text


def test_an_issue_that_is_there_is_never_touched(newsletter: Newsletter, podcast: Podcast) -> None:
    newsletter("new", "Een", "--episode", "none")
    before = podcast.files()

    ran = newsletter("new", "Een", "--episode", "none", "--date", "2030-01-01")

    assert ran.status == 2
    (name,) = before
    assert ran.err == f"error: there is an issue een already, issues/{name}; give another title\n"
    assert podcast.files() == before


@pytest.mark.parametrize(
    ("asked", "says"), [("9", 'the feed has no episode "9"'), ("{", 'the feed has no episode "{"')]
)
def test_an_episode_that_is_not_there_makes_no_issue(
    newsletter: Newsletter, podcast: Podcast, asked: str, says: str
) -> None:
    ran = newsletter("new", "Een", "--episode", asked)

    assert ran.status == 2
    assert ran.err.startswith(f"error: {says}")
    assert podcast.files() == {}


def test_an_episode_whose_guid_no_block_can_name_is_chosen_by_number(newsletter: Newsletter, podcast: Podcast) -> None:
    podcast.publish(episode(3).replace("<guid>g3<", "<guid>{x}<"))

    ran = newsletter("new", "Een", "--episode", "{x}")

    assert (ran.status, podcast.files()) == (2, {})
    assert ran.err == "error: the issue cannot name the episode as '{x}'; choose it by its number\n"


def slow(asked: Asked) -> None:
    asked.drip(b"H")


def test_when_the_feed_cannot_be_had_nothing_is_made(newsletter: Newsletter, podcast: Podcast) -> None:
    podcast.server.routes.pop("/feed.xml")
    url = podcast.server.url("/feed.xml")

    ran = newsletter("new", "Een", "--json")

    assert (ran.status, ran.err) == (2, f'error: "{url}" answers 404 Not Found\n')
    assert ran.document == {"errors": [{"message": f'"{url}" answers 404 Not Found'}]}
    assert podcast.files() == {}
    assert newsletter("new", "Een", "--episode", "none").status == 0


def test_what_cannot_be_had_of_an_episode_is_told(newsletter: Newsletter, podcast: Podcast) -> None:
    url = podcast.server.url("/none.png")
    podcast.publish(episode(3, more=f'<itunes:image href="{url}"/>'))

    ran = newsletter("new")

    assert ran.status == 0
    assert f'left out: its cover: "{url}" answers 404 Not Found\n' in ran.err


def test_without_a_schedule_an_issue_is_of_today(workspace: Path, newsletter: Newsletter) -> None:
    made = newsletter("new", "Vandaag", "--json").document

    assert (made["date"], made["send_at"], made["episode"]) == (in_days(0), None, None)
    assert (workspace / "issues" / f"{in_days(0)}-vandaag" / "issue.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["new"], 'the issue needs a title, of which its address is made: newsletter new "What it is about"'),
        (["new", "!!!"], 'the issue needs a title, of which its address is made: newsletter new "What it is about"'),
        (["new", "rood \x1b[31m"], ('"rood \\u001b[31m" cannot be the subject: '
         "expected one line of text without control characters; give another title")),
        (["new", "x", "--date", "morgen"], '--date "morgen" is not a date; write it as 2026-11-24'),
        (["new", "x", "--episode", "latest"],
         'no feed is known: write its address into newsletter.toml, [podcast] feed = "https://…"'),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told(
    workspace: Path, newsletter: Newsletter, arguments: list[str], says: str
) -> None:
    before = list((workspace / "issues").iterdir())

    assert newsletter(*arguments) == Ran(2, "", f"error: {says}\n")
    assert list((workspace / "issues").iterdir()) == before


def test_a_day_may_be_chosen(newsletter: Newsletter, podcast: Podcast) -> None:
    tuesday = newsletter("new", "Dinsdag", "--date", "2026-12-08", "--json").document
    again = newsletter("new", "Nog een", "--date", "2026-12-08", "--json").document
    sunday = newsletter("new", "Zondag", "--date", "2026-12-06", "--json").document

    assert tuesday["send_at"] == "2026-12-08T07:00:00+01:00"
    assert (again["send_at"], sunday["send_at"]) == (None, None)


def test_a_newsletter_begins_its_issues_as_it_likes(workspace: Path, newsletter: Newsletter) -> None:
    (workspace / "templates").mkdir()
    own = "---\nsubject: {{ quoted.subject }}\ndate: {{ issue.date }}\n---\nEigen begin.\n"
    (workspace / "templates" / "issue.md.j2").write_text(own, "utf-8")

    made = newsletter("new", "Eigen", "--json").document

    assert (workspace / made["path"]).read_text("utf-8").endswith("---\nEigen begin.\n")


def test_the_editor_is_opened_with_the_issue(workspace: Path) -> None:
    seen = workspace / "seen"
    editor = f"sh -c 'echo \"$1\" > {seen}' -"

    ran = installed("new", "Een", "--edit", cwd=workspace, EDITOR=editor, VISUAL="")

    assert ran.status == 0, ran.err
    assert seen.read_text("utf-8").strip().endswith(f"{in_days(0)}-een/issue.md")


@pytest.mark.parametrize(
    ("editor", "says"),
    [
        ("", "--edit needs to know your editor: set EDITOR, such as EDITOR=nano"),
        ("'", "--edit needs to know your editor: set EDITOR, such as EDITOR=nano"),
        ("no-such-editor -w", 'the editor "no-such-editor" (in EDITOR) is not there'),
    ],
)
def test_without_an_editor_nothing_is_made(
    workspace: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, editor: str, says: str
) -> None:
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.delenv("VISUAL", raising=False)

    ran = newsletter("new", "Een", "--edit")

    assert (ran.status, ran.err) == (2, f"error: {says}\n")
    assert len(list((workspace / "issues").iterdir())) == 1


def test_from_an_empty_folder_to_the_next_issue_in_two_commands(
    newsletter: Newsletter, podcast: Podcast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = newsletter("init", "fresh", "--language", "nl", "--feed", podcast.server.url("/feed.xml"))

    assert made.err.endswith("\nNext: cd fresh && newsletter new\n")
    assert newsletter("new", "-C", "fresh", "--json").document["episode"]["guid"] == "g3"
    assert newsletter("render", "deel-3", "-C", "fresh").status == 0


def test_a_feed_that_is_none_makes_no_workspace(newsletter: Newsletter, tmp_path: Path) -> None:
    ran = newsletter("init", tmp_path / "fresh", "--feed", "ftp://a.example")
    hidden = newsletter("init", tmp_path / "fresh", "--feed", "https://anna:s3cret@a.example")

    assert ran.err.startswith('error: --feed "ftp://a.example": expected the address of a feed')
    assert "s3cret" not in hidden.err
    assert not (tmp_path / "fresh").exists()
