"""What has to change at a place so that it holds the site, and in which order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from newsletter.archive.folder import MARK
from newsletter.archive.served import cache_control_of, media_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Progress = Callable[[str, int, int], None]
    """Takes what is being done, how many files are done, and of how many."""

_POINTING = (".html", ".json", ".txt", ".xml")
"""Endings of what leads to other files: pages, feeds, the sitemap, the entry of the search."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files below the site, each kind in order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.added or self.changed or self.removed)

    @property
    def shown(self) -> tuple[str, ...]:
        """What is brought there first: pictures and all else that pages show."""
        return tuple(path for path in self.carried if not path.endswith(_POINTING))

    @property
    def carried(self) -> tuple[str, ...]:
        """All that is brought there."""
        return tuple(sorted((*self.added, *self.changed)))


class Place(Protocol):
    """Where a site is published."""

    def look(self) -> Changes:
        """Return what has to change there; nothing is touched."""

    def carry(self, changes: Changes, progress: Progress) -> None:
        """Make these changes there, what pages show before the pages, and remove last."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that travel together, as they are served alike."""

    media_type: str
    cache_control: str
    paths: tuple[str, ...]


def is_the_hosts(path: str) -> bool:
    """Tell whether a file at the place is its host's own, and stays: `CNAME`, and what begins with a dot at the top."""
    return path == "CNAME" or path.startswith(".")


def compared(site: Mapping[str, object], there: Mapping[str, object]) -> Changes:
    """Compare files by what stands for their content; None is of a content that nobody knows."""
    both = site.keys() & there.keys()
    return Changes(
        added=tuple(sorted(site.keys() - there.keys())),
        changed=tuple(sorted(path for path in both if there[path] is None or there[path] != site[path])),
        removed=tuple(sorted(path for path in there.keys() - site.keys() if not is_the_hosts(path))),
    )


def files_of(site: Path) -> list[str]:
    """Return the paths of the site's files, without the mark of the build."""
    found = (os.path.relpath(f"{place}/{name}", site) for place, _, names in os.walk(site) for name in names)
    return sorted(path.replace(os.sep, "/") for path in found if path != MARK)


def in_batches(changes: Changes) -> Iterator[Batch]:
    """Cut what is brought there into batches: pages never before what they show, and before what lists them."""

    def served(path: str) -> tuple[int, str, str]:
        turn = 1 if path.endswith(".html") else 2 if path.endswith(_POINTING) else 0
        return turn, media_type_of(path), cache_control_of(path)

    for (_, media_type, cache_control), group in groupby(sorted(changes.carried, key=served), key=served):
        yield Batch(media_type, cache_control, tuple(group))
