"""Feeds for the tests, and what is read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.issue.feed.document import read_feed

if TYPE_CHECKING:
    from newsletter.issue.feed.items import Feed, Item

NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:psc="http://podlove.org/simple-chapters"'
)
SOUND = '<enclosure url="https://a.example/1.mp3" length="9000" type="audio/mpeg"/>'


def feed_text(*items: str, channel: str = "<title>Praat</title>") -> str:
    """A feed of items, each the inside of one."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{channel}{inside}</channel></rss>'


def feed_of(*items: str, channel: str = "<title>Praat</title>") -> Feed:
    return read_feed(feed_text(*items, channel=channel).encode(), '"feed.xml"')


def item_of(inside: str) -> Item:
    """The one episode of a feed; it has a sound and a title where none is given."""
    title = "" if "<title>" in inside else "<title>Een</title>"
    (item,) = feed_of(f"{title}{SOUND}{inside}").items
    return item
