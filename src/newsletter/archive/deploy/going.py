"""From a target to what has to change there, and the change."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.archive.deploy.by_aws import Bucket
from newsletter.archive.deploy.by_git import Branch
from newsletter.archive.deploy.by_rclone import Remote
from newsletter.archive.deploy.by_rsync import Folder
from newsletter.archive.deploy.changes import files_of
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.archive.deploy.changes import Changes, Place, Progress


_BY_PROGRAM: Mapping[str, Callable[[Path, Path, Path, str], Place]] = {
    "git": Branch,
    "rsync": Folder,
    "s3": Bucket,
    "rclone": Remote,
}
"""Takes the site, the workspace, a folder for scratch, and what follows the colon."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published, and where."""

    site: Path
    """The folder that it was built in."""
    target: str
    """As the setting `archive.publish` has it."""
    root: Path
    """The workspace: in its repository a branch is made, and from it a relative path counts."""


def deploy(
    publication: Publication, progress: Progress, *, only_look: bool = False, may_replace: bool = False
) -> Changes:
    """Make a place hold the site, and return what had to change for that; with `only_look`, what would have to.

    Raises:
        UsageError: the program is not there or does not succeed; or more than half of what is there is none of this
            site, and `may_replace` does not say that it may go.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = _place(publication, Path(scratch))
        changes = place.look()
        if only_look or not changes:
            return changes
        if not may_replace:
            _refuse_foreign(changes, len(files_of(publication.site)), publication.target)
        place.carry(changes, progress)
    return changes


def _place(publication: Publication, scratch: Path) -> Place:
    site, root = publication.site, publication.root
    kind, _, where = publication.target.partition(":")
    return _BY_PROGRAM[kind](site, root, scratch, where)


def _refuse_foreign(changes: Changes, files: int, target: str) -> None:
    there = files - len(changes.added) + len(changes.removed)
    if 2 * len(changes.removed) > there:
        message = (
            f"{len(changes.removed):,} of the {there:,} files at {target} are none of this site and would be deleted; "
            "see which with --dry-run, and if they may go, use --replace"
        )
        raise UsageError(message)
