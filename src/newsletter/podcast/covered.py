"""Which issue has which episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.issue import slug_of
from newsletter.issue.episode_file import episode_path, pinned_guids
from newsletter.issue.find import list_issues

if TYPE_CHECKING:
    from pathlib import Path


def covered_in(root: Path, without: Path | None = None) -> dict[str, str]:
    """Return the name of the first issue that has an episode, by the episode's guid; `without` one issue's file.

    Raises:
        IssueError: a file of episodes cannot be read.
    """
    found: dict[str, str] = {}
    for path in list_issues(root):
        if without and path.resolve() == without.resolve():
            continue
        pinned = episode_path(path)
        for guid in pinned_guids(pinned, pinned.relative_to(root).as_posix()):
            found.setdefault(guid, slug_of(path))
    return found
