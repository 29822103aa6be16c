"""The episodes of the podcast: a page for each, with its sound, chapters and transcript; their list; files for apps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.archive import found
from newsletter.archive.listing import leaves
from newsletter.archive.thread import thread_below
from newsletter.i18n import catalogue
from newsletter.render.pictures import THUMBNAIL_PX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.archive.folder import Planned
    from newsletter.archive.press import Press
    from newsletter.archive.record import Heard, Record

FOLDER = "episodes/"
_MAX_SLUG_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Told:
    """An episode, its place in the site, and the first issue that told of it."""

    heard: Heard
    slug: str
    record: Record

    @property
    def path(self) -> str:
        """The folder of its page."""
        return f"{FOLDER}{self.slug}/"

    @property
    def day(self) -> str:
        """The day that it came out, or else that of its issue; ISO 8601."""
        return self.heard.date[:10] or self.record.date


def told_in(records: Sequence[Record]) -> list[Told]:
    """Return each episode once, the newest first; `records` are all issues in any order.

    One that several issues show belongs to the first of them. Of two with one title, the later has a number behind it.
    """
    told: dict[str, Told] = {}
    slugs: dict[str, int] = {}
    for record in sorted(records, key=lambda record: (record.date, record.slug)):
        for heard in record.episodes:
            if heard.guid in told:
                continue
            name = slugify(heard.title, max_length=_MAX_SLUG_CHARACTERS, word_boundary=True) or "episode"
            slugs[name] = slugs.get(name, 0) + 1
            slug = name if slugs[name] == 1 else f"{name}-{slugs[name]}"
            told[heard.guid] = Told(heard, slug, record)
    return sorted(told.values(), key=lambda one: (one.day, one.slug), reverse=True)


def episode_seen(told: Told) -> SimpleNamespace:
    """Return what templates see of an episode in a list."""
    heard = told.heard
    return SimpleNamespace(
        title=heard.title,
        number="" if heard.number is None else heard.number,
        day=date.fromisoformat(told.day),
        duration=heard.duration_s,
        summary=heard.summary,
        path=told.path,
        language=told.record.language,
        cover=f"p/{told.record.slug}/{heard.cover}" if heard.cover else "",
        thumbnails=_thumbnails(told),
    )


def _thumbnails(told: Told) -> list[tuple[str, str]]:
    """Return the narrowest of a cover's lighter copies, each as its media type and its path; the lightest first."""
    begins = f"{told.heard.cover.rpartition('.')[0]}.{THUMBNAIL_PX}."
    names = (file.name for file in told.record.files if told.heard.cover and file.name.startswith(begins))
    return [(f"image/{name.rpartition('.')[2]}", f"p/{told.record.slug}/{name}") for name in names]


def plan_episodes(press: Press, told: Sequence[Told]) -> Iterator[Planned]:
    """Plan the page of each episode, its chapters and its transcript as files, and the list of them all."""
    if not told:
        return
    title = catalogue(press.language).gettext("Episodes")
    trail = [(press.settings.newsletter.name, ""), (title, FOLDER)]
    for leaf in leaves(told):
        context = {
            "title": title,
            "list": FOLDER,
            "episodes": [episode_seen(one) for one in leaf.items],
            "newer": leaf.newer,
            "older": leaf.older,
            "structured": found.structured(found.breadcrumbs(press, trail)),
        }
        yield press.page(f"{FOLDER}{leaf.path}index.html", "web/episodes.html.j2", context)
    for number, one in enumerate(told):
        around = (told[number - 1] if number else None, told[number + 1] if number + 1 < len(told) else None)
        yield _page(press, one, around, trail)
        yield from _files(press, one)


def _page(press: Press, told: Told, around: tuple[Told | None, Told | None], trail: list[tuple[str, str]]) -> Planned:
    newer, older = around
    record = told.record
    crumbs = found.breadcrumbs(press, [*trail, (told.heard.title, told.path)])
    context = {
        "episode": episode_seen(told),
        "issue": SimpleNamespace(slug=record.slug, subject=record.subject, language=record.language),
        "newer": episode_seen(newer) if newer else None,
        "older": episode_seen(older) if older else None,
        "transcript": f"{told.path}transcript.vtt" if told.heard.transcript else "",
        "thread": thread_below(press.settings, told.path),
        "structured": found.structured(_podcast_episode(press, told), crumbs),
    }
    if told.heard.cover:
        context["card"] = f"{press.site}/p/{record.slug}/{told.heard.cover}"
    path = f"{told.path}index.html"
    return press.page(path, "web/episode.html.j2", context, language=record.language, article=told.heard.page)


def _files(press: Press, told: Told) -> Iterator[Planned]:
    heard = told.heard
    if heard.chapters:
        chapters = chapters_json(heard)
        yield press.file(f"{told.path}chapters.json", partial(bytes, chapters), chapters)
    if heard.transcript:
        yield from press.copies([(f"{told.path}transcript.vtt", heard.transcript)])


def chapters_json(heard: Heard) -> bytes:
    """Return the chapters as apps read them: JSON Chapters 1.2 of the podcast namespace."""
    chapters = [
        {"startTime": start_s, "title": title} | ({"url": url} if url else {}) for start_s, title, url in heard.chapters
    ]
    return json.dumps({"version": "1.2.0", "chapters": chapters}, ensure_ascii=False, indent=1).encode()


def _podcast_episode(press: Press, told: Told) -> dict[str, object]:
    heard = told.heard
    known: dict[str, object] = {
        "@type": "PodcastEpisode",
        "name": heard.title,
        "url": f"{press.site}/{told.path}",
        "description": heard.summary,
        "datePublished": heard.date or told.record.date,
        "inLanguage": told.record.language,
        "partOfSeries": {"@type": "PodcastSeries", "name": press.settings.newsletter.name, "url": f"{press.site}/"},
    }
    if heard.number is not None:
        known["episodeNumber"] = heard.number
    if heard.duration_s:
        known["duration"] = f"PT{heard.duration_s}S"
    if heard.audio_url:
        known["associatedMedia"] = {"@type": "AudioObject", "contentUrl": heard.audio_url}
    return known
