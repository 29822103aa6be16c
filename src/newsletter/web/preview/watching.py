"""What in a workspace is watched, and what a change means: an issue was saved, or the look of all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from watchfiles import DefaultFilter, awatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable
    from pathlib import Path

    from watchfiles import Change

STEP_MS = 5
"""How often it is looked whether something changed; a change is told when none followed it for as long."""
DEBOUNCE_MS = 50
"""How long at most changes are gathered while others follow."""
ISSUES, TEMPLATES, SETTINGS = "issues", "templates", "newsletter.toml"

_is_a_real_file = DefaultFilter()
"""Not what editors and version control leave beside files."""


class Watch:
    """Tells of each change that a reader could see. `.env`, the database and what is built are none."""

    def __init__(self, root: Path, also: Path | None, told: Callable[[bool], None]) -> None:
        """`also` is an issue elsewhere; `told` is called after changes, with whether any is of more than issues."""
        self._root = root
        self._told = told
        self._folders = {root / ISSUES, root / TEMPLATES}
        self._beside = also.parent if also else None
        self._logos: frozenset[Path] = frozenset()
        self._round = asyncio.Event()
        """Set to end one round of watching; the next one watches what is there then."""
        self._is_closing = False

    def see_logos(self, logos: Collection[Path]) -> None:
        """Watch these files too, and no logos that were named before."""
        if self._logos != frozenset(logos):
            self._logos = frozenset(logos)
            self._round.set()

    def close(self) -> None:
        """End `run`."""
        self._is_closing = True
        self._round.set()

    async def run(self) -> None:
        """Watch until `close` is called."""
        while not self._is_closing:
            self._round = asyncio.Event()
            watching = asyncio.gather(self._watch_files(), self._watch_folders())
            await asyncio.sleep(0)  # both have begun
            self._told(True)  # noqa: FBT003 - whatever changed between two rounds
            await watching

    async def _watch_files(self) -> None:
        """Watch single files, and whether the folders below come or go."""
        files = {self._root / SETTINGS, *self._folders, *self._logos}
        parents = {path.parent for path in (*files, *([self._beside / SETTINGS] if self._beside else []))}
        names = {str(path) for path in files}

        def matters(change: Change, path: str) -> bool:
            return path in names or (self._is_beside(path) and _is_a_real_file(change, path))

        async for paths in self._changes(parents, matters, recursive=False):
            self._told(not all(map(self._is_beside, paths)))
            if not paths.isdisjoint(map(str, self._folders)):
                self._round.set()

    def _is_beside(self, path: str) -> bool:
        return self._beside is not None and path.startswith(f"{self._beside}/")

    async def _watch_folders(self) -> None:
        """Watch the folders with all that is in them."""
        issues = f"{self._root / ISSUES}/"
        async for paths in self._changes(self._folders, _is_a_real_file, recursive=True):
            self._told(not all(path.startswith(issues) for path in paths))

    async def _changes(
        self, folders: Iterable[Path], matters: Callable[[Change, str], bool], *, recursive: bool
    ) -> AsyncIterator[set[str]]:
        there = [folder for folder in folders if folder.is_dir()]
        if not there:
            await self._round.wait()
            return
        changes = awatch(
            *there,
            watch_filter=matters,
            step=STEP_MS,
            debounce=DEBOUNCE_MS,
            stop_event=self._round,
            recursive=recursive,
        )
        async for some in changes:
            yield {path for _, path in some}
