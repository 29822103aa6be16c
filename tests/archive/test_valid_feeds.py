"""The feeds as the grammars of their formats have them; each grammar is seen to refuse what is wrong."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from tests.archive.every_kind import every_kind
from tests.archive.sources import Site, site_of, workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

GRAMMARS = {
    name: etree.RelaxNG(file=str(Path(__file__).with_name("grammars") / f"{name}.rng")) for name in ("atom", "rss")
}
FEEDS = ("", "nl/", "en/", "tags/chips/", "tags/werk/", "tags/arbeidsongeschiktheidsverzekeringspolis/")
LINE, ADDRESS, LINES = "a text", "an address", "a list of texts"
JSON_FEED = {
    "version": LINE, "title": LINE, "home_page_url": ADDRESS, "feed_url": ADDRESS, "description": LINE,
    "language": LINE,
}  # fmt: skip
JSON_ITEM = {
    "id": ADDRESS, "url": ADDRESS, "title": LINE, "content_html": LINE, "summary": LINE, "date_published": "a moment",
    "tags": LINES, "language": LINE,
}  # fmt: skip
"""What stands in one, of what JSON Feed 1.1 has, and of which type it is there."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of(every_kind(tmp_path_factory.mktemp("feeds") / "ws"))


def faults(grammar: str, feed: bytes) -> list[str]:
    valid = GRAMMARS[grammar]
    valid.validate(etree.fromstring(feed))
    return [f"{entry.line}: {entry.message}" for entry in valid.error_log]


@pytest.mark.parametrize("folder", FEEDS)
def test_atom_is_as_its_rfc_has_it(folder: str, site: Site) -> None:
    assert faults("atom", site.files[f"{folder}atom.xml"]) == []


@pytest.mark.parametrize("name", [*(f"{folder}feed.xml" for folder in FEEDS), "podcast.xml"])
def test_rss_is_as_its_board_has_it(name: str, site: Site) -> None:
    assert faults("rss", site.files[name]) == []


def test_every_feed_of_the_archive_is_looked_at(site: Site) -> None:
    named = {f"{folder}{name}" for folder in FEEDS for name in ("feed.xml", "atom.xml", "feed.json")} | {"podcast.xml"}
    feeds = {path for path in site.files if path.endswith(("feed.xml", "atom.xml", "feed.json", "podcast.xml"))}
    assert feeds == named


def test_the_feeds_of_an_archive_without_issues_are_valid_too(tmp_path: Path) -> None:
    empty = site_of(workspace(tmp_path / "ws"))
    assert faults("atom", empty.files["atom.xml"]) == []
    assert faults("rss", empty.files["feed.xml"]) == []
    assert amiss(json.loads(empty.files["feed.json"])) == []


@pytest.mark.parametrize(
    ("grammar", "name", "right", "wrong"),
    [
        ("atom", "atom.xml", b"<id>", b"<iid>"),
        ("atom", "atom.xml", b"+01:00</updated>", b"</updated>"),
        ("atom", "atom.xml", b"<author>", b"<writer>"),
        ("atom", "atom.xml", b' href="', b' ref="'),
        ("atom", "atom.xml", b' type="html"', b' type="HTML"'),
        ("rss", "feed.xml", b' version="2.0"', b' version="2"'),
        ("rss", "feed.xml", b"<pubDate>Tue, ", b"<pubDate>dinsdag, "),
        ("rss", "feed.xml", b"<guid>https://", b"<guid>"),
        ("rss", "podcast.xml", b' length="72000000"', b""),
        ("rss", "podcast.xml", b"<itunes:duration>4533<", b"<itunes:duration>lang<"),
        ("rss", "podcast.xml", b"<itunes:explicit>false<", b"<itunes:explicit>no<"),
        ("rss", "podcast.xml", b' type="text/vtt"', b""),
        ("rss", "podcast.xml", b"<podcast:guid>", b"<podcast:guid>x"),
    ],
)
def test_the_grammars_refuse_what_is_wrong(grammar: str, name: str, right: bytes, wrong: bytes, site: Site) -> None:
    feed = site.files[name]
    assert right in feed
    closing = right.replace(b"<", b"</"), wrong.replace(b"<", b"</")
    spoilt = feed.replace(right, wrong).replace(*closing) if right.endswith(b">") else feed.replace(right, wrong)
    assert faults(grammar, spoilt) != []


@pytest.mark.parametrize("folder", FEEDS)
def test_json_feed_is_as_its_version_1_1_has_it(folder: str, site: Site) -> None:
    assert amiss(json.loads(site.files[f"{folder}feed.json"])) == []


def amiss(feed: dict[str, Any]) -> list[str]:
    """What of a JSON Feed is not as version 1.1 has it, or not of what ours are made of."""
    authors, items = feed.pop("authors"), feed.pop("items")
    found = [
        *wrong(feed, JSON_FEED),
        *(fault for one in authors for fault in wrong(one, {"name": LINE, "url": ADDRESS})),
    ]
    found += [f"{item.get('id')}: {fault}" for item in items for fault in wrong(item, JSON_ITEM)]
    ids = [item["id"] for item in items]
    return found + ["an id stands twice"] * (len(set(ids)) < len(ids))


def wrong(given: Mapping[str, Any], types: Mapping[str, str]) -> list[str]:
    known = {
        LINE: lambda value: isinstance(value, str),
        ADDRESS: lambda value: isinstance(value, str) and value.startswith("https://"),
        LINES: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "a moment": lambda value: datetime.fromisoformat(value).tzinfo is not None,
    }
    missing = [f"{name} is missing" for name in types if name not in given]
    strange = [f"{name} is unknown" for name in given if name not in types]
    return (
        missing
        + strange
        + [
            f"{name} is not {types[name]}"
            for name, value in given.items()
            if name in types and not known[types[name]](value)
        ]
    )


def test_a_json_feed_that_is_wrong_is_told(site: Site) -> None:
    feed = json.loads(site.files["feed.json"])
    feed["items"][0] |= {"date_published": "2026-11-24T07:00:00", "id": 7, "tag": "x"}
    del feed["title"], feed["items"][1]["url"]
    assert amiss(feed) == [
        "title is missing",
        "7: tag is unknown",
        "7: id is not an address",
        "7: date_published is not a moment",
        "https://proef.example/p/alles/: url is missing",
    ]
