"""What an answer means that does not say of each message what became of it. Pure.

An answer below 500 is the provider's own word that it did not do as it was asked, so nothing of the request was taken.
From 500 on nobody knows: the fault may have come before the mails were taken or behind it, and a server in between
may say 502 or 504 of a request that is being worked on. So is a success in words that are not the provider's, such as
the page of a hotel's network.
"""

from __future__ import annotations

import json
from enum import Enum, auto
from typing import TYPE_CHECKING

from newsletter.delivery.replies import clean_reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.delivery.esp.calls import Reply

_SUCCESS = range(200, 300)
_OF_THE_REQUEST = range(400, 500)
_CLOSED = frozenset({401, 402, 403, 404, 405, 407, 410, 421, 426, 451})
"""Nothing will be taken until a person has mended something: keys, bills, addresses of the interface."""
_BUSY = frozenset({408, 420, 425, 429})
"""408: it has not got the whole request; 420: SparkPost's word for a limit that is reached."""
_CONFLICT = 409
"""The same request may be at work there already."""
MAX_WAIT_S = 3600.0


class Meaning(Enum):
    """What is to be done about those whose mail was in a request."""

    BUSY = auto()
    """Not taken: more slowly, please."""
    UNFIT = auto()
    """Not taken: something in the request is not right."""
    CLOSED = auto()
    """Not taken, and no other will be."""
    UNKNOWN = auto()
    """Nobody knows whether it was taken."""


def meaning_of(reply: Reply) -> Meaning:
    """Return what an answer means for the whole request."""
    if reply.status in _BUSY:
        return Meaning.BUSY
    if reply.status in _CLOSED or 300 <= reply.status < 400:  # noqa: PLR2004 - to be sent elsewhere is no success
        return Meaning.CLOSED
    if reply.status in _OF_THE_REQUEST and reply.status != _CONFLICT:
        return Meaning.UNFIT
    return Meaning.UNKNOWN


def wait_s(reply: Reply) -> float:
    """Return for how many seconds the provider wants to be left alone; 0 where it does not say."""
    try:
        asked = float(reply.headers.get("retry-after", ""))
    except ValueError:  # a date, or nothing: the pace knows how long to wait
        return 0.0
    return min(asked, MAX_WAIT_S) if asked > 0 else 0.0  # nor is it not a number


def words_of(reply: Reply, secrets: Sequence[str]) -> str:
    """Return what an answer says to a person: its message where it is JSON with one, in one line, without `secrets`."""
    if reply.status in _SUCCESS:
        return "it said yes in words that are not its own"
    text = reply.body[:20_000].decode("utf-8", errors="replace")
    try:
        told = _message(json.loads(text))
    except (ValueError, RecursionError):
        told = ""
    return clean_reply((told or text[:2000]).encode("utf-8", "replace"), secrets)


_MESSAGE_KEYS = ("message", "Message", "ErrorMessage", "detail", "description", "title", "errors", "error", "Messages")


def _message(value: object, depth: int = 0) -> str:
    """Return the first text under one of the keys that providers use for it."""
    if isinstance(value, str):
        return value
    if depth > 4:  # noqa: PLR2004 - none goes deeper
        return ""
    found: list[object] = []
    if isinstance(value, dict):
        found = [value[key] for key in _MESSAGE_KEYS if key in value]
    elif isinstance(value, list):
        found = value[:3]
    return next(filter(None, (_message(each, depth + 1) for each in found)), "")
