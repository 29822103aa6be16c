from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.errors import PodcastError
from newsletter.issue.feed.document import MAX_ITEMS, read_feed
from newsletter.issue.feed.markup import extras
from newsletter.model import Chapter, Episode, Person, TranscriptLink
from tests.issue.feed.feeds import SOUND, feed_of, feed_text, item_of


def refused(data: bytes) -> str:
    with pytest.raises(PodcastError) as caught:
        read_feed(data, '"feed.xml"')
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_everything_that_a_feed_says_of_an_episode() -> None:
    feed = feed_of(
        """
        <guid isPermaLink="false">g-41</guid><title>Eén &amp; ander</title><link>https://a.example/41</link>
        <pubDate>Tue, 24 Nov 2026 06:00:00 +0100</pubDate>
        <enclosure url="https://media.example/41.mp3" length="72000000" type="audio/mpeg"/>
        <itunes:duration>1:15:33</itunes:duration><itunes:episode>41</itunes:episode><itunes:season>2</itunes:season>
        <itunes:image href="https://a.example/41.jpg"/><description>Kort</description>
        <content:encoded><![CDATA[<p>Lang en <b>vet</b></p>]]></content:encoded>
        <podcast:person href="https://a.example/wietse">Wietse</podcast:person>
        <podcast:person role="Guest">Een Gast</podcast:person><podcast:person/>
        <podcast:transcript url="https://a.example/41.vtt" type="text/vtt" language="nl"/>
        <podcast:transcript url="https://a.example/41.srt" type="application/x-subrip"/>
        <podcast:transcript url="javascript:x" type="text/html"/>
        <podcast:chapters url="https://a.example/41.json" type="application/json+chapters"/>
        """,
        channel="<title>De praat</title><language>nl-NL</language>",
    )

    assert (feed.title, feed.language, feed.left_out) == ("De praat", "nl-NL", ())
    assert feed.items[0].html == "<p>Lang en <b>vet</b></p>"
    assert feed.items[0].episode == Episode(
        guid="g-41",
        title="Eén & ander",
        date=datetime(2026, 11, 24, 5, tzinfo=UTC),
        link="https://a.example/41",
        duration_s=4533,
        number=41,
        season=2,
        audio_url="https://media.example/41.mp3",
        audio_bytes=72_000_000,
        audio_type="audio/mpeg",
        cover_url="https://a.example/41.jpg",
        people=(Person("Wietse", "host", "https://a.example/wietse"), Person("Een Gast", "guest")),
        chapters_url="https://a.example/41.json",
        transcripts=(
            TranscriptLink("https://a.example/41.vtt", "text/vtt", "nl"),
            TranscriptLink("https://a.example/41.srt", "application/x-subrip"),
        ),
    )


def test_what_is_not_said_is_left_open() -> None:
    episode = item_of("").episode

    assert episode == Episode(
        guid="https://a.example/1.mp3",
        title="Een",
        date=None,
        link="https://a.example/1.mp3",
        audio_url="https://a.example/1.mp3",
        audio_bytes=9000,
        audio_type="audio/mpeg",
    )


def test_numbers_may_be_said_in_the_newer_way_too() -> None:
    episode = item_of("<podcast:season>3</podcast:season><podcast:episode>7</podcast:episode>").episode

    assert (episode.season, episode.number) == (3, 7)


def test_chapters_may_stand_in_the_feed() -> None:
    episode = item_of(
        """<psc:chapters version="1.2"><psc:chapter start="00:07:42.5" title="Tenten" href="https://a.example/t"/>
        <psc:chapter start="0" title="Begin"/><psc:chapter start="later" title="Nooit"/><psc:chapter start="1"/>
        <!-- end --></psc:chapters>"""
    ).episode

    assert episode.chapters == (Chapter(0, "Begin"), Chapter(462.5, "Tenten", "https://a.example/t"))


def test_the_cover_of_the_show_stands_in_for_that_of_an_episode() -> None:
    feed = feed_of(f"<title>Een</title>{SOUND}", channel='<itunes:image href="https://a.example/show.png"/>')

    assert feed.items[0].episode.cover_url == "https://a.example/show.png"


def test_the_newest_comes_first_and_what_has_no_date_last() -> None:
    days = ("Mon, 02 Nov 2026 05:00:00 GMT", "", "Tue, 24 Nov 2026 05:00:00 GMT")
    feed = feed_of(
        *(f"<guid>{n}</guid><title>{n}</title>{SOUND}<pubDate>{day}</pubDate>" for n, day in enumerate(days))
    )

    assert [item.episode.guid for item in feed.items] == ["2", "0", "1"]


def test_an_episode_without_a_name_is_called_as_its_text_or_its_file() -> None:
    feed = feed_of(f"<guid>a</guid>{SOUND}<description>Waar het over gaat</description>", f"<guid>b</guid>{SOUND}")

    assert [item.episode.title for item in feed.items] == ["Waar het over gaat", "1"]


def test_a_sound_may_stand_elsewhere_and_a_picture_is_none() -> None:
    feed = feed_of(
        '<title>a</title><enclosure url="https://a.example/a.png" type="image/png"/>'
        '<media:content url="https://a.example/a.m4v" type="video/mp4" fileSize="7"/>',
        '<title>b</title><enclosure url="https://a.example/b.png" type="image/png"/>',
    )

    assert [item.episode.audio_url for item in feed.items] == ["https://a.example/a.m4v"]
    assert feed.items[0].episode.audio_bytes == 7
    assert feed.left_out == ('item 2, "b": no address of sound or video that can be used',)


def test_addresses_that_are_not_whole_count_from_the_feeds_own() -> None:
    data = feed_text('<title>a</title><enclosure url="a.mp3" type="audio/mpeg"/>').encode()

    feed = read_feed(data, "feed", "application/rss+xml", "https://a.example/casts/feed.xml")

    assert feed.items[0].episode.audio_url == "https://a.example/casts/a.mp3"


def test_what_cannot_be_used_is_left_out_and_told() -> None:
    feed = feed_of(
        f"<guid>a</guid><title>Een</title>{SOUND}<itunes:duration>heel lang</itunes:duration>",
        f"<guid>a</guid><title>Nog een</title>{SOUND}",
        f"<guid>c</guid><title>Drie</title>{SOUND}<pubDate>0000-11-24T05:00:00Z</pubDate>",
    )

    assert [item.episode.guid for item in feed.items] == ["a", "c"]
    assert 'item 1, "Een": the duration "heel lang" cannot be read' in feed.left_out
    assert 'item 2, "Nog een": its guid is that of an item above it' in feed.left_out
    assert 'item 3, "Drie": its date is before or after all years' in feed.left_out


def test_a_feed_that_is_not_well_formed_is_mended_and_told() -> None:
    feed = read_feed(f"<rss version='2.0'><channel><item><title>Een</title>{SOUND}</item>".encode(), "feed")

    assert [item.episode.title for item in feed.items] == ["Een"]
    assert feed.left_out[0].startswith("the feed is not well formed (")


def test_a_prefix_that_nobody_declared_stands_for_itself() -> None:
    data = f"<rss><channel><item><title>x</title>{SOUND}<podcast:person>Wie</podcast:person></item></channel></rss>"

    assert read_feed(data.encode(), "feed").items[0].episode.people == (Person("Wie"),)


def test_where_the_two_parsers_count_otherwise_nothing_is_given_to_the_wrong_episode() -> None:
    named, deep = "<podcast:person>Wie</podcast:person>", f"{'<a>' * 300}{'</a>' * 300}"

    well, odd = feed_of(f"{SOUND}{named}", f"{deep[:9]}{deep[-12:]}{SOUND}"), feed_of(f"{SOUND}{named}", deep, SOUND)

    assert [item.episode.people for item in well.items][:1] == [(Person("Wie"),)]
    assert [item.episode.people for item in odd.items] == [()]


def test_of_a_feed_without_end_the_first_items_are_read() -> None:
    feed = feed_of(*(f"<guid>{n}</guid><title>t</title>{SOUND}" for n in range(MAX_ITEMS + 1)))

    assert len(feed.items) == MAX_ITEMS
    assert feed.left_out == (f"of {MAX_ITEMS + 1} items the first {MAX_ITEMS} were read",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no feed: it is empty"),
        (
            b"<!DOCTYPE html><title>x</title>",
            "is no feed: it is a web page; look there for the address of its RSS feed",
        ),
        (b'{"version": 1}', "is no feed: it is JSON"),
        (
            b"<rss><channel><item><psc:chapters><psc:chapter title='x'/></psc:chapters><b></channel>",
            "is not well formed, in a way that no parser can mend (TypeError)",
        ),
        (b"\x89PNG\r\n", "is no feed: nothing in it is RSS or Atom"),
        (
            b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>",
            "is a feed without an episode in it: no item has an address of sound or video",
        ),
    ],
)
def test_what_is_no_podcast_is_told_in_a_line(data: bytes, why: str) -> None:
    assert refused(data) == f'"feed.xml" {why}'


@pytest.mark.parametrize("data", [b"", b"no markup", b"<?xml version='1.0' encoding='no-such'?><rss/>"])
def test_what_the_other_parser_cannot_read_says_nothing_beyond(data: bytes) -> None:
    assert extras(data) == []


def test_an_address_that_cannot_be_taken_apart_is_none() -> None:
    odd = '<enclosure url="https://[no/1.mp3" type="audio/mpeg"/>'
    data = feed_text(f"<title>x</title>{odd}{SOUND}<?php odd?>").encode()

    assert (
        read_feed(data, "feed", base_url="https://b.example/").items[0].episode.audio_url == "https://a.example/1.mp3"
    )


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel>&b;</channel></rss>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_of_a_feeds_own_are_not_even_read(encoding: str) -> None:
    why = "declares entities of its own (<!ENTITY …>), which no feed needs, and is not read"

    assert refused(BOMB.encode(encoding)) == f'"feed.xml" {why}'


def test_a_path_in_place_of_a_feed_is_not_opened() -> None:
    assert refused(b"/etc/passwd") == '"feed.xml" is no feed: nothing in it is RSS or Atom'
    assert refused(b"file:///etc/passwd") == '"feed.xml" is no feed: nothing in it is RSS or Atom'
