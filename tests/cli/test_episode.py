"""`newsletter episodes` and `newsletter episode refresh`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.commands import Newsletter, add_issue, installed
from tests.cli.podcasts import Podcast, episode

BODY = "::: episode latest\n:::\n"


def test_the_feed_is_listed_with_what_issues_have_of_it(newsletter: Newsletter, podcast: Podcast) -> None:
    newsletter("new", "Met de derde")

    ran = newsletter("episodes")

    assert ran.status == 0
    assert ran.out == (
        "2026-11-24    #3        48 min  Deel 3 (in met-de-derde)\n"
        "2026-11-17    #2        48 min  Deel 2\n"
        "2026-11-10    #1        48 min  Deel 1\n"
    )


def test_a_program_gets_all_of_it(newsletter: Newsletter, podcast: Podcast) -> None:
    newsletter("new", "Met de derde")

    document = newsletter("episodes", "--json").document

    assert document["podcast"] == "Praat"
    assert [(one["guid"], one["issue"]) for one in document["episodes"]] == [
        ("g3", "met-de-derde"),
        ("g2", None),
        ("g1", None),
    ]
    assert document["episodes"][0] | {"guid": 0, "issue": 0} == {
        "guid": 0, "title": "Deel 3", "date": "2026-11-24T05:00:00+00:00", "number": 3, "season": None,
        "duration_s": 2885, "link": "https://a.example/3", "audio": "https://a.example/3.mp3", "issue": 0,
    }  # fmt: skip


def test_of_a_long_feed_the_newest_are_listed(newsletter: Newsletter, podcast: Podcast) -> None:
    nameless = re.sub("<itunes:.*</itunes:duration>|<pubDate>.*", "", episode(99, title="Zonder"))
    podcast.publish(*(episode(number, 1 + number) for number in range(1, 25)), nameless, "<title>Leeg</title>")

    ran, everything = newsletter("episodes"), newsletter("episodes", "--all")

    assert len(ran.out.splitlines()) == 20
    assert ran.err == (
        "5 older episodes: newsletter episodes --all\n"
        "1 thing of the feed could not be used, such as:\n"
        '  item 26, "Leeg": no address of sound or video that can be used\n'
    )
    assert everything.out.endswith("no date                         Zonder\n                                g99\n")


@pytest.fixture
def path(podcast: Podcast) -> Path:
    """An issue that names the latest episode, which is not pinned yet."""
    return add_issue(podcast.root, "2026-11-27-proef", BODY)


def test_an_issue_whose_episode_is_not_pinned_says_how_to_do_it(newsletter: Newsletter, path: Path) -> None:
    ran = newsletter("render", "proef")

    assert ran.status == 2
    assert ran.err == (
        'issues/2026-11-27-proef.md:6:13: error: the episode "latest" is not pinned; write it down beside the issue '
        'with "newsletter episode refresh proef", or give the block its own url="…"\n'
    )


def test_refresh_pins_what_an_issue_names_and_leaves_the_issue_alone(
    newsletter: Newsletter, podcast: Podcast, path: Path
) -> None:
    before = path.read_bytes()

    ran = newsletter("episode", "refresh", "proef", "--yes")

    assert (ran.status, ran.err) == (
        0, 'latest: new: "Deel 3"\nwrote issues/2026-11-27-proef.episode.json\n',
    )  # fmt: skip
    assert path.read_bytes() == before
    assert newsletter("render", "proef").status == 0


def test_what_changed_is_shown_before_it_is_written(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    newsletter("episode", "refresh", "proef", "--yes")
    before = podcast.files()
    podcast.publish(episode(3, 24, "Deel drie", "<podcast:person>Wie</podcast:person>"))

    ran = newsletter("episode", "refresh", "proef")

    assert ran.status == 2
    assert ran.err == (
        'latest: title: "Deel 3" → "Deel drie"\n'
        "latest: 0 persons → 1 person\n"
        "error: nobody is there to be asked: confirm with --yes\n"
    )
    assert podcast.files() == before


def test_a_no_changes_nothing(
    newsletter: Newsletter, podcast: Podcast, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.cli.asking.sys.stdin", Terminal())

    ran = newsletter("episode", "refresh", "proef")

    assert (ran.status, list(podcast.files())) == (0, ["2026-11-27-proef.md"])
    assert ran.err.endswith("Pin this beside issues/2026-11-27-proef.md? [y/N] nothing was written\n")


class Terminal:
    """A person who says no."""

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return "n\n"


def test_where_nothing_changed_nothing_is_asked(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    newsletter("episode", "refresh", "proef", "--yes")

    ran = newsletter("episode", "refresh", "proef", "--json")

    assert (ran.status, ran.err) == (0, "nothing changed\n")
    assert ran.document == {
        "issue": "proef",
        "written": False,
        "episodes": {"latest": {"title": "Deel 3", "changes": []}},
    }


def test_a_spoilt_file_is_written_anew(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    pinned = path.with_name("2026-11-27-proef.episode.json")
    newsletter("episode", "refresh", "proef", "--yes")
    good = pinned.read_bytes()
    pinned.write_bytes(b"{")

    ran = newsletter("episode", "refresh", "proef", "--yes")

    assert ran.err.startswith("spoilt: issues/2026-11-27-proef.episode.json:1:2: is not JSON")
    assert pinned.read_bytes() == good

    pinned.write_bytes(good.replace(b"\n", b"\n\n", 1))
    ran = newsletter("episode", "refresh", "proef", "--yes")
    assert "latest: the file 2026-11-27-proef.episode.json is not there, or another\n" in ran.err
    assert pinned.read_bytes() == good


def test_a_newer_episode_than_the_issue_is_not_its_latest(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    newsletter("episode", "refresh", "proef", "--yes")
    before = podcast.files()
    podcast.publish(episode(3, 24), episode(4, 28))

    assert newsletter("episode", "refresh", "proef", "--yes").err == "nothing changed\n"
    assert podcast.files() == before


def test_when_the_feed_is_gone_an_issue_is_as_it_was(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    newsletter("episode", "refresh", "proef", "--yes")
    before = podcast.files()
    podcast.server.routes.clear()

    ran = newsletter("episode", "refresh", "proef", "--yes")

    assert (ran.status, podcast.files()) == (2, before)
    assert ran.err == f'error: "{podcast.server.url("/feed.xml")}" answers 404 Not Found\n'


def test_a_part_that_cannot_be_had_is_told(newsletter: Newsletter, podcast: Podcast, path: Path) -> None:
    url = podcast.server.url("/none.json")
    podcast.publish(episode(3, 24, more=f'<podcast:chapters url="{url}"/>'))

    ran = newsletter("episode", "refresh", "proef", "--yes")

    assert f'left out: latest: its chapters: "{url}" answers 404 Not Found\n' in ran.err


def test_an_issue_that_names_no_episode_is_told(newsletter: Newsletter, podcast: Podcast) -> None:
    add_issue(podcast.root)

    ran = newsletter("episode", "refresh", "proef")

    assert ran.err == (
        'error: issues/2026-11-24-proef.md names no episode; write "::: episode latest" and ":::" where it goes\n'
    )


def test_an_issue_looks_the_same_a_month_later_without_its_feed(podcast: Podcast, path: Path) -> None:
    """The feed is gone, the machine is elsewhere and, where libfaketime is installed, the clock is a month on."""
    libraries = [str(library) for library in Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    later_on = {"TZ": "Asia/Tokyo", "FAKETIME": "+30d", "LD_PRELOAD": ":".join(libraries[:1])}
    assert installed("episode", "refresh", "proef", "--yes", cwd=podcast.root).status == 0
    assert installed("render", "proef", "--out", "first", cwd=podcast.root).status == 0
    podcast.server.routes.clear()
    toml = podcast.root / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8").replace(podcast.server.url("/feed.xml"), "https://gone.example/"), "utf-8")

    assert installed("render", "proef", "--out", "later", cwd=podcast.root, **later_on).status == 0

    for kind in ("html", "txt", "eml"):
        first, later = (podcast.root / folder / f"proef.{kind}" for folder in ("first", "later"))
        assert first.read_bytes() == later.read_bytes()
