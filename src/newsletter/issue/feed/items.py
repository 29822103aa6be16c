"""A feed and its items, as plain data: whoever gets them need not wait for the parsers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.model import Episode


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed: the episode without its notes, and these as they came."""

    episode: Episode
    html: str
    """A stranger's: for `notes_of` and nobody else."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a podcast says of itself."""

    title: str
    language: str
    items: tuple[Item, ...]
    """Newest first; those without a date last, in the order of the feed."""
    left_out: tuple[str, ...]
    """What could not be used, each in a line that names its item."""
