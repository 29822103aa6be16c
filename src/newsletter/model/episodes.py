"""Episodes of the podcast."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a part of an episode begins, and mostly an empty `url`: what it is about, elsewhere."""

    start_s: float
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is heard in an episode; the role is in lower case, such as `host` or `guest`."""

    name: str
    role: str = "host"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said in a few seconds of an episode."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    """Where a transcript is to be had."""

    url: str
    media_type: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode of the podcast, as its feed tells of it. All addresses are of the web, and whole."""

    guid: str
    """By which the feed knows it; permanent."""
    title: str
    date: datetime | None
    """When it came out, in UTC."""
    link: str
    """Its page, or else its sound."""
    duration_s: int = 0
    """0 where nobody says."""
    number: int | None = None
    season: int | None = None
    audio_url: str = ""
    audio_bytes: int = 0
    audio_type: str = ""
    cover: str = ""
    """The file beside the issue, once it is pinned; empty where there is none."""
    cover_url: str = ""
    notes: str = ""
    """The show notes, in Markdown that asks for nothing beside the issue."""
    people: tuple[Person, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    chapters_url: str = ""
    transcripts: tuple[TranscriptLink, ...] = ()
    cues: tuple[Cue, ...] = field(default=(), repr=False)
    """The transcript, once it is pinned."""
    cues_language: str = ""
