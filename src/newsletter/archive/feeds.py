"""The feeds: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, each with the whole text of the newest issues."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, time
from email.utils import format_datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from newsletter.archive.folder import Planned
    from newsletter.archive.press import Press
    from newsletter.archive.record import Record

ITEMS = 20
"""In each feed: ten weeks, for whoever was away."""

TYPES = (
    ("feed.xml", "application/rss+xml", "RSS"),
    ("atom.xml", "application/atom+xml", "Atom"),
    ("feed.json", "application/feed+json", "JSON Feed"),
)
"""The file of each feed, its media type, and what people call it."""

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_WHOLE = ("https://", "http://", "mailto:")
_ADDRESS = re.compile(r'(?<=[ "])(href|src|srcset)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed is about."""

    title: str
    folder: str
    """Where its files stand: empty, or `tags/chips/`."""
    language: str
    records: tuple[Record, ...]
    """The newest first; at most `ITEMS` of them are in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One issue in a feed."""

    url: str
    title: str
    summary: str
    html: str
    published: datetime
    tags: tuple[str, ...]
    language: str


def feed_files(press: Press, channel: Channel) -> list[Planned]:
    """Plan the three files of a channel."""
    records = channel.records[:ITEMS]
    said = repr((channel.title, channel.language, records))
    writers: tuple[Callable[[Press, Channel, Sequence[Item]], bytes], ...] = (_rss, _atom, _json)
    return [
        press.file(f"{channel.folder}{name}", partial(_written, write, press, channel), said)
        for (name, _, _), write in zip(TYPES, writers, strict=True)
    ]


def published(record: Record, zone: tzinfo) -> datetime:
    """Return when an issue came out: its `send_at`, or the beginning of its day."""
    return datetime.fromisoformat(record.send_at) if record.send_at else datetime.combine(record.day, time(), zone)


def absolute(html: str, page: str) -> str:
    """Return HTML whose addresses work away from its page, which is at `page`."""

    def whole(match: re.Match[str]) -> str:
        name, value = match.groups()
        if value.startswith(_WHOLE):
            return match[0]
        if name != "srcset":
            return f'{name}="{urljoin(page, value)}"'
        parts = (part.strip().partition(" ") for part in value.split(","))
        return f'srcset="{", ".join(f"{urljoin(page, address)}{gap}{size}" for address, gap, size in parts)}"'

    return _ADDRESS.sub(whole, html)


@lru_cache(maxsize=128)
def _absolute_once(html: bytes, url: str) -> str:
    """Return the text of an issue as `absolute` does; each stands in the feeds of all its tags."""
    return absolute(html.decode(), url)


def _written(write: Callable[[Press, Channel, Sequence[Item]], bytes], press: Press, channel: Channel) -> bytes:
    zone = press.settings.newsletter.timezone
    items = []
    for record in channel.records[:ITEMS]:
        url = f"{press.site}/p/{record.slug}/"
        items.append(
            Item(
                url=url,
                title=record.subject,
                summary=record.preheader,
                html=_absolute_once(press.kept.read(record.article), url),
                published=published(record, zone),
                tags=record.tags,
                language=record.language,
            )
        )
    return write(press, channel, items)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, name, attributes)
    element.text = text or None
    return element


def _document(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _rss(press: Press, channel: Channel, items: Sequence[Item]) -> bytes:
    newsletter = press.settings.newsletter
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": _ATOM, "content": _CONTENT})
    top = _add(root, "channel")
    _add(top, "title", channel.title)
    _add(top, "link", f"{press.site}/{channel.folder}")
    _add(top, "description", newsletter.description or newsletter.name)
    _add(top, "language", channel.language)
    address = f"{press.site}/{channel.folder}{TYPES[0][0]}"
    _add(top, f"{{{_ATOM}}}link", rel="self", type=TYPES[0][1], href=address)
    if items:
        _add(top, "lastBuildDate", format_datetime(items[0].published))
    for item in items:
        entry = _add(top, "item")
        _add(entry, "title", item.title)
        _add(entry, "link", item.url)
        _add(entry, "guid", item.url)
        _add(entry, "pubDate", format_datetime(item.published))
        if item.summary:
            _add(entry, "description", item.summary)
        for tag in item.tags:
            _add(entry, "category", tag)
        _add(entry, f"{{{_CONTENT}}}encoded", item.html)
    return _document(root)


def _atom(press: Press, channel: Channel, items: Sequence[Item]) -> bytes:
    newsletter = press.settings.newsletter
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", channel.language)

    def add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
        return _add(parent, f"{{{_ATOM}}}{name}", text, **attributes)

    page = f"{press.site}/{channel.folder}"
    address = f"{page}{TYPES[1][0]}"
    add(root, "title", channel.title)
    if newsletter.description:
        add(root, "subtitle", newsletter.description)
    add(root, "id", address)
    add(root, "link", rel="self", type=TYPES[1][1], href=address)
    add(root, "link", rel="alternate", type="text/html", href=page)
    # Without an issue there is nothing that could have changed since the beginning of time.
    add(root, "updated", items[0].published.isoformat() if items else "1970-01-01T00:00:00Z")
    add(add(root, "author"), "name", newsletter.name)
    for item in items:
        entry = add(root, "entry")
        add(entry, "title", item.title)
        add(entry, "id", item.url)
        add(entry, "link", rel="alternate", type="text/html", href=item.url)
        add(entry, "published", item.published.isoformat())
        add(entry, "updated", item.published.isoformat())
        if item.summary:
            add(entry, "summary", item.summary)
        for tag in item.tags:
            add(entry, "category", term=tag)
        content = add(entry, "content", item.html, type="html")
        content.set("{http://www.w3.org/XML/1998/namespace}lang", item.language)
    return _document(root)


def _json(press: Press, channel: Channel, items: Sequence[Item]) -> bytes:
    newsletter = press.settings.newsletter
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": f"{press.site}/{channel.folder}",
        "feed_url": f"{press.site}/{channel.folder}{TYPES[2][0]}",
        "description": newsletter.description or newsletter.name,
        "language": channel.language,
        "authors": [{"name": newsletter.name, "url": f"{press.site}/"}],
        "items": [
            {
                "id": item.url,
                "url": item.url,
                "title": item.title,
                "content_html": item.html,
                "summary": item.summary,
                "date_published": item.published.isoformat(),
                "tags": list(item.tags),
                "language": item.language,
            }
            for item in items
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
