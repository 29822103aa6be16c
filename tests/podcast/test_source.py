"""Where the feed comes from, and what is told when it does not."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from newsletter.config import Podcast
from newsletter.errors import FetchError, PodcastError
from newsletter.fetch import Limits, Web
from newsletter.podcast.source import FOLDER, load_feed, web_of
from tests.issue.feed.feeds import SOUND, feed_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web_server import Asked, WebServer

FEED = feed_text(f"<guid>g</guid><title>Een</title>{SOUND}").encode()
QUICK = Limits(max_bytes=100_000, deadline_s=0.5)


def refused(url: str, root: Path, limits: Limits = QUICK, web: Web | None = None) -> str:
    podcast = Podcast(feed=url)
    with pytest.raises((FetchError, PodcastError)) as caught:
        load_feed(podcast, root, web or web_of(podcast), limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_feed_is_fetched_from_the_host_that_the_settings_name(tmp_path: Path, server: WebServer) -> None:
    podcast = Podcast(feed=server.serve("/feed.xml", FEED))

    feed = load_feed(podcast, tmp_path, web_of(podcast))

    assert [item.episode.guid for item in feed.items] == ["g"]
    assert not (tmp_path / FOLDER).exists(), "it said nothing by which it could be known again"


def test_what_is_not_new_is_not_sent_again(tmp_path: Path, server: WebServer) -> None:
    def answer(asked: Asked) -> None:
        if asked.headers["If-None-Match"] == '"1"':
            asked.answer(304)
        else:
            asked.answer(200, FEED, ETag='"1"', Content_Type="application/rss+xml")

    server.routes["/feed.xml"] = answer
    podcast = Podcast(feed=server.url("/feed.xml"))

    feeds = [load_feed(podcast, tmp_path, web_of(podcast)) for _ in range(3)]

    assert feeds[0] == feeds[1] == feeds[2]
    assert [asked.headers["If-None-Match"] for asked in server.log] == [None, '"1"', '"1"']


@pytest.mark.parametrize("spoil", [b"", b"no JSON\nx", b"[]\nx", b'{"sha256": "x"}\nx'])
def test_what_was_kept_and_is_spoilt_is_fetched_anew(tmp_path: Path, server: WebServer, spoil: bytes) -> None:
    podcast = Podcast(feed=server.serve("/feed.xml", FEED, ETag='"1"'))
    load_feed(podcast, tmp_path, web_of(podcast))
    (kept,) = (tmp_path / FOLDER).iterdir()
    kept.write_bytes(spoil)

    assert load_feed(podcast, tmp_path, web_of(podcast)).items
    assert server.log[-1].headers["If-None-Match"] is None
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_a_feed_may_be_a_file_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    podcast = Podcast(feed="feed.xml")

    assert load_feed(podcast, tmp_path, web_of(podcast)).items[0].episode.guid == "g"
    assert refused("none.xml", tmp_path) == 'the feed "none.xml" cannot be read: No such file or directory'
    assert refused("feed.xml", tmp_path, Limits(max_bytes=10)) == 'the feed "feed.xml" is larger than 1e-05 MB'


def test_without_a_feed_the_mend_is_told(tmp_path: Path) -> None:
    assert refused("", tmp_path) == (
        'no feed is known: write its address into newsletter.toml, [podcast] feed = "https://…"'
    )


def test_whatever_is_wrong_with_a_server_is_one_line(tmp_path: Path, server: WebServer) -> None:
    server.serve("/page", b"<!DOCTYPE html><title>x</title>", Content_Type="text/html")
    server.serve("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    server.serve("/entities", b"<!DOCTYPE r [<!ENTITY a 'aaaa'>]><rss>&a;</rss>")
    server.redirect("/inwards", "http://metadata.example/latest")
    server.routes["/slow"] = lambda asked: asked.drip(b"H")
    web = Web(frozenset({"127.0.0.1"}), resolve=lambda host, _: ["169.254.169.254" if "meta" in host else host])

    said = {
        path: refused(server.url(path), tmp_path, web=web).replace(server.url(""), "http://x")
        for path in ("/page", "/bomb", "/entities", "/inwards", "/slow", "/none")
    }

    assert said == {
        "/page": '"http://x/page" is no feed: it is a web page; look there for the address of its RSS feed',
        "/bomb": '"http://x/bomb" is larger than 0.1 MB',
        "/entities": (
            '"http://x/entities" declares entities of its own (<!ENTITY …>), which no feed needs, and is not read'
        ),
        "/inwards": (
            '"http://metadata.example/latest" leads to 169.254.169.254, which is no address of the open web; '
            'only a host that was named may be there, and "metadata.example" was not'
        ),
        "/slow": '"http://x/slow" took longer than 0.5 s',
        "/none": '"http://x/none" answers 404 Not Found',
    }


def test_without_a_connection_that_is_told(tmp_path: Path) -> None:
    def offline(host: str, port: int) -> list[str]:
        raise OSError(-3, "Temporary failure in name resolution")

    assert refused("https://feeds.example/a", tmp_path, web=Web(resolve=offline)) == (
        '"https://feeds.example/a" cannot be reached: there is no host "feeds.example", or no connection'
    )
