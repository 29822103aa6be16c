"""A feed is read in a process of its own, whatever it holds."""

from __future__ import annotations

import time

import pytest

from newsletter.errors import PodcastError
from newsletter.issue.feed.document import read_feed
from newsletter.podcast.reading import read_within
from tests.issue.feed.feeds import SOUND, feed_text

WHOLE = feed_text(
    f"""<guid>g</guid><title>Eén</title>{SOUND}<pubDate>Tue, 24 Nov 2026 05:00:00 GMT</pubDate>
    <itunes:episode>4</itunes:episode><podcast:person>Wie</podcast:person><description>&lt;b&gt;x</description>
    <podcast:transcript url="https://a.example/t.vtt" type="text/vtt"/>
    <psc:chapters><psc:chapter start="1" title="x"/></psc:chapters>""",
    f"<guid>h</guid><title>Twee</title>{SOUND}<itunes:duration>?</itunes:duration>",
).encode()


def test_the_other_process_says_what_this_one_would() -> None:
    assert read_within(WHOLE, '"feed"', "application/rss+xml", "") == read_feed(WHOLE, '"feed"')


def test_what_it_refuses_is_refused_here() -> None:
    with pytest.raises(PodcastError, match=r'^"feed" is no feed: it is empty$'):
        read_within(b"", '"feed"', "", "")


def test_a_feed_that_would_take_minutes_is_given_up_at_the_deadline() -> None:
    began = time.monotonic()

    with pytest.raises(PodcastError, match=r'^"feed" takes longer than 1 s to read: no podcast\'s feed does$'):
        read_within(b"<a" * 3_000_000, '"feed"', "", "", deadline_s=1)

    assert time.monotonic() - began < 30


def test_a_feed_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(PodcastError, match=r'^"feed" cannot be read: it takes too much memory, or breaks the parser$'):
        read_within(WHOLE, '"feed"', "", "", max_memory_bytes=1_000_000)
