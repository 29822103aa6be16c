"""Episodes of the podcast: their pages, their list, the files for apps, and the podcast's own feed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree

from newsletter.issue.feed.transcripts import read_vtt
from newsletter.model import Cue, Episode
from tests.archive.pinned import EPISODE, pin
from tests.archive.sources import Site, built, site_of, workspace
from tests.cli.commands import TOML
from tests.render.drawings import COFFEE

if TYPE_CHECKING:
    from pathlib import Path

PODCAST = "{https://podcastindex.org/namespace/1.0}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws", f'{TOML}\n[archive]\npodcast = "Technology"\n')
    pin(root, "2026-11-24-troef", EPISODE)
    return root


@pytest.fixture
def site(root: Path) -> Site:
    return site_of(root)


def test_an_episode_has_a_page_with_all_that_is_pinned(site: Site) -> None:
    page = site.page("episodes/de-gouden-troef/index.html")
    (article,) = page.cssselect("article")
    words = " ".join(article.text_content().split())
    assert page.findtext(".//h1") == "De gouden troef"
    assert words.startswith("Aflevering 41 1 uur 15 min De gouden troef dinsdag 24 november 2026")
    assert "Met Wietse, Een Gast (te gast)" in words
    assert "Waar het over gaat, en meer." in words
    (sound,) = article.cssselect("audio[controls]")
    assert (sound.get("src"), sound.get("preload")) == (EPISODE.audio_url, "none")
    chapters = article.cssselect("ol.chapters a")
    assert [(link.get("href"), link.get("data-seconds")) for link in chapters] == [
        ("https://media.example/41.mp3#t=0", "0"),
        ("https://media.example/41.mp3#t=462", "462"),
    ]
    turns = article.cssselect(".transcript p")
    assert [" ".join(turn.text_content().split()) for turn in turns] == [
        "0:00 Wietse Hallo.",
        "0:04 Alexander Ach <nee>.",
    ]
    (image,) = article.cssselect("img")
    assert str(image.get("src")).startswith("../../p/troef/cover.")
    assert str(image.get("src")).removeprefix("../../") in site.files
    (issue,) = page.xpath("//nav//a[contains(@href, '/p/')]")
    assert issue.get("href") == "../../p/troef/"


def test_apps_find_chapters_and_transcript_as_files(site: Site) -> None:
    assert json.loads(site.files["episodes/de-gouden-troef/chapters.json"]) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "Begin"},
            {"startTime": 462.5, "title": "Tenten", "url": "https://pod.example/tenten"},
        ],
    }
    assert read_vtt(site.files["episodes/de-gouden-troef/transcript.vtt"]) == EPISODE.cues


def test_the_list_the_menu_and_the_front_page_lead_to_it(site: Site) -> None:
    (link,) = site.page("episodes/index.html").cssselect("ol.issues h2 a")
    assert link.get("href") == "../episodes/de-gouden-troef/"
    assert [a.get("href") for a in site.page("index.html").cssselect(".menu a")][:2] == ["issues/", "episodes/"]
    (latest,) = site.page("index.html").cssselect(".entry.beside a")
    assert latest.get("href") == "episodes/de-gouden-troef/"
    assert b"https://proef.example/episodes/de-gouden-troef/" in site.files["sitemap.xml"]


@pytest.mark.parametrize(("path", "to_top"), [("index.html", ""), ("episodes/index.html", "../")])
def test_a_list_shows_the_cover_in_its_narrowest_copies(path: str, to_top: str, root: Path) -> None:
    bare = replace(EPISODE, guid="g-40", title="Kaal", cover="", date=datetime(2026, 11, 1, tzinfo=UTC))
    pin(root, "2026-11-01-kaal", bare)
    (root / "issues" / "2026-11-24-troef" / "cover.png").unlink()
    (root / "issues" / "2026-11-24-troef" / "cover.jpg").write_bytes(COFFEE)
    known = (root / "issues" / "2026-11-24-troef" / "episode.json").read_text("utf-8")
    (root / "issues" / "2026-11-24-troef" / "episode.json").write_text(known.replace("cover.png", "cover.jpg"), "utf-8")
    site = site_of(root)
    (shown,) = site.page(path).cssselect(".beside picture img")
    sources = site.page(path).cssselect(".beside picture source")
    assert [source.get("type") for source in sources] == ["image/avif", "image/webp"]
    files = [str(shown.get("src")), *(str(source.get("srcset")) for source in sources)]
    names = [re.sub(r"\.[0-9a-f]{8}\.", ".#.", file) for file in files]
    begins = f"{to_top}p/troef/cover.#"
    assert names == [f"{begins}.jpg", f"{begins}.400.avif", f"{begins}.400.webp"]
    assert {file.removeprefix(to_top) for file in files} <= set(site.files)


def test_search_engines_are_told_what_it_is(site: Site) -> None:
    (script,) = site.page("episodes/de-gouden-troef/index.html").cssselect("script[type='application/ld+json']")
    episode, crumbs = json.loads(str(script.text))["@graph"]
    assert (episode["@type"], episode["name"], episode["episodeNumber"], episode["duration"]) == (
        "PodcastEpisode", "De gouden troef", 41, "PT4533S",
    )  # fmt: skip
    assert episode["datePublished"] == "2026-11-24T00:30:00+01:00"
    assert episode["associatedMedia"] == {"@type": "AudioObject", "contentUrl": EPISODE.audio_url}
    assert crumbs["itemListElement"][-1]["item"] == "https://proef.example/episodes/de-gouden-troef/"


def test_an_episode_of_two_issues_has_one_page_and_belongs_to_the_first(root: Path) -> None:
    pin(root, "2026-11-27-weer", EPISODE)
    pin(root, "2026-12-01-ander", replace(EPISODE, guid="g-42", date=datetime(2026, 11, 30, tzinfo=UTC)))
    site = site_of(root)
    pages = sorted(path for path in site.files if path.startswith("episodes/") and path.endswith(".html"))
    assert pages == [f"episodes/{name}index.html" for name in ("de-gouden-troef-2/", "de-gouden-troef/", "")]
    assert b"Over troef" in site.files["episodes/de-gouden-troef/index.html"]
    newest, _ = site.page("episodes/index.html").cssselect("ol.issues h2 a")
    assert str(newest.get("href")).endswith("-2/")
    around = site.page("episodes/de-gouden-troef/index.html").cssselect("nav.neighbours a[rel]")
    assert [(link.get("rel"), link.get("href")) for link in around] == [("next", "../../episodes/de-gouden-troef-2/")]


def test_an_episode_of_which_little_is_known_has_a_page_too(root: Path) -> None:
    bare = Episode(guid="g-1", title="Kaal", date=None, link="https://pod.example/1")
    pin(root, "2026-11-27-kaal", bare)
    site = site_of(root)
    page = site.page("episodes/kaal/index.html")
    assert page.cssselect("audio, ol.chapters, .transcript, article img") == []
    assert "vrijdag 27 november 2026" in page.text_content()
    assert "episodes/kaal/chapters.json" not in site.files
    assert b"Kaal" not in site.files["podcast.xml"], "nobody could hear it"


def test_the_feed_of_the_podcast_has_what_directories_and_apps_ask_for(site: Site) -> None:
    feed = feedparser.parse(site.files["podcast.xml"])
    assert not feed.bozo
    assert [entry.enclosures[0].href for entry in feed.entries] == [EPISODE.audio_url]
    top = etree.fromstring(site.files["podcast.xml"]).find("channel")
    assert top.find(f"{ITUNES}category").get("text") == "Technology"
    assert top.findtext(f"{ITUNES}owner/{ITUNES}email") == "redactie@proef.example"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f-]{17}", top.findtext(f"{PODCAST}guid"))
    item = top.find("item")
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == ("g-41", "false")
    assert item.findtext("pubDate") == "Tue, 24 Nov 2026 00:30:00 +0100"
    assert item.findtext("description") == "Waar het over gaat, en meer."
    assert [item.findtext(f"{ITUNES}{name}") for name in ("duration", "episode", "season")] == ["4533", "41", "2"]
    url = "https://proef.example/episodes/de-gouden-troef/"
    assert dict(item.find(f"{PODCAST}chapters").attrib) == {
        "url": f"{url}chapters.json",
        "type": "application/json+chapters",
    }
    assert dict(item.find(f"{PODCAST}transcript").attrib) == {
        "url": f"{url}transcript.vtt", "type": "text/vtt", "language": "nl",
    }  # fmt: skip
    people = [(person.text, person.get("role"), person.get("href")) for person in item.findall(f"{PODCAST}person")]
    assert people == [("Wietse", "host", "https://pod.example/w"), ("Een Gast", "guest", None)]


def test_without_the_setting_there_is_no_feed_of_the_podcast(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws")
    pin(root, "2026-11-24-troef", EPISODE)
    assert "podcast.xml" not in site_of(root).files


def test_a_changed_episode_is_noticed(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built(root, out)
    pin(root, "2026-11-24-troef", replace(EPISODE, cues=(Cue(0, 4, "Iets anders.", "Wietse"),)))
    made = built(root, out).published.made
    assert {"episodes/de-gouden-troef/index.html", "episodes/de-gouden-troef/transcript.vtt"} <= set(made)
    assert b"Iets anders." in (out / "episodes/de-gouden-troef/index.html").read_bytes()
