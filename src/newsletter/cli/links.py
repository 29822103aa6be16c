"""The links of issues, asked whether they answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from newsletter.checks import Answer
from newsletter.checks.links import asked_at
from newsletter.checks.prose import links_of
from newsletter.cli.progress import progress
from newsletter.errors import IssueError
from newsletter.fetch import ask_all, keep, read_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from newsletter.cli.workspace import Workspace

KEPT = ".newsletter/links.json"


def ask_links(workspace: Workspace, paths: Iterable[Path]) -> dict[str, Answer]:
    """Return what the links of issues answer, by their addresses; how far it is, is shown."""
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
