"""Chapters: from a file of them, or from the time stamps that show notes list."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from newsletter.issue.feed.words import MAX_CHAPTERS, address, line, offset_s
from newsletter.model import Chapter

if TYPE_CHECKING:
    from collections.abc import Iterable

FEWEST_IN_TEXT = 3
"""One or two times in a text are mostly said of something else."""
MAX_ROW_CHARACTERS = 300

_AROUND = " -–—:|•.,"
_TIME = r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d"
_LEADING = re.compile(rf"\W{{0,4}}({_TIME})(?:\s*[-–—]\s*{_TIME})?[)\]]?\s*[-–—:|•.,]*\s*(\S.*)", re.ASCII)
_TRAILING = re.compile(rf"(\S.*?)\s*[-–—:|(\[]+\s*({_TIME})[)\]]?\s*", re.ASCII)


def chapters_in_json(data: bytes) -> tuple[Chapter, ...]:
    """Read a file of chapters (JSON Chapters Format 1.2); those that are not meant to be listed are left out.

    Raises:
        ValueError: it is none; the message is to stand behind its address.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    written = document.get("chapters") if isinstance(document, dict) else None
    if not isinstance(written, list):
        raise ValueError("has no list of chapters in it")  # noqa: TRY004 - of what stands there, not of the argument
    found = (_chapter(entry) for entry in written if isinstance(entry, dict) and entry.get("toc") is not False)
    return _in_order(chapter for chapter in found if chapter)


def _chapter(entry: dict[str, object]) -> Chapter | None:
    start, title = offset_s(entry.get("startTime")), line(entry.get("title"))
    return Chapter(start, title, address(entry.get("url"))) if start is not None and title else None


def chapters_in_text(text: str) -> tuple[Chapter, ...]:
    """Read the lines of show notes that begin or end with a time, such as `12:34 The chips`; in order, or none."""
    found = [chapter for row in text.split("\n") if (chapter := _in_row(row))]
    rises = all(one.start_s < other.start_s for one, other in pairwise(found))
    return _in_order(found) if rises and len(found) >= FEWEST_IN_TEXT else ()


def without_times(notes: str) -> str:
    """Return show notes in Markdown without the paragraphs and lists that only list times: they are the chapters."""
    parts = (part for part in notes.split("\n\n") if not all(_in_row(row.rstrip("\\")) for row in part.split("\n")))
    return "\n\n".join(parts)


def _in_row(row: str) -> Chapter | None:
    stripped = row.strip()[:MAX_ROW_CHARACTERS]
    if match := _LEADING.fullmatch(stripped):
        written, title = match[1], match[2]
    elif match := _TRAILING.fullmatch(stripped):
        title, written = match[1], match[2]
    else:
        return None
    start, words = offset_s(written), line(title.strip(_AROUND))
    return Chapter(start, words) if start is not None and words else None


def _in_order(chapters: Iterable[Chapter]) -> tuple[Chapter, ...]:
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_s)[:MAX_CHAPTERS])
