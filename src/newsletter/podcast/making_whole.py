"""An episode made whole: its notes as Markdown, its chapters, its transcript and its cover fetched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.errors import FetchError
from newsletter.fetch import Limits, fetch, shown_url
from newsletter.issue.feed.chapters import chapters_in_json, chapters_in_text, without_times
from newsletter.issue.feed.notes import notes_of, text_of
from newsletter.issue.feed.transcripts import read_transcript
from newsletter.issue.kinds import COLUMN_PX
from newsletter.render.pictures.files import MEDIA_TYPES, sort_of
from newsletter.render.pictures.recipe import DENSITY, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from newsletter.fetch import Web
    from newsletter.issue.feed.items import Item
    from newsletter.model import Chapter, Cue, Episode, TranscriptLink

    T = TypeVar("T")

LIMITS = Limits(max_bytes=20_000_000, deadline_s=10.0)
"""Of each: a cover can be large before it is made smaller."""
MAX_TEXT_BYTES = 5_000_000

_BEST_FIRST = ("text/vtt", "application/x-subrip", "application/srt", "text/srt", "application/json", "text/html")
"""The forms of a transcript; those that say when something is said come first."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An episode with all that an issue shows of it."""

    episode: Episode
    cover: bytes
    """As it is to stand beside the issue; empty for none."""
    cover_suffix: str
    """Such as `.jpg`."""
    left_out: tuple[str, ...]
    """What could not be had, each in a line."""


def make_whole(item: Item, language: str, web: Web, limits: Limits = LIMITS) -> Whole:
    """Return an episode with all that belongs to it; what cannot be had is left out and told."""
    maker = _Maker(web, limits)
    episode = item.episode
    with ThreadPoolExecutor(max_workers=3) as pool:
        chapters = pool.submit(maker.chapters, episode)
        transcript = pool.submit(maker.transcript, episode, language)
        cover = pool.submit(maker.cover, episode)
    notes, in_text = notes_of(item.html, language), chapters_in_text(text_of(item.html))
    listed = chapters.result() or episode.chapters or in_text
    cues, cues_language = transcript.result()
    picture, suffix = cover.result()
    whole = replace(
        episode,
        notes=without_times(notes) if in_text else notes,
        chapters=_within(listed, episode.duration_s),
        cues=cues,
        cues_language=cues_language or (language if cues else ""),
    )
    return Whole(whole, picture, suffix, tuple(sorted(maker.left_out)))


def _within(chapters: tuple[Chapter, ...], duration_s: int) -> tuple[Chapter, ...]:
    """Return the chapters that begin before the end."""
    return tuple(chapter for chapter in chapters if not duration_s or chapter.start_s < duration_s)


class _Maker:
    """Fetches what belongs to one episode, and gathers what it could not have."""

    def __init__(self, web: Web, limits: Limits) -> None:
        self.left_out: list[str] = []
        self._web = web
        self._limits = limits

    def chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """Fetch the file of chapters, where there is one."""
        return self._had("its chapters", episode.chapters_url, chapters_in_json, MAX_TEXT_BYTES) or ()

    def transcript(self, episode: Episode, language: str) -> tuple[tuple[Cue, ...], str]:
        """Fetch the best of the transcripts; return its language too."""
        offered = [one for one in episode.transcripts if one.media_type in _BEST_FIRST]
        if not offered:
            return (), ""
        best = min(offered, key=lambda one: (not _speaks(one, language), _BEST_FIRST.index(one.media_type)))
        read = self._had(
            "its transcript", best.url, lambda data: read_transcript(data, best.media_type), MAX_TEXT_BYTES
        )
        return (read, best.language) if read else ((), "")

    def cover(self, episode: Episode) -> tuple[bytes, str]:
        """Fetch the cover, and make it as large as a mail shows it."""
        return self._had("its cover", episode.cover_url, _picture, self._limits.max_bytes) or (b"", "")

    def _had(self, what: str, url: str, read: Callable[[bytes], T], most: int) -> T | None:
        if not url:
            return None
        limits = replace(self._limits, max_bytes=min(most, self._limits.max_bytes))
        try:
            return read(fetch(url, limits, web=self._web).content)
        except FetchError as error:
            self.left_out.append(f"{what}: {error}")
        except ValueError as error:
            self.left_out.append(f"{what}: {shown_url(url)} {error}")
        return None


def _speaks(transcript: TranscriptLink, language: str) -> bool:
    return not transcript.language or transcript.language.lower().startswith(language.lower())


def _picture(data: bytes) -> tuple[bytes, str]:
    from newsletter.render.pictures.raster import make  # noqa: PLC0415 - 60 ms that an episode without one need not wait for

    raster = make(data, Recipe(COLUMN_PX * DENSITY, format=sort_of(data)))
    return raster.content, MEDIA_TYPES[raster.media_type]
