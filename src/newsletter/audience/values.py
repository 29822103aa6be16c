"""What is kept of a person beside the address: names, fields and tags, as clean as a mail needs them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHARACTERS = 200
"""Of a name or a field: longer than any, and short enough for a subject."""

MAX_TAG_CHARACTERS = 60
MAX_TAGS = 50

_HIDDEN = re.compile(r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""Signs without a shape: they turn the direction of reading, or make two equal names differ."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class UncleanError(ValueError):
    """A value cannot be kept. It stays in this room: it becomes a finding at its place."""


def clean_text(value: str) -> str:
    """Return a value in one line: signs without a shape are taken out, and white space becomes one space.

    Raises:
        UncleanError: it holds control characters, or is too long.
    """
    if not value:
        return ""
    if value.isascii() and value.isprintable() and len(value) <= MAX_CHARACTERS:
        return value.strip() if "  " not in value else " ".join(value.split())
    if _FORBIDDEN.search(value):
        raise UncleanError(f"{quoted(value)} holds control characters")
    text = " ".join(_HIDDEN.sub("", unicodedata.normalize("NFC", value)).split())
    if len(text) > MAX_CHARACTERS:
        raise UncleanError(f"{quoted(text)} has {len(text)} characters, and {MAX_CHARACTERS} are kept")
    return text


def clean_tags(values: Iterable[str]) -> tuple[str, ...]:
    """Return tags in lower case and in order, each once.

    Raises:
        UncleanError: one of them holds a comma or control characters, one is too long, or they are too many.
    """
    tags = {clean_text(value).casefold() for value in values} - {""}
    for tag in tags:
        if "," in tag or len(tag) > MAX_TAG_CHARACTERS:
            raise UncleanError(f"the tag {quoted(tag)} holds a comma, or more than {MAX_TAG_CHARACTERS} characters")
    if len(tags) > MAX_TAGS:
        raise UncleanError(f"has {len(tags)} tags, and {MAX_TAGS} are kept")
    return tuple(sorted(tags))


def packed_tags(tags: Iterable[str]) -> str:
    """Return tags as the column `subscriber.tags` holds them."""
    joined = ",".join(tags)
    return f",{joined}," if joined else ""


def unpacked_tags(packed: str) -> tuple[str, ...]:
    """Return the tags that a column holds."""
    return tuple(packed[1:-1].split(",")) if packed else ()


def to_ms(moment: datetime) -> int:
    """Return a moment as the columns `…_at_ms` hold it."""
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return the moment that a column `…_at_ms` holds, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
