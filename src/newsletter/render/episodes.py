"""What templates see of a pinned episode."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from newsletter.issue.pinned import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.model import Block, Episode

    Words = Callable[[str], object]

KNOWN_ROLES = ("host", "guest")
"""For which there is a word in every language."""


def episode_view(block: Block, moment: str, words: Words) -> SimpleNamespace | str:
    """Return what a block's template may say of its pinned episode; `""` where everything is by hand.

    `moment` is the form of a link to a place in it.
    """
    episode = block.episode
    if episode is None:
        return ""
    return SimpleNamespace(
        season="" if episode.season is None else episode.season,
        audio=words(episode.audio_url),
        audio_type=words(episode.audio_type),
        # Of notes of the editor's own there is no more to read.
        has_more=block.body.source == (short := shortened(episode.notes)) and short != episode.notes,
        people=[
            SimpleNamespace(
                name=words(person.name), url=words(person.url), role=person.role if person.role in KNOWN_ROLES else ""
            )
            for person in episode.people
        ],
        chapters=[
            SimpleNamespace(
                title=words(chapter.title),
                at=words(clock(chapter.start_s)),
                link=words(moment_link(episode, chapter.start_s, moment)),
            )
            for chapter in episode.chapters
        ],
    )


def page_view(block: Block, moment: str) -> SimpleNamespace | str:
    """Return the same for a page, where there is room for more: the transcript, in what one speaker says at a time."""
    view = episode_view(block, moment, str)
    if block.episode and isinstance(view, SimpleNamespace):
        view.transcript = _said(block.episode)
        view.transcript_language = block.episode.cues_language
        for chapter, shown in zip(block.episode.chapters, view.chapters, strict=True):
            shown.seconds = round(chapter.start_s)
    return view


def _said(episode: Episode) -> list[SimpleNamespace]:
    turns: list[SimpleNamespace] = []
    for cue in episode.cues:
        if turns and cue.speaker == turns[-1].speaker and len(turns[-1].text) < _TURN_CHARACTERS:
            turns[-1].text += f" {cue.text}"
        else:
            start = round(cue.start_s)
            turns.append(SimpleNamespace(speaker=cue.speaker, text=cue.text, seconds=start, at=clock(start)))
    return turns


_TURN_CHARACTERS = 500
"""After so many a long turn gets another time, at which a reader can begin to listen."""


def moment_link(episode: Episode, start_s: float, moment: str) -> str:
    """Return the link to a place in an episode; to its page where the form wants a sound that it has not."""
    whole = int(start_s)  # a Media Fragment may have parts of a second, and few players take any
    form = moment if episode.audio_url or not moment.startswith("{audio}") else "{url}"
    return form.format(audio=episode.audio_url, url=episode.link, seconds=whole)


def clock(seconds: float) -> str:
    """Return a place in an episode as players show it: `1:02:03`, `4:05`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
