"""The door to feedparser: the bytes of a feed in, its episodes out, newest first."""

from __future__ import annotations

import io
import logging
from calendar import timegm
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser

from newsletter.errors import PodcastError
from newsletter.issue.feed.items import Feed, Item
from newsletter.issue.feed.markup import Extras, declares_entities, extras
from newsletter.issue.feed.notes import MAX_HTML_CHARACTERS
from newsletter.issue.feed.words import address, clean, duration_s, line, plain_line, whole_number
from newsletter.model import Episode
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_ITEMS = 5000
MAX_GUID_CHARACTERS = 500
MAX_BYTES = 2**40
_SOUND = ("audio/", "video/")
_NEVER = datetime.min.replace(tzinfo=UTC)
_NO_EXTRAS = Extras({})


def read_feed(data: bytes, shown: str, content_type: str = "", base_url: str = "") -> Feed:
    """Read a feed; `shown` is what messages call it.

    `content_type` is what its server said that it is; addresses in it that are not whole count from `base_url`.

    Raises:
        PodcastError: it is no feed, or none of its items is an episode.
    """
    if declares_entities(data):
        raise PodcastError(f"{shown} declares entities of its own (<!ENTITY …>), which no feed needs, and is not read")
    headers = {"content-type": content_type, "content-location": base_url}
    document = _parsed(data, {name: value for name, value in headers.items() if value})
    if not document.get("version") and not document.entries:
        raise PodcastError(f"{shown} is no feed: {_looks_like(data)}")
    left_out: list[str] = []
    if document.get("bozo") and not isinstance(document.bozo_exception, feedparser.CharacterEncodingOverride):
        left_out.append(f"the feed is not well formed ({line(document.bozo_exception, 120)}); it was mended")
    items = tuple(_items(document, data, left_out))
    if not items:
        raise PodcastError(f"{shown} is a feed without an episode in it: no item has an address of sound or video")
    channel = document.feed
    return Feed(plain_line(channel.get("title")), line(channel.get("language"), 20), items, tuple(left_out))


def _parsed(data: bytes, headers: Mapping[str, str]) -> Any:
    logging.getLogger("feedparser").disabled = True
    # As a stream: it would open a text that looks like a path or an address.
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _looks_like(data: bytes) -> str:
    begins = data[:1024].lstrip().lower()
    if not begins:
        return "it is empty"
    if begins.startswith((b"<!doctype html", b"<html")):
        return "it is a web page; look there for the address of its RSS feed"
    return "it is JSON" if begins.startswith((b"{", b"[")) else "nothing in it is RSS or Atom"


def _items(document: Any, data: bytes, left_out: list[str]) -> Iterator[Item]:
    entries = document.entries[:MAX_ITEMS]
    if len(document.entries) > MAX_ITEMS:
        left_out.append(f"of {len(document.entries)} items the first {MAX_ITEMS} were read")
    beyond = extras(data)
    if len(beyond) != len(document.entries):
        beyond = [_NO_EXTRAS] * len(entries)
    cover_url = address((document.feed.get("image") or {}).get("href"))
    found: dict[str, Item] = {}
    for number, (entry, more) in enumerate(zip(entries, beyond, strict=False), start=1):
        item = _item(entry, more, cover_url, lead=f"item {number}", left_out=left_out)
        if item and item.episode.guid in found:
            left_out.append(f"item {number}, {quoted(item.episode.title)}: its guid is that of an item above it")
        elif item:
            found[item.episode.guid] = item
    newest = sorted(found.values(), key=lambda item: item.episode.date or _NEVER, reverse=True)
    yield from newest


def _item(entry: Any, more: Extras, cover_url: str, lead: str, left_out: list[str]) -> Item | None:
    sound = _sound(entry)
    title = plain_line(entry.get("title")) or plain_line(entry.get("summary"), 80) or _file_name(sound)
    lead = f"{lead}, {quoted(title)}"
    guid = line(entry.get("id"), MAX_GUID_CHARACTERS) or sound.get("url", "") or address(entry.get("link"))
    if not sound:
        left_out.append(f"{lead}: no address of sound or video that can be used")
        return None
    link = address(entry.get("link"))
    episode = Episode(
        guid=guid,
        title=title,
        date=_date(entry, lead, left_out),
        link=link or sound["url"],
        duration_s=_duration(entry, lead, left_out),
        number=_number(entry, more, "episode"),
        season=_number(entry, more, "season"),
        audio_url=sound["url"],
        audio_bytes=whole_number(sound.get("length"), MAX_BYTES) or 0,
        audio_type=line(sound.get("type"), 80).lower(),
        cover_url=address((entry.get("image") or {}).get("href")) or cover_url,
        people=more.people(),
        chapters=more.chapters(),
        chapters_url=more.chapters_url(),
        transcripts=more.transcripts(),
    )
    return Item(episode, _notes(entry))


def _sound(entry: Any) -> dict[str, str]:
    """Return the first enclosure that can be heard or seen: its `url`, and what is said of it."""
    offered = [*entry.get("enclosures", ()), *entry.get("media_content", ())]
    for one in offered:
        url, kind = address(one.get("href") or one.get("url")), line(one.get("type"), 80).lower()
        if url and (kind.startswith(_SOUND) or not kind or kind == "application/octet-stream"):
            return {"url": url, "type": kind, "length": line(one.get("length") or one.get("filesize"), 20)}
    return {}


def _file_name(sound: Mapping[str, str]) -> str:
    """Return what an episode is called that nobody named: as its file is."""
    return line(PurePosixPath(urlsplit(sound.get("url", "")).path).stem, 80) or sound.get("url", "")


def _date(entry: Any, lead: str, left_out: list[str]) -> datetime | None:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(when), UTC) if when else None
    except (ValueError, OverflowError, OSError, TypeError):
        left_out.append(f"{lead}: a date that cannot be")
        return None


def _duration(entry: Any, lead: str, left_out: list[str]) -> int:
    written = entry.get("itunes_duration")
    seconds = duration_s(written)
    if written and not seconds and str(written).strip(" 0:"):
        left_out.append(f"{lead}: the duration {quoted(line(written, 40))} cannot be read")
    return seconds


def _number(entry: Any, more: Extras, name: str) -> int | None:
    said = whole_number(entry.get(f"itunes_{name}"))
    return said if said is not None else more.number(name)


def _notes(entry: Mapping[str, Any]) -> str:
    """Return the fullest of an item's texts."""
    texts = [str(part.get("value") or "") for part in entry.get("content", ())]
    texts += [str(entry.get(name) or "") for name in ("summary", "subtitle")]
    fullest = max(texts, key=len)
    return clean(fullest[:MAX_HTML_CHARACTERS])
