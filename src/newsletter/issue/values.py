"""The types that a block's attribute can have: each turns what was written into a value, or says what it expects."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.issue.holes import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.model import Value

PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?:[/?#](?:[A-Za-z0-9;/?:@&=+$,_.!~*'()#-]|%[0-9A-Fa-f]{2})*)?")
"""An address that is its own normal form, and that anything may lead to; nearly all are."""
_DURATION = re.compile(r"(?:(\d{1,3}):([0-5]\d)|(\d{1,3})):([0-5]\d)", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PICTURE_SCHEMES = ("https", "http")
_LINK_SCHEMES = (*_PICTURE_SCHEMES, "mailto")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif")
_FILE_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*", re.ASCII)
_MAX_FILE_NAME_CHARACTERS = 100


def parse_text(written: str) -> str:
    """Take any text."""
    return written


def parse_url(written: str) -> str:
    """Take a whole web address or a mailto: address."""
    if PLACEHOLDER.match(written):
        return written
    problem = address_problem(written)
    if problem:
        raise ValueError(problem)
    return written


def address_problem(written: str, schemes: tuple[str, ...] = _LINK_SCHEMES) -> str:
    """Say why an address cannot stand in a mail or on a page; an empty text if it can.

    Only http, https and mailto lead anywhere safe from a mail; a relative address leads nowhere at all.
    """
    if PLAIN_ADDRESS.fullmatch(written) and written.partition(":")[0] in schemes:
        return ""
    if " " in written or not written.isprintable():  # the space is the only white one that is printable
        return "has a space or a control character in it"
    try:
        parts = urlsplit(written)
        host = parts.hostname
    except ValueError as error:
        return f"is not a web address ({error})"
    if not parts.scheme:
        return "is not a whole address; begin it with https://"
    if parts.scheme not in schemes:
        named = [f"{scheme}:" for scheme in schemes]
        return f"leads to {parts.scheme}:, and only {', '.join(named[:-1])} and {named[-1]} are let through"
    if parts.scheme == "mailto":
        return "" if "@" in parts.path else "names no mail address after mailto:"
    return "" if host else "names no host after the //"


def is_address(written: str) -> bool:
    """Tell whether a picture is named by an address; else it is a file beside the issue."""
    return written.startswith("//") or _SCHEME.match(written) is not None


def parse_picture(written: str) -> str:
    """Take the name of a picture's file beside the issue, or its whole web address."""
    if "\\" in written:
        message = "has a backslash in it; write / between a folder and a file"
        raise ValueError(message)
    if is_address(written):
        problem = address_problem(written, _PICTURE_SCHEMES)
        if problem:
            raise ValueError(problem)
        return written
    path = PurePosixPath(written)
    if path.is_absolute() or ".." in path.parts:
        message = "leaves the issue's own folder; put the picture beside the issue"
        raise ValueError(message)
    if path.suffix.lower() not in _PICTURES:
        shown = f"{', '.join(_PICTURES[:-1])} or {_PICTURES[-1]}"
        message = (
            f"is not named as one that every mail program shows ({shown}); save a drawing as .png, a photo as .jpg"
        )
        raise ValueError(message)
    if not _FILE_NAME.fullmatch(written) or len(written) > _MAX_FILE_NAME_CHARACTERS:
        # The name becomes a part of an address, in which anything else is written otherwise than it is.
        message = "is no name for a file on the web; use letters, digits, hyphens and dots, such as my-picture.png"
        raise ValueError(message)
    return written


def parse_number(written: str) -> int:
    """Take a whole number."""
    if not re.fullmatch(r"-?\d{1,9}", written, re.ASCII):
        message = "is not a whole number"
        raise ValueError(message)
    return int(written)


def parse_day(written: str) -> date:
    """Take a day, `2026-11-24`."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written, re.ASCII):
        message = "is not a date; write it as 2026-11-24"
        raise ValueError(message)
    try:
        return date.fromisoformat(written)
    except ValueError:
        message = "is a day that does not exist"
        raise ValueError(message) from None


def parse_moment(written: str) -> datetime:
    """Take a day and a time, `2026-11-24 07:00`, without a zone."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", written, re.ASCII):
        message = "is not a day and time; write them as 2026-11-24 07:00"
        raise ValueError(message)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        message = "is a day or time that does not exist"
        raise ValueError(message) from None


def parse_duration(written: str) -> int:
    """Take a length of time, `1:15:33` or `48:05`, as whole seconds."""
    match = _DURATION.fullmatch(written)
    if not match:
        message = "is not a length of time; write it as 1:15:33 or 48:05"
        raise ValueError(message)
    hours, minutes = int(match[1] or 0), int(match[2] or match[3])
    return hours * 3600 + minutes * 60 + int(match[4])


PARSERS: Mapping[str, Callable[[str], Value]] = MappingProxyType(
    {
        "text": parse_text,
        "url": parse_url,
        "picture": parse_picture,
        "number": parse_number,
        "date": parse_day,
        "datetime": parse_moment,
        "duration": parse_duration,
        "choice": parse_text,
    }
)
"""The types by the name that a schema calls them. A `choice` is checked against the schema's list."""
