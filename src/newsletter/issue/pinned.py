"""Blocks that show an episode of the podcast: which one they name, and what of it they say for themselves.

::: episode latest          or its number, or its guid: an episode that is pinned beside the issue
::: episode {url="…"} Title      everything by hand, as in any block
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from newsletter.issue.blocks import scan_blocks
from newsletter.issue.frontmatter import split_front_matter
from newsletter.issue.markdown import parse_once, typographic
from newsletter.model import Body, Finding
from newsletter.wording import near_miss, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from newsletter.issue.blocks import RawBlock
    from newsletter.issue.kinds import Kind
    from newsletter.model import Episode, Position, Value

LINK = "url"
"""The attribute without which a block of such a kind names a pinned episode by its title."""
SHORT_NOTES_CHARACTERS = 600
"""About a hundred words: what a reader takes in before choosing to listen."""

_SENTENCE_END = re.compile(r"[.!?…][\"”’)]*(?=\s)")
_PAIRS = (("[", "]"), ("(", ")"))


@dataclass(frozen=True, slots=True)
class Shows:
    """What a block shows of an episode."""

    episode: Episode | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    """For the attributes that were not written."""
    findings: tuple[Finding, ...] = ()


BY_HAND = Shows()
"""Of a block that names no episode."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The episodes that are pinned beside one issue."""

    slug: str
    episodes: Mapping[str, Episode]
    """By the words that name them."""

    def shown_by(self, kind: Kind, raw: RawBlock, zone: tzinfo) -> Shows:
        """Return what a block shows; a finding where it names an episode that is not pinned."""
        name = named_episode(kind, raw)
        episode = self.episodes.get(name)
        if episode:
            return Shows(episode, values_of(episode, kind, zone))
        if not name or raw.head.title is None:
            return BY_HAND
        message = (
            f"the episode {quoted(name)} is not pinned; write it down beside the issue with "
            f'"newsletter episode refresh {self.slug}", or give the block its own {LINK}="…"'
        )
        finding = Finding(raw.head.title.position, message, "episode-pinned")
        return Shows(values={LINK: ""}, findings=(finding,))  # that it has no address is told by this


def named_episode(kind: Kind, raw: RawBlock) -> str:
    """Return the word by which a block names its episode; empty where it names none."""
    if not kind.episode or raw.head.title is None or raw.faults:
        return ""
    given = raw.head.attributes
    is_by_hand = LINK in given or any(near_miss(name, (LINK,)) for name in given if name not in kind.attributes)
    return "" if is_by_hand else raw.head.title.text


def names_in(text: str, kinds: Mapping[str, Kind]) -> list[str]:
    """Return the words by which an issue's blocks name episodes, each once; the issue need not be right otherwise."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    size = split_front_matter(lines)
    blocks, _ = scan_blocks(lines[size:], size + 1, "")
    found = (named_episode(kinds[raw.kind.text], raw) for raw in blocks if raw.kind.text in kinds)
    return list(dict.fromkeys(name for name in found if name))


def values_of(episode: Episode, kind: Kind, zone: tzinfo) -> dict[str, Value]:
    """Return what an episode says for the attributes of a kind that it knows something for."""
    known: dict[str, Value | None] = {
        LINK: episode.link,
        "duration": episode.duration_s or None,
        "number": episode.number,
        "date": episode.date.astimezone(zone).date() if episode.date else None,
        "cover": episode.cover or None,
    }
    return {name: value for name, value in known.items() if value is not None and name in kind.attributes}


def typeset(episode: Episode, language: str) -> Episode:
    """Return an episode whose titles have the quotes and dashes of a language, as an editor's own have."""
    chapters = tuple(replace(one, title=typographic(one.title, language)) for one in episode.chapters)
    return replace(episode, title=typographic(episode.title, language), chapters=chapters)


def short_body(episode: Episode, language: str, position: Position) -> Body:
    """Return the show notes in short as the text of a block that has none of its own."""
    source = shortened(episode.notes)
    return Body(parsed=source, name="", source=source, tokens=parse_once(source, language), position=position)


def shortened(notes: str) -> str:
    """Return the first paragraphs of show notes, and of a long first one its first sentences."""
    taken: list[str] = []
    for part in notes.split("\n\n"):
        if taken and len("\n\n".join((*taken, part))) > SHORT_NOTES_CHARACTERS:
            break
        taken.append(part)
    short = "\n\n".join(taken)
    return short if len(short) <= SHORT_NOTES_CHARACTERS * 3 // 2 else _first_sentences(short)


def _first_sentences(paragraph: str) -> str:
    """Return as many sentences as are wanted, never cut within a link or an emphasis; at least one."""
    best = ""
    for match in _SENTENCE_END.finditer(paragraph):
        piece = paragraph[: match.end()]
        if best and len(piece) > SHORT_NOTES_CHARACTERS:
            break
        if all(piece.count(left) == piece.count(right) for left, right in _PAIRS) and piece.count("*") % 2 == 0:
            best = piece
    return best or paragraph
