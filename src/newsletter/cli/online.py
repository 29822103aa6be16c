"""What the web says: whether the links of issues answer, and how new the podcast's newest episode is."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.checks import Answer
from newsletter.checks.links import asked_at
from newsletter.checks.prose import links_of
from newsletter.cli.checking import Online
from newsletter.cli.output import Mark, say
from newsletter.cli.progress import progress
from newsletter.errors import FetchError, IssueError, PodcastError
from newsletter.fetch import ask_all, keep, read_kept
from newsletter.podcast.source import load_feed, web_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from newsletter.cli.workspace import Workspace

KEPT = ".newsletter/links.json"


def ask_online(workspace: Workspace, paths: Sequence[Path]) -> Online:
    """Return what the web says of issues; how far it is, is shown."""
    return Online(_answers(workspace, paths), _newest_episode(workspace))


def _newest_episode(workspace: Workspace) -> date | None:
    """Return the day of the newest episode that is out; None where nobody can say, which is told."""
    settings = workspace.settings
    if not settings.podcast.feed:
        return None
    try:
        feed = load_feed(settings.podcast, settings.root, web_of(settings.podcast))
    except (FetchError, PodcastError) as error:
        say(Mark("warning:", "yellow"), str(error))
        return None
    now = datetime.now(settings.newsletter.timezone)
    moments = [item.episode.date for item in feed.items if item.episode.date and item.episode.date <= now]
    return max(moments).astimezone(settings.newsletter.timezone).date() if moments else None


def _answers(workspace: Workspace, paths: Iterable[Path]) -> dict[str, Answer]:
    """Return what the links of issues answer, by their addresses."""
    now_s, kept_in = time.time(), workspace.root / KEPT
    kept = read_kept(kept_in, now_s)
    wanted = dict.fromkeys(url for path in paths for url in _addresses(workspace, path))
    missing = [url for url in wanted if url not in kept]
    with progress() as told:
        fresh = ask_all(missing, told=lambda done: told("asking links", done, len(missing)))
    keep(kept_in, fresh, now_s)
    return {
        url: Answer(asked.reason, asked.moved_to, asked.is_gone)
        for url, asked in (kept | fresh).items()
        if url in wanted
    }


def _addresses(workspace: Workspace, path: Path) -> Iterator[str]:
    try:
        issue = workspace.read(path)
    except IssueError:  # told by the checks
        return
    yield from filter(None, map(asked_at, links_of(issue, workspace.theme.kinds)))
