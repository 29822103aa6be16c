"""What the rules look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.model import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from newsletter.checks.prose import Line, Link
    from newsletter.config import Settings
    from newsletter.issue import Kind
    from newsletter.model import Block, Email, Issue, Pictures, Recipient


@dataclass(frozen=True, slots=True)
class Letter:
    """The mail as one made-up reader gets it, personal fields filled."""

    reader: Recipient
    unsubscribe_url: str
    subject: str
    preheader: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A made-up reader for whom the mail cannot be made."""

    reader: Recipient
    is_sample: bool
    """One of the `[[sample]]`s, and not one of whom nothing but the address is known."""
    position: Position
    """Of the personal field, or of the condition."""
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """A tip, a tool or an event, as other issues look at it: what has a place of its own in the archive."""

    kind: str
    id: str
    title: str
    url: str
    """Empty where it has none."""
    position: Position


@dataclass(frozen=True, slots=True)
class Outline:
    """An issue as other issues look at it."""

    slug: str
    path: str
    date: date
    language: str
    subject: str
    preheader: str
    records: tuple[Record, ...]
    blocks: tuple[str, ...]
    """The kinds of its blocks, in the order of the text."""
    links: frozenset[str]
    """The addresses in it."""
    numbers: frozenset[str]
    """The numbers of two digits and more in its words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a link when it was asked."""

    reason: str = ""
    """What was wrong, as what follows the address in a message; empty where nothing was."""
    moved_to: str = ""
    """Where it leads for good (301, 308); empty where it stayed."""
    is_dead: bool = False
    """There is nothing at that address, for certain: the server said so, or its name does not exist."""

    @property
    def is_unsure(self) -> bool:
        """Whether somebody should look: it neither answered as a page does, nor said that it is gone."""
        return bool(self.reason) and not self.is_dead


@dataclass(frozen=True, slots=True)
class Material:
    """All that the rules look at, of one issue."""

    issue: Issue
    lines: tuple[str, ...]
    """Of the issue's file."""
    email: Email | None
    """None where the mail could not be made, which is told by itself; there are no letters then."""
    letters: tuple[Letter, ...]
    """The mail as made-up readers get it: each `[[sample]]`, and one for each other way in which conditions fall."""
    unfilled: tuple[Unfilled, ...]
    page: str
    """The HTML of the page in the archive; empty where it could not be made."""
    pictures: Pictures
    kinds: Mapping[str, Kind]
    links: tuple[Link, ...]
    """Every link and picture of the issue, in the order of its blocks."""
    prose: tuple[Line, ...]
    """The words of the issue, titles too, without code, addresses and personal fields."""
    settings: Settings
    now: datetime
    """In the newsletter's time zone."""
    others: tuple[Outline, ...] = ()
    """The other issues of the workspace, oldest first."""
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    """What links answered, by their address without its fragment; empty where they were not asked."""
    newest_episode: date | None = None
    """The day of the newest episode in the podcast's feed; None where nobody knows."""
    own_words: frozenset[str] = frozenset()
    """What the newsletter's own dictionary says is right."""

    def at(self, key: str) -> Position:
        """Return where a key of the front matter stands; the file's first line where it is missing."""
        return self.issue.positions.get(key, self.top)

    @property
    def top(self) -> Position:
        """The place of what is said of the whole issue."""
        return Position(self.issue.path, 1, 1)

    @property
    def longest(self) -> Letter | None:
        """The letter with the most HTML."""
        return max(self.letters, key=lambda letter: len(letter.html), default=None)

    @property
    def earlier(self) -> Iterator[Outline]:
        """The issues that came before this one."""
        mine = (self.issue.date, self.issue.slug)
        return (other for other in self.others if (other.date, other.slug) < mine)

    def blocks(self, *kinds: str) -> Iterator[Block]:
        """Yield the blocks of these kinds."""
        return (block for block in self.issue.blocks if block.kind in kinds)
