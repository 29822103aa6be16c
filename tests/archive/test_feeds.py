"""The feeds: what a feed reader finds in them, and the rules of their formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from lxml import etree

from newsletter.archive.feeds import absolute
from tests.archive.sources import PICTURE, Site, site_of, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

BODY = """\
Dag {{ subscriber.first_name | default("lezer") }}, zie [de tip](#een-tip) & <b>dit</b>.

![Een plaat](plaat.png)

::: tip {#een-tip} Een tip
Tekst, en [verder](https://elders.example/?a=1&b=2).
:::

::: note {on="email"}
Alleen voor de mail.
:::
"""
SUMMARY = "Waar het over gaat"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Twenty-four issues, one of them in English, two of them tagged."""
    root = workspace(tmp_path_factory.mktemp("feeds") / "ws")
    for day in range(1, 24):
        add_issue(root, f"2026-10-{day:02}-nummer-{day}", f"Tekst {day}.\n", preheader=f'"Over {day}"')
    front = {"tags": "[AI & jij, chips]", "send_at": "2026-11-24 07:00", "subject": '"A & <b>"', "preheader": SUMMARY}
    add_issue(root, "2026-11-24-nieuw", BODY, **front)
    add_issue(root, "2026-11-20-english", "Text.\n", language="en", tags="[chips]")
    (root / "issues" / "plaat.png").write_bytes(PICTURE)
    return site_of(root)


def parsed(site: Site, path: str) -> Any:
    """What a feed reader makes of a feed that it finds no fault with."""
    feed = feedparser.parse(site.files[path])
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_a_feed_reader_finds_the_newest_twenty_with_their_whole_text(name: str, site: Site) -> None:
    feed = parsed(site, name)
    assert feed.version == {"feed.xml": "rss20", "atom.xml": "atom10"}[name]
    assert feed.feed.title == "Proef"
    assert feed.feed.link == "https://proef.example/"
    assert len(feed.entries) == 20
    entry = feed.entries[0]
    assert (entry.title, entry.link, entry.id) == ("A & <b>", *["https://proef.example/p/nieuw/"] * 2) or (
        entry.title == "A &amp; &lt;b&gt;"
    )
    assert [tag.term for tag in entry.tags] == ["AI & jij", "chips"]
    assert entry.published_parsed[:6] == (2026, 11, 24, 6, 0, 0)
    html = entry.content[0].value
    assert "Dag lezer, zie" in html
    assert "Alleen voor de mail" not in html
    assert entry.summary == SUMMARY
    assert feed.entries[1].link == "https://proef.example/p/english/"


def test_json_feed_says_the_same(site: Site) -> None:
    feed = json.loads(site.files["feed.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["feed_url"], feed["home_page_url"]) == ("https://proef.example/feed.json", "https://proef.example/")
    assert len(feed["items"]) == 20
    item = feed["items"][0]
    assert {key: item[key] for key in ("id", "url", "title", "summary", "date_published", "tags", "language")} == {
        "id": "https://proef.example/p/nieuw/",
        "url": "https://proef.example/p/nieuw/",
        "title": "A & <b>",
        "summary": SUMMARY,
        "date_published": "2026-11-24T07:00:00+01:00",
        "tags": ["AI & jij", "chips"],
        "language": "nl",
    }
    assert "Dag lezer, zie" in item["content_html"]


def test_the_three_hold_the_same_text(site: Site) -> None:
    rss = etree.fromstring(site.files["feed.xml"]).findall("channel/item/{*}encoded")
    atom = etree.fromstring(site.files["atom.xml"]).findall(f"{ATOM}entry/{ATOM}content")
    in_json = [item["content_html"] for item in json.loads(site.files["feed.json"])["items"]]
    assert [one.text for one in rss] == [one.text for one in atom] == in_json


def test_addresses_in_a_feed_are_whole(site: Site) -> None:
    html = json.loads(site.files["feed.json"])["items"][0]["content_html"]
    assert 'href="https://proef.example/p/nieuw/#een-tip"' in html
    assert 'href="https://elders.example/?a=1&amp;b=2"' in html
    assert 'src="https://proef.example/p/nieuw/plaat.' in html
    assert 'srcset="https://proef.example/p/nieuw/plaat.' in html


def test_every_address_of_a_list_of_pictures_becomes_whole() -> None:
    html = '<source srcset="a.400.webp 400w, b/a.webp 800w"><a href="../x/">x</a><a href="mailto:a@b.example">y</a>'
    assert absolute(html, "https://proef.example/p/een/") == (
        '<source srcset="https://proef.example/p/een/a.400.webp 400w, https://proef.example/p/een/b/a.webp 800w">'
        '<a href="https://proef.example/p/x/">x</a><a href="mailto:a@b.example">y</a>'
    )


@pytest.mark.parametrize(
    ("folder", "slugs"),
    [("tags/ai-jij/", ["nieuw"]), ("tags/chips/", ["nieuw", "english"]), ("en/", ["english"])],
)
def test_each_tag_and_each_language_has_its_own(folder: str, slugs: list[str], site: Site) -> None:
    for name in ("feed.xml", "atom.xml"):
        feed = parsed(site, folder + name)
        assert [entry.link for entry in feed.entries] == [f"https://proef.example/p/{slug}/" for slug in slugs]
    items = json.loads(site.files[f"{folder}feed.json"])["items"]
    assert [item["url"] for item in items] == [f"https://proef.example/p/{slug}/" for slug in slugs]


def test_a_feed_says_where_it_is_and_when_it_changed(site: Site) -> None:
    rss = etree.fromstring(site.files["tags/chips/feed.xml"])
    assert rss.find(f"channel/{ATOM}link").get("href") == "https://proef.example/tags/chips/feed.xml"
    assert rss.findtext("channel/lastBuildDate") == "Tue, 24 Nov 2026 07:00:00 +0100"
    atom = etree.fromstring(site.files["tags/chips/atom.xml"])
    assert atom.findtext(f"{ATOM}id") == "https://proef.example/tags/chips/atom.xml"
    assert atom.findtext(f"{ATOM}updated") == "2026-11-24T07:00:00+01:00"


def test_an_archive_without_issues_has_feeds_without_items(tmp_path: Path) -> None:
    site = site_of(workspace(tmp_path / "ws"))
    for name in ("feed.xml", "atom.xml"):
        assert parsed(site, name).entries == []
    assert json.loads(site.files["feed.json"])["items"] == []


def test_pages_name_their_feeds(site: Site) -> None:
    def feeds(path: str) -> list[str]:
        return [str(link.get("href")) for link in site.page(path).cssselect("link[rel=alternate][type]")]

    assert feeds("index.html") == ["feed.xml", "atom.xml", "feed.json"]
    own = [f"../../tags/chips/{name}" for name in ("feed.xml", "atom.xml", "feed.json")]
    assert feeds("tags/chips/index.html")[3:] == own
