"""The door to lxml for feeds: what feedparser leaves out or keeps only the last of.

The parser expands no entity, fetches nothing, takes no tree deeper or longer than is sane, and mends what is broken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from newsletter.issue.feed.words import MAX_CHAPTERS, address, line, offset_s, whole_number
from newsletter.model import Chapter, Person, TranscriptLink

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PEOPLE = 30
MAX_TRANSCRIPTS = 20

_ENTITY = re.compile(rb"<\0?!\0?E\0?N\0?T\0?I\0?T\0?Y\0?\s")
"""In UTF-16 too."""
_PODCAST = re.compile(r"https?://(?:podcastindex\.org/namespace/1\.0|github\.com/Podcastindex-org/.*)/?", re.IGNORECASE)
_SIMPLE_CHAPTERS = re.compile(r"https?://podlove\.org/simple-chapters/?", re.IGNORECASE)
_ITEMS = frozenset({"item", "entry"})


class Extras:
    """What the namespaces of podcasts say of one item."""

    __slots__ = ("_elements",)

    def __init__(self, elements: dict[str, list[Any]]) -> None:
        self._elements = elements

    def _all(self, name: str) -> list[Any]:
        return self._elements.get(name, [])

    def people(self) -> tuple[Person, ...]:
        """Return everybody that is named, in the order of the feed."""
        found = (
            Person(name, line(element.get("role") or "host", 60).lower(), address(element.get("href")))
            for element in self._all("person")
            if (name := line("".join(element.itertext()), 120))
        )
        return tuple(dict.fromkeys(found))[:MAX_PEOPLE]

    def transcripts(self) -> tuple[TranscriptLink, ...]:
        """Return every transcript that has an address."""
        found = (
            TranscriptLink(url, line(element.get("type"), 80).lower(), line(element.get("language"), 20))
            for element in self._all("transcript")
            if (url := address(element.get("url")))
        )
        return tuple(dict.fromkeys(found))[:MAX_TRANSCRIPTS]

    def chapters_url(self) -> str:
        """Return where a file of chapters is to be had."""
        return next((url for element in self._all("chapters") if (url := address(element.get("url")))), "")

    def chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters that stand in the feed itself (Podlove Simple Chapters)."""
        found = []
        for element in self._all("simple"):
            start, title = offset_s(element.get("start")), line(element.get("title"))
            if start is not None and title:
                found.append(Chapter(start, title, address(element.get("href"))))
        return tuple(sorted(found, key=lambda chapter: chapter.start_s))[:MAX_CHAPTERS]

    def number(self, name: str) -> int | None:
        """Return `episode` or `season` as a number; None where it is not said."""
        return next((whole_number(element.text) for element in self._all(name)), None)


def declares_entities(data: bytes) -> bool:
    """Tell whether a document defines entities of its own: no feed needs any, and a few can grow to gigabytes."""
    return _ENTITY.search(data) is not None


def extras(data: bytes) -> list[Extras]:
    """Return what each item says beyond the usual, in the order of the document; nothing where it cannot be read."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return []
    return [] if root is None else [_extras(item) for item in _items(root)]


def _items(root: Any) -> Iterator[Any]:
    for element in root.iter():
        if isinstance(element.tag, str) and _named(element.tag)[1] in _ITEMS:
            yield element


def _named(tag: str) -> tuple[str, str]:
    """Return an element's namespace and name; a prefix that nobody declared stands for itself."""
    namespace, _, name = tag.rpartition("}")
    prefix, _, local = name.rpartition(":")
    return namespace.removeprefix("{") or prefix, local


def _extras(item: Any) -> Extras:
    elements: dict[str, list[Any]] = {}
    for element in item:
        if not isinstance(element.tag, str):
            continue
        namespace, name = _named(element.tag)
        if namespace == "podcast" or _PODCAST.fullmatch(namespace):
            elements.setdefault(name, []).append(element)
        elif namespace == "psc" or _SIMPLE_CHAPTERS.fullmatch(namespace):
            elements.setdefault("simple", []).extend(child for child in element if isinstance(child.tag, str))
    return Extras(elements)
