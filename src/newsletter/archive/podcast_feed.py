"""The feed of the podcast, for a newsletter that owns its sound.

RSS with what Apple's directory asks for, and with the chapters, transcripts and people of the podcast namespace.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from newsletter.archive.feeds import absolute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.archive.episodes import Told
    from newsletter.archive.folder import Planned
    from newsletter.archive.press import Press

FILE = "podcast.xml"

_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST = "https://podcastindex.org/namespace/1.0"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""Of the guids of feeds, as the podcast namespace lays down."""


def plan_podcast(press: Press, told: Sequence[Told]) -> list[Planned]:
    """Plan the feed, where the settings name what the podcast is about: of the episodes that have a sound."""
    with_sound = tuple(one for one in told if one.heard.audio_url and one.heard.date)
    if not press.settings.archive.podcast or not with_sound:
        return []
    said = repr((press.settings.archive.podcast, [(one.slug, one.record.slug, one.heard) for one in with_sound]))
    return [press.file(FILE, partial(_written, press, with_sound), said)]


def _written(press: Press, told: Sequence[Told]) -> bytes:
    newsletter = press.settings.newsletter
    names = {"itunes": _ITUNES, "podcast": _PODCAST, "content": _CONTENT, "atom": _ATOM}
    root = etree.Element("rss", {"version": "2.0"}, nsmap=names)
    top = etree.SubElement(root, "channel")
    address = f"{press.site}/{FILE}"
    _add(top, "title", newsletter.name)
    _add(top, "link", f"{press.site}/")
    _add(top, "description", newsletter.description or newsletter.name)
    _add(top, "language", newsletter.language)
    _add(top, f"{{{_ATOM}}}link", rel="self", type="application/rss+xml", href=address)
    _add(top, f"{{{_ITUNES}}}author", newsletter.name)
    _add(top, f"{{{_ITUNES}}}type", "episodic")
    _add(top, f"{{{_ITUNES}}}explicit", "false")
    _add(top, f"{{{_ITUNES}}}category", text=press.settings.archive.podcast)
    owner = _add(top, f"{{{_ITUNES}}}owner")
    _add(owner, f"{{{_ITUNES}}}name", newsletter.name)
    _add(owner, f"{{{_ITUNES}}}email", newsletter.reply_to or newsletter.from_address)
    picture = _picture(press, told)
    if picture:
        _add(top, f"{{{_ITUNES}}}image", href=picture)
    _add(top, f"{{{_PODCAST}}}guid", str(uuid.uuid5(_NAMESPACE, address.removeprefix("https://").rstrip("/"))))
    _add(top, f"{{{_PODCAST}}}medium", "podcast")
    for one in told:
        _item(top, press, one)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _picture(press: Press, told: Sequence[Told]) -> str:
    """Return the picture of the whole: the logo, or else the newest cover."""
    if press.logos.logo:
        return f"{press.site}/assets/{press.logos.logo.file}"
    return next((_cover(press, one) for one in told if one.heard.cover), "")


def _cover(press: Press, told: Told) -> str:
    return f"{press.site}/p/{told.record.slug}/{told.heard.cover}" if told.heard.cover else ""


def _item(top: etree._Element, press: Press, told: Told) -> None:
    heard, url = told.heard, f"{press.site}/{told.path}"
    item = etree.SubElement(top, "item")
    _add(item, "title", heard.title)
    _add(item, "link", url)
    _add(item, "guid", heard.guid, isPermaLink="false")
    _add(item, "pubDate", format_datetime(datetime.fromisoformat(heard.date)))
    _add(item, "description", heard.summary or heard.title)
    _add(item, f"{{{_CONTENT}}}encoded", absolute(press.kept.read(heard.page).decode(), url))
    _add(item, "enclosure", url=heard.audio_url, length=str(heard.audio_bytes), type=heard.audio_type or "audio/mpeg")
    for name, value in (("duration", heard.duration_s), ("episode", heard.number), ("season", heard.season)):
        if value:
            _add(item, f"{{{_ITUNES}}}{name}", str(value))
    if heard.cover:
        _add(item, f"{{{_ITUNES}}}image", href=_cover(press, told))
    if heard.chapters:
        _add(item, f"{{{_PODCAST}}}chapters", url=f"{url}chapters.json", type="application/json+chapters")
    if heard.transcript:
        language = {"language": heard.transcript_language} if heard.transcript_language else {}
        _add(item, f"{{{_PODCAST}}}transcript", url=f"{url}transcript.vtt", type="text/vtt", **language)
    for name, role, address in heard.people:
        _add(item, f"{{{_PODCAST}}}person", name, role=role or "host", **({"href": address} if address else {}))


def _add(parent: etree._Element, tag: str, words: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, tag, attributes)
    element.text = words or None
    return element
