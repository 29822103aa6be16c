"""What is different between an episode as it was pinned and as the feed has it now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from newsletter.model import Episode

_NAMES = {
    "guid": "the episode",
    "title": "title",
    "date": "date",
    "link": "page",
    "duration_s": "seconds",
    "number": "number",
    "season": "season",
    "audio_url": "sound",
    "audio_bytes": "bytes of sound",
    "audio_type": "kind of sound",
    "cover_url": "cover",
}
_LISTS = {"people": "person", "chapters": "chapter", "transcripts": "transcript", "cues": "transcript cue"}


def changes(old: Episode | None, new: Episode) -> list[str]:
    """Return a line for each thing that is different; of an episode that was not pinned yet, its title."""
    if old is None:
        return [f"new: {quoted(new.title)}"]
    lines = []
    for field, name in _NAMES.items():
        before, now = getattr(old, field), getattr(new, field)
        if before != now:
            lines.append(f"{name}: {_said(before)} → {_said(now)}")
    if old.notes != new.notes:
        lines.append(f"show notes: {_sized(old.notes)} → {_sized(new.notes)}")
    for field, noun in _LISTS.items():
        before, now = getattr(old, field), getattr(new, field)
        if before != now:
            amounts = f"{counted(len(before), noun)} → {counted(len(now), noun)}"
            lines.append(f"{amounts}, not the same ones" if len(before) == len(now) else amounts)
    return lines


def _said(value: object) -> str:
    if value in {None, ""}:
        return "none"
    return quoted(value) if isinstance(value, str) else str(value)


def _sized(notes: str) -> str:
    return f"{counted(len(notes.split()), 'word')}, {quoted(notes[:40])}" if notes else "none"
