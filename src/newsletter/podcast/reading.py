"""A feed read in a process of its own, which is ended when it takes too long or too much.

Whoever writes a feed can make its parser work for minutes: two megabytes of `<a` take twelve seconds. A thread cannot
be ended, a process can. It gets the bytes and gives JSON back.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from newsletter.errors import PodcastError
from newsletter.issue.feed.items import Feed, Item
from newsletter.model import Chapter, Episode, Person, TranscriptLink

DEADLINE_S = 10.0
MAX_MEMORY_BYTES = 2**30


def read_within(
    data: bytes,
    shown: str,
    content_type: str,
    base_url: str,
    deadline_s: float = DEADLINE_S,
    max_memory_bytes: int = MAX_MEMORY_BYTES,
) -> Feed:
    """Return what `read_feed` makes of a feed, in time and in bounds.

    Raises:
        PodcastError: it is none, or it takes too long or too much.
    """
    # -P, or a file newsletter.py in the folder that a person stands in would be run.
    command = [sys.executable, "-P", "-m", __name__, str(max_memory_bytes), shown, content_type, base_url]
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are data to this very module
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=deadline_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise PodcastError(f"{shown} takes longer than {deadline_s:g} s to read: no podcast's feed does") from None
    if done.returncode != 0:
        raise PodcastError(f"{shown} cannot be read: it takes too much memory, or breaks the parser")
    document = json.loads(done.stdout)
    if "refused" in document:
        raise PodcastError(document["refused"])
    items = tuple(Item(_episode(item["episode"]), item["html"]) for item in document["items"])
    return Feed(document["title"], document["language"], items, tuple(document["left_out"]))


def _episode(values: dict[str, Any]) -> Episode:
    date = values.pop("date")
    parts = {"people": Person, "chapters": Chapter, "transcripts": TranscriptLink}
    lists = {name: tuple(kind(**one) for one in values.pop(name)) for name, kind in parts.items()}
    return Episode(**values | lists | {"cues": (), "date": datetime.fromisoformat(date) if date else None})


def _read(arguments: list[str]) -> None:
    """Be the process: the bytes of a feed on standard input, JSON on standard output."""
    from newsletter.issue.feed.document import read_feed  # noqa: PLC0415 - only this process needs the parsers

    most, *about = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(most), int(most)))
    try:
        feed = asdict(read_feed(sys.stdin.buffer.read(), *about))
    except PodcastError as error:
        feed = {"refused": str(error)}
    json.dump(feed, sys.stdout, default=datetime.isoformat)


if __name__ == "__main__":
    _read(sys.argv[1:])
