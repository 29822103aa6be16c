"""What addresses answered, kept on disk for a day: who writes an issue asks for the same ones again and again.

Only good answers are kept, so that one that was mended is asked anew. The file can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from newsletter.fetch.asking import Asked
from newsletter.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOR_S = 86_400
"""A day."""


def read_kept(path: Path, now_s: float) -> dict[str, Asked]:
    """Return the answers in a file that are not older than a day; `now_s` counts as `time.time` does."""
    return {url: asked for url, (asked, asked_s) in _entries(path).items() if 0 <= now_s - asked_s <= FOR_S}


def keep(path: Path, fresh: Mapping[str, Asked], now_s: float) -> None:
    """Write the good ones of fresh answers into a file, beside those in it that are not too old."""
    entries = {url: entry for url, entry in _entries(path).items() if 0 <= now_s - entry[1] <= FOR_S}
    entries |= {url: (asked, now_s) for url, asked in fresh.items() if not asked.reason}
    rows = {url: [asked.status, asked.moved_to, asked_s] for url, (asked, asked_s) in entries.items()}
    # A workspace that nobody may write in is checked all the same, only slower.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(rows).encode())


def _entries(path: Path) -> dict[str, tuple[Asked, float]]:
    """Return what stands in a file; nothing of what cannot be read."""
    try:
        rows = json.loads(path.read_text("utf-8"))
        return {
            str(url): (Asked(int(status), moved_to=str(moved_to)), float(asked_s))
            for url, (status, moved_to, asked_s) in rows.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
