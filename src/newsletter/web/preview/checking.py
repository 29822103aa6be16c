"""The checks for a preview: of the issue that is looked at, and how many findings each of the others has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.checks import Desk, examine, outline_of
from newsletter.errors import IssueError
from newsletter.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from newsletter.checks import Outline
    from newsletter.config import Settings
    from newsletter.model import Finding, Issue
    from newsletter.render import Theme

Stamp = tuple[int, int]
"""When a file was changed, and its size."""


@dataclass(frozen=True, slots=True)
class Count:
    """How much was found in an issue."""

    errors: int
    warnings: int


class Checking:
    """Checks issues of one workspace. What is known of a file is kept until that file changes."""

    def __init__(self, theme: Theme, settings: Settings, read: Callable[[Path], Issue]) -> None:
        self._theme = theme
        self._settings = settings
        self._read = read
        self._outlines: dict[Path, tuple[Stamp, Outline | None]] = {}
        self._counts: dict[Path, tuple[Stamp, Count]] = {}

    def findings(self, path: Path, paths: Iterable[Path], now: datetime) -> list[Finding]:
        """Return what is wrong with the issue at `path`; `paths` are those of all issues.

        Raises:
            OSError: its file is gone.
        """
        stamp = _stamp(path)
        try:
            issue = self._read(path)
            others = tuple(filter(None, map(self._outline, sorted(paths))))
            found = examine(issue, path, Desk(self._theme, self._settings, now, others))
        except IssueError as error:
            found = list(error.findings)
        errors = sum(finding.severity is Severity.ERROR for finding in found)
        self._counts[path] = (stamp, Count(errors, len(found) - errors))
        return found

    def count(self, path: Path) -> Count | None:
        """Return how much was found in an issue as its file is now; None where it was not checked yet.

        What other issues hold since then may change it; it is counted anew when one of them is looked at.
        """
        stamp, count = self._counts.get(path, (None, None))
        return count if stamp == _stamp(path) else None

    def _outline(self, path: Path) -> Outline | None:
        """Return what other issues look at of an issue; None of one that cannot be read."""
        stamp = _stamp(path)
        if self._outlines.get(path, (None, None))[0] != stamp:
            self._outlines[path] = (stamp, self._outlined(path))
        return self._outlines[path][1]

    def _outlined(self, path: Path) -> Outline | None:
        try:
            return outline_of(self._read(path), self._theme.kinds)
        except IssueError:
            return None


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
