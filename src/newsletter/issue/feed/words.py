"""Words, numbers and times as strangers write them in feeds, made plain."""

from __future__ import annotations

import re
from html import unescape

from newsletter.issue.holes import PLACEHOLDER
from newsletter.issue.values import address_problem

MAX_LINE_CHARACTERS = 300
MAX_URL_CHARACTERS = 2000
MAX_CHAPTERS = 500
MAX_DURATION_S = 400 * 3600
"""More is not an episode."""

_WEB = ("https", "http")
_TAG = re.compile(r"<[^<>]*>")
_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Controls, what nobody can see, changes of reading direction, halves of a character."""
_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,5}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_SECONDS = re.compile(r"(\d{1,9})(?:[.,](\d{1,9}))?\s*(?:s|sec|seconds)?", re.ASCII | re.IGNORECASE)
_ISO = re.compile(
    r"P?T?(?:(\d{1,4})\s*h[a-z]*)?[\s,]*(?:(\d{1,5})\s*m[a-z]*)?[\s,]*(?:(\d{1,6})(?:[.,]\d+)?\s*s[a-z]*)?",
    re.ASCII | re.IGNORECASE,
)


def line(text: object, most: int = MAX_LINE_CHARACTERS) -> str:
    """Return a text as one line without anything that cannot be seen; cut with an ellipsis where it is too long."""
    words = " ".join(clean(str(text or "")).split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def clean(text: str) -> str:
    """Return a text without what nobody can see, line breaks aside, and without what passes for a personal field."""
    seen = _UNFIT.sub(
        lambda match: match[0] if match[0] == "\n" else " " if match[0] in "\t\r\u2028\u2029" else "", text
    )
    return PLACEHOLDER.sub("", seen)


def plain_line(html: object, most: int = MAX_LINE_CHARACTERS) -> str:
    """Return what a line of HTML says, such as a title; a sign like < that begins no tag stays."""
    return line(unescape(_TAG.sub(" ", unescape(str(html or "")[: most * 20]))), most)


def address(written: object) -> str:
    """Return a whole address of the web; empty where it is none."""
    url = str(written or "").strip()
    is_fit = url and len(url) <= MAX_URL_CHARACTERS and not address_problem(url, _WEB)
    return "" if not is_fit or PLACEHOLDER.search(url) or "{{" in url else url


def whole_number(written: object, most: int = 100_000) -> int | None:
    """Return a number such as `41` or `41.0`; None where it is none."""
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?", str(written or "").strip(), re.ASCII)
    return int(match[1]) if match and int(match[1]) <= most else None


def duration_s(written: object) -> int:
    """Return a length of time in whole seconds, however it is written; 0 where it cannot be read.

    Feeds say `4533`, `4533.2`, `75:33`, `1:15:33`, `01:15:33.000`, `PT1H15M33S`, `1h 15m`, `75 min`.
    """
    text = str(written or "").strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(match[part] or 0) for part in (1, 2, 3))
        found = hours * 3600 + minutes * 60 + seconds
    elif match := _SECONDS.fullmatch(text):
        found = int(match[1])
    elif (match := _ISO.fullmatch(text)) and any(match.groups()):
        hours, minutes, seconds = (int(match[part] or 0) for part in (1, 2, 3))
        found = hours * 3600 + minutes * 60 + seconds
    else:
        found = 0
    return found if found <= MAX_DURATION_S else 0


def offset_s(written: object) -> float | None:
    """Return a place in an episode in seconds, `62.5` or `1:02.500`; None where it cannot be read."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        found = float(written)
    else:
        text = str(written or "").strip()
        if match := _CLOCK.fullmatch(text):
            found = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]) + _fraction(match[4])
        elif match := _SECONDS.fullmatch(text):
            found = int(match[1]) + _fraction(match[2])
        else:
            return None
    return round(found, 3) if 0 <= found <= MAX_DURATION_S else None


def _fraction(digits: str | None) -> float:
    return float(f"0.{digits}") if digits else 0.0
