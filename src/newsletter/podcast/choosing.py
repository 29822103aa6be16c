"""Which episode is meant by a word: `latest`, a number, or a guid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.errors import PodcastError
from newsletter.issue.episode_file import LATEST
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from newsletter.issue.feed.items import Feed, Item

_DIGITS = 10


class NoneNewError(PodcastError):
    """Every episode that is out is in an issue already."""


def choose(feed: Feed, asked: str, covered: Mapping[str, str], until: datetime) -> Item:
    """Return the item that a word names; `latest` is the newest up to `until` that no other issue has.

    `covered` names, by guid, the issue that has an episode.

    Raises:
        NoneNewError: `latest` is none.
        PodcastError: there is no such episode.
    """
    if asked == LATEST:
        return _latest(feed, covered, until)
    number = int(asked.removeprefix("#")) if asked.removeprefix("#").isdecimal() and len(asked) < _DIGITS else None
    for item in feed.items:
        if asked in {item.episode.guid, item.episode.link} or (number is not None and item.episode.number == number):
            return item
    message = f"the feed has no episode {quoted(asked)}; a number or a guid names one: newsletter episodes lists them"
    raise PodcastError(message)


def _latest(feed: Feed, covered: Mapping[str, str], until: datetime) -> Item:
    out = [item for item in feed.items if item.episode.date is None or item.episode.date <= until]
    fresh = next((item for item in out if item.episode.guid not in covered), None)
    if fresh:
        return fresh
    if not out:
        raise NoneNewError(f"no episode is out by {until:%Y-%m-%d}")
    newest = out[0].episode
    message = (
        f"there is no new episode: the newest, {quoted(newest.title)}, is in the issue {covered[newest.guid]}; "
        "choose one by its number or its guid (newsletter episodes lists them), or none"
    )
    raise NoneNewError(message)
