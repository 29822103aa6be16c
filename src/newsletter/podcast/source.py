"""Where the feed comes from: an address, asked only for what is new, or a file in the workspace."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.errors import PodcastError
from newsletter.fetch import Known, Limits, Web, fetch, shown_url
from newsletter.podcast.reading import read_within
from newsletter.whole_file import write_whole
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Podcast
    from newsletter.issue.feed.items import Feed

FOLDER = ".newsletter/feed"
LIMITS = Limits(max_bytes=20_000_000, deadline_s=20.0, max_redirects=5)


def web_of(podcast: Podcast) -> Web:
    """Return how the web is reached for a podcast: the settings name the host of its feed, so it may be anywhere."""
    host = urlsplit(podcast.feed).hostname
    return Web(named_hosts=frozenset({host} if host else ()))


def load_feed(podcast: Podcast, root: Path, web: Web, limits: Limits = LIMITS) -> Feed:
    """Return the podcast's feed as it is now; `root` is the workspace, in which the last answer is kept.

    Raises:
        PodcastError: there is none in the settings, or it cannot be read.
        FetchError: it cannot be fetched.
    """
    if not podcast.feed:
        raise PodcastError('no feed is known: write its address into newsletter.toml, [podcast] feed = "https://…"')
    if not urlsplit(podcast.feed).scheme:
        return read_within(_file(root / podcast.feed, podcast.feed, limits), quoted(podcast.feed), "", "")
    answer = _asked(podcast.feed, root, web, limits)
    return read_within(answer.content, shown_url(podcast.feed), answer.content_type, answer.final_url)


def _file(path: Path, shown: str, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except OSError as error:
        raise PodcastError(f"the feed {quoted(shown)} cannot be read: {error.strerror}") from error
    if len(data) > limits.max_bytes:
        raise PodcastError(f"the feed {quoted(shown)} is larger than {limits.max_bytes / 1_000_000:g} MB")
    return data


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last answer, as it is kept."""

    content: bytes
    content_type: str = ""
    final_url: str = ""
    etag: str = ""
    last_modified: str = ""


def _asked(url: str, root: Path, web: Web, limits: Limits) -> _Kept:
    """Return what stands at the feed's address; where nothing is new, what was kept of it."""
    path = root / FOLDER / sha256(url.encode()).hexdigest()
    kept = _read(path)
    known = Known(kept.etag, kept.last_modified) if kept else Known()
    answer = fetch(url, limits, web=web, known=known)
    if answer.not_modified and kept:
        return kept
    fresh = _Kept(answer.content, answer.content_type, answer.final_url, answer.etag, answer.last_modified)
    if fresh.etag or fresh.last_modified:
        _write(path, fresh)
    return fresh


def _read(path: Path) -> _Kept | None:
    try:
        line, _, content = path.read_bytes().partition(b"\n")
        said = json.loads(line)
        digest = said.pop("sha256")
        return _Kept(content, **said) if digest == sha256(content).hexdigest() else None
    except (OSError, ValueError, TypeError, KeyError):  # not there, cut short, or of another version
        return None


def _write(path: Path, kept: _Kept) -> None:
    said = {name: value for name, value in asdict(kept).items() if name != "content"}
    line = json.dumps(said | {"sha256": sha256(kept.content).hexdigest()})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, line.encode() + b"\n" + kept.content)
