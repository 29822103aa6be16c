"""Feeds that others wrote: how many are read, how many in part, how many refused, and that none ends in a traceback.

    .venv/bin/python benchmarks/feeds.py DIR…

Takes folders that hold feeds, such as checkouts of kurtmckee/feedparser, gpodder/podcastparser, mmcdole/gofeed or
Podcastindex-org/podcast-namespace. Test suites hold much that is no podcast; that is refused, in a line.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from newsletter.errors import PodcastError
from newsletter.issue.feed.chapters import chapters_in_text
from newsletter.issue.feed.document import read_feed
from newsletter.issue.feed.notes import notes_of, text_of

SUFFIXES = frozenset({".xml", ".rss", ".atom", ".rdf", ".feed"})
NOTES_READ = 3


def outcome(path: Path) -> tuple[str, str]:
    """Read one file as a command would; return what came of it, and the line that a person would see."""
    try:
        feed = read_feed(path.read_bytes(), path.name)
        for item in feed.items[:NOTES_READ]:
            notes_of(item.html, "en")
            chapters_in_text(text_of(item.html))
    except PodcastError as error:
        return "refused", str(error).removeprefix(path.name)
    except Exception as error:  # noqa: BLE001 - what must not happen is what is counted here
        return "TRACEBACK", repr(error)
    return ("in part", feed.left_out[0]) if feed.left_out else ("read", "")


def main(folders: list[str]) -> int:
    """Print a line for each folder, the reasons, and the slowest file."""
    reasons: Counter[str] = Counter()
    slowest = (0.0, "")
    total: Counter[str] = Counter()
    for folder in folders:
        counts: Counter[str] = Counter()
        for path in sorted(Path(folder).rglob("*")):
            if not (path.is_file() and path.suffix.lower() in SUFFIXES):
                continue
            began = time.perf_counter()
            found, reason = outcome(path)
            slowest = max(slowest, (time.perf_counter() - began, str(path)))
            counts[found] += 1
            if found == "TRACEBACK":
                print(f"{path}: {reason}")
            reasons[f"{found}: {reason.split('(')[0].split(',')[0].split(':')[0].strip()}"] += bool(reason)
        print(f"{Path(folder).name:40}", "  ".join(f"{name} {number}" for name, number in sorted(counts.items())))
        total += counts
    print(f"{'all':40}", "  ".join(f"{name} {number}" for name, number in sorted(total.items())))
    print(f"slowest: {slowest[0]:.2f} s, {slowest[1]}")
    for reason, number in reasons.most_common(15):
        print(f"{number:6} {reason}")
    return 1 if total["TRACEBACK"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
