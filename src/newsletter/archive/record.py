"""What the archive knows of one issue once it is read: all that other pages say of it, and where its text is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Entry:
    """A tip or a tool: a block that the archive lists, with an address of its own."""

    kind: str
    id: str
    title: str
    excerpt: str
    """How its text begins, as plain words."""
    url: str
    """Where it leads; empty for one that leads nowhere."""
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that is published beside an issue's page."""

    name: str
    digest: str
    """Of its content, by which it is kept."""


@dataclass(frozen=True, slots=True)
class Used:
    """A picture beside an issue that its page was made of."""

    name: str
    stamp: tuple[int, int]
    """Its size in bytes, and when it was changed, in nanoseconds."""
    digest: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An episode of the podcast, as the archive shows it."""

    guid: str
    title: str
    number: int | None
    season: int | None
    date: str
    """A moment in ISO 8601; empty where nobody says."""
    duration_s: int
    """0 where nobody says."""
    link: str
    """Its page elsewhere, or its sound."""
    audio_url: str
    audio_bytes: int
    audio_type: str
    summary: str
    """How its notes begin, as plain words."""
    page: str
    """The digest by which its page's HTML is kept."""
    cover: str
    """The file beside the issue's page; empty for none."""
    people: tuple[tuple[str, str, str], ...]
    """Each with a name, a role, and an address that may be empty."""
    chapters: tuple[tuple[float, str, str], ...]
    """Each with its beginning in seconds, its title, and an address that may be empty."""
    transcript: str
    """The digest by which it is kept, as WebVTT; empty for none."""
    transcript_language: str


@dataclass(frozen=True, slots=True)
class Record:
    """One issue as the rest of the archive sees it."""

    path: str
    """Its file, relative to the workspace."""
    slug: str
    subject: str
    preheader: str
    date: str
    """ISO 8601, as all moments here."""
    day_text: str
    """The date as people write it, in the issue's language."""
    send_at: str
    """Empty where the issue says none."""
    language: str
    status: str
    tags: tuple[str, ...]
    minutes: int
    """To read it."""
    article: str
    """The digest by which its text is kept, as HTML."""
    hosts: tuple[str, ...]
    """Where it shows pictures from, beyond the archive itself: `https://host`."""
    files: tuple[File, ...]
    used: tuple[Used, ...]
    entries: tuple[Entry, ...]
    ids: tuple[tuple[str, int], ...]
    """Each id of a block, with its line."""
    episodes: tuple[Heard, ...] = ()
    """Those that are pinned beside it, in the order of the text."""
    picture: str = ""
    """The HTML of the first picture in its text that fills the column; empty for none."""

    @property
    def day(self) -> dt.date:
        """The day that it is of."""
        return dt.date.fromisoformat(self.date)

    @property
    def is_page(self) -> bool:
        """Tell whether it is a page of no day, such as about, and no issue."""
        return self.path.startswith("pages/")

    def is_out(self, now: dt.datetime) -> bool:
        """Tell whether readers may see it; `now` is in the newsletter's time zone."""
        if self.send_at:
            return dt.datetime.fromisoformat(self.send_at) <= now
        return self.day <= now.date()


def as_json(known: Record | Entry | File | Used | Heard) -> dict[str, Any]:
    """Return what `read_record` takes of one of these; what stands in it is for the caller to turn likewise."""
    return {field.name: getattr(known, field.name) for field in fields(known)}


def read_record(known: Mapping[str, Any]) -> Record:
    """Return the record that was turned into JSON by `as_json`.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    values = dict(known)
    values["tags"], values["hosts"] = tuple(values["tags"]), tuple(values["hosts"])
    values["files"] = tuple(File(**one) for one in values["files"])
    values["used"] = tuple(Used(one["name"], tuple(one["stamp"]), one["digest"]) for one in values["used"])
    values["entries"] = tuple(Entry(**(one | {"tags": tuple(one["tags"])})) for one in values["entries"])
    values["episodes"] = tuple(_heard(one) for one in values["episodes"])
    values["ids"] = tuple((name, line) for name, line in values["ids"])
    return Record(**values)


def _heard(known: Mapping[str, Any]) -> Heard:
    lists = {name: tuple(tuple(one) for one in known[name]) for name in ("people", "chapters")}
    return Heard(**(dict(known) | lists))
