"""The podcast and the days of the week: what they are in the settings, and what may be written for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.config.faults import RefusedError
from newsletter.config.fields import inner_path, text

if TYPE_CHECKING:
    from newsletter.config.social import SocialLink

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHEDULE = 'an array of days and times, such as ["tue 07:00", "fri 07:00"]'

_MAX_URL_CHARACTERS = 500
_IN_LINK = r"[\w.~%!$&'()*+,;=:@/?#-]*"
_MOMENT = re.compile(rf"\{{(?:audio|url)\}}{_IN_LINK}\{{seconds\}}{_IN_LINK}", re.ASCII)
_SLOT = re.compile(rf"(?P<day>{'|'.join(DAYS)}) +(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time of the week at which an issue goes out, in the newsletter's time zone."""

    weekday: int
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True)
class Podcast:
    """The podcast that the newsletter belongs to: the `[podcast]` tables."""

    feed: str = ""
    """Its address, or a file in the workspace, relative to its root and with `/`; empty for none."""
    moment: str = "{audio}#t={seconds}"
    """The link to a place in an episode: of its sound (`{audio}`) or of its page (`{url}`), and `{seconds}`."""
    apps: tuple[SocialLink, ...] = ()
    """Where it can be heard, in the order of the file."""


def feed(value: object) -> str:
    """Accept the address of a podcast's feed, or a file in the workspace."""
    expected = "the address of a feed, such as https://example.org/feed.xml, or a file within the workspace"
    name = text(value)
    if "://" not in name:
        try:
            return inner_path(name)
        except RefusedError:
            raise RefusedError(expected) from None
    try:
        parts = urlsplit(name)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if "@" in name.partition("://")[2].partition("/")[0]:
        raise RefusedError(f"{expected}, and no user name in it", hidden=True)
    if not is_address or len(name) > _MAX_URL_CHARACTERS or any(sign.isspace() for sign in name):
        raise RefusedError(expected)
    return name


def moment(value: object) -> str:
    """Accept the form of a link to a place in an episode."""
    form = text(value)
    if not _MOMENT.fullmatch(form):
        raise RefusedError('a link with {seconds} in it that begins with {audio} or {url}, such as "{url}?t={seconds}"')
    return form


def slot(value: object) -> Slot:
    """Accept a day and a time of the week, `tue 07:00`."""
    match = _SLOT.fullmatch(text(value).lower())
    if match is None:
        raise RefusedError("a day and a time, such as tue 07:00")
    return Slot(DAYS.index(match["day"]), time(int(match["hour"]), int(match["minute"])))
