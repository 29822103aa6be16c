"""The door to feedparser: the bytes of a feed in, its episodes out, newest first."""

from __future__ import annotations

import io
import logging
from calendar import timegm
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import feedparser

from newsletter.errors import PodcastError
from newsletter.issue.feed.items import Feed, Item
from newsletter.issue.feed.markup import Extras, declares_entities, extras
from newsletter.issue.feed.notes import MAX_HTML_CHARACTERS
from newsletter.issue.feed.words import address, clean, duration_s, line, plain_line, whole_number
from newsletter.model import Episode
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ITEMS = 5000
MAX_GUID_CHARACTERS = 500
MAX_BYTES = 2**40
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser raises for feeds that are not what they say, such as a chapter without a beginning."""
_SOUND = ("audio/", "video/")
_SAYS_NOTHING = ("", "application/octet-stream")
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
    try:
        document = _parsed(data, content_type)
    except _FAULTS as error:
        message = f"{shown} is not well formed, in a way that no parser can mend ({type(error).__name__})"
        raise PodcastError(message) from error
    if not document.get("version") and not document.entries:
        raise PodcastError(f"{shown} is no feed: {_looks_like(data)}")
    left_out: list[str] = []
    if document.get("bozo") and not isinstance(document.bozo_exception, feedparser.CharacterEncodingOverride):
        left_out.append(f"the feed is not well formed ({line(document.bozo_exception, 120)}); it was mended")
    reader = _Reader(document, base_url, left_out)
    items = tuple(reader.items(extras(data)))
    if not items:
        raise PodcastError(f"{shown} is a feed without an episode in it: no item has an address of sound or video")
    channel = document.feed
    return Feed(plain_line(channel.get("title")), line(channel.get("language"), 20), items, tuple(left_out))


def _parsed(data: bytes, content_type: str) -> Any:
    logging.getLogger("feedparser").disabled = True
    headers = {"content-type": content_type} if content_type else {}
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


class _Reader:
    """Reads the items of one feed, and gathers what had to be left out."""

    def __init__(self, document: Any, base_url: str, left_out: list[str]) -> None:
        self._document = document
        self._base_url = base_url
        self._left_out = left_out
        self._cover_url = self._address((document.feed.get("image") or {}).get("href"))

    def items(self, beyond: list[Extras]) -> list[Item]:
        """Return the episodes, the newest first; `beyond` is what the other parser found of each item."""
        entries = self._document.entries
        if len(beyond) != len(entries):
            beyond = [_NO_EXTRAS] * len(entries)
        if len(entries) > MAX_ITEMS:
            self._left_out.append(f"of {len(entries)} items the first {MAX_ITEMS} were read")
        found: dict[str, Item] = {}
        for number, (entry, more) in enumerate(zip(entries[:MAX_ITEMS], beyond, strict=False), start=1):
            item = self._item(entry, more, f"item {number}")
            if item and item.episode.guid in found:
                self._told(f"item {number}", item.episode.title, "its guid is that of an item above it")
            elif item:
                found[item.episode.guid] = item
        return sorted(found.values(), key=lambda item: item.episode.date or _NEVER, reverse=True)

    def _told(self, lead: str, title: str, what: str) -> None:
        self._left_out.append(f"{lead}, {quoted(title)}: {what}")

    def _item(self, entry: Any, more: Extras, lead: str) -> Item | None:
        sound = self._sound(entry)
        title = plain_line(entry.get("title")) or plain_line(entry.get("summary"), 80) or _file_name(sound)
        if not sound:
            self._told(lead, title, "no address of sound or video that can be used")
            return None
        seconds = duration_s(entry.get("itunes_duration"))
        if not seconds and str(entry.get("itunes_duration") or "").strip(" 0:"):
            written = quoted(line(entry["itunes_duration"], 40))
            self._told(lead, title, f"the duration {written} cannot be read")
        link = self._address(entry.get("link"))
        episode = Episode(
            guid=line(entry.get("id"), MAX_GUID_CHARACTERS) or sound["url"],
            title=title,
            date=self._date(entry, lead, title),
            link=link or sound["url"],
            duration_s=seconds,
            number=_number(entry, more, "episode"),
            season=_number(entry, more, "season"),
            audio_url=sound["url"],
            audio_bytes=whole_number(sound["length"], MAX_BYTES) or 0,
            audio_type=sound["type"],
            cover_url=self._address((entry.get("image") or {}).get("href")) or self._cover_url,
            people=more.people(),
            chapters=more.chapters(),
            chapters_url=more.chapters_url(),
            transcripts=more.transcripts(),
        )
        return Item(episode, _notes(entry))

    def _address(self, written: object) -> str:
        """Return a whole address; one that is not whole counts from the feed's own."""
        try:
            return address(urljoin(self._base_url, str(written or "").strip()) if written else "")
        except ValueError:  # a host in brackets that is none
            return ""

    def _sound(self, entry: Any) -> dict[str, str]:
        """Return the first enclosure that can be heard or seen: its `url`, `type` and `length`."""
        for one in (*entry.get("enclosures", ()), *entry.get("media_content", ())):
            url, kind = self._address(one.get("href") or one.get("url")), line(one.get("type"), 80).lower()
            if url and (kind.startswith(_SOUND) or kind in _SAYS_NOTHING):
                return {"url": url, "type": kind, "length": line(one.get("length") or one.get("filesize"), 20)}
        return {}

    def _date(self, entry: Any, lead: str, title: str) -> datetime | None:
        # Its own `get` would take one for the other, with a warning.
        when = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        try:
            return datetime.fromtimestamp(timegm(when), UTC) if when else None
        except (ValueError, OverflowError, OSError):
            self._told(lead, title, "its date is before or after all years")
            return None


def _file_name(sound: Mapping[str, str]) -> str:
    """Return what an episode is called that nobody named: as its file is."""
    return line(PurePosixPath(urlsplit(sound.get("url", "")).path).stem, 80) or sound.get("url", "")


def _number(entry: Any, more: Extras, name: str) -> int | None:
    said = whole_number(entry.get(f"itunes_{name}"))
    return said if said is not None else more.number(name)


def _notes(entry: Mapping[str, Any]) -> str:
    """Return the fullest of an item's texts."""
    texts = [str(part.get("value") or "") for part in entry.get("content", ())]
    texts += [str(entry.get(name) or "") for name in ("summary", "subtitle")]
    return clean(max(texts, key=len)[:MAX_HTML_CHARACTERS])
