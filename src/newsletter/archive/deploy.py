"""The built site on its way to its host, by the programs that people have for that: git, rsync, aws or rclone.

Nothing is sent that is there already; what no longer belongs is deleted there. None of the programs is given a secret:
each finds its own where it always does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.archive.folder import MARK
from newsletter.errors import UsageError
from newsletter.wording import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""Of git: what a branch that does not exist yet is compared with."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What was done, or would be."""

    said: str
    """By the program, line by line."""
    is_changed: bool
    """Whether there was anything to do, as far as the program tells."""


def deploy(site: Path, target: str, root: Path, *, only_look: bool) -> Deployed:
    """Put the site that was built in a folder where `target` says, as the setting `archive.publish` has it.

    `root` is the workspace, in whose repository a branch is made. With `only_look` nothing changes anywhere.

    Raises:
        UsageError: the program is not there, or does not succeed; with its own words.
    """
    kind, _, place = target.partition(":")
    if kind == "git":
        remote, _, branch = place.partition("#")
        return _by_git(site, root, (remote, branch), only_look=only_look)
    said = _run(_command(kind, site, place, only_look=only_look), root)
    return Deployed(said, bool(said.strip()))


def _command(kind: str, site: Path, place: str, *, only_look: bool) -> list[str]:
    if kind == "rsync":
        options = ["--archive", "--delete-delay", "--delay-updates", "--itemize-changes", f"--exclude=/{MARK}"]
        return ["rsync", *options, *(["--dry-run"] if only_look else []), f"{site}/", place]
    if kind == "s3":
        options = ["--delete", "--no-progress", "--exclude", MARK]
        return ["aws", "s3", "sync", str(site), f"s3:{place}", *options, *(["--dryrun"] if only_look else [])]
    options = ["--checksum", "--verbose", "--exclude", f"/{MARK}"]
    return ["rclone", "sync", str(site), place, *options, *(["--dry-run"] if only_look else [])]


def _by_git(site: Path, root: Path, where: tuple[str, str], *, only_look: bool) -> Deployed:
    """Push the site as a commit on top of a branch; neither the checkout nor its index is touched."""
    remote, branch = where
    with tempfile.TemporaryDirectory() as scratch:
        git_dir = _run(["git", "rev-parse", "--absolute-git-dir"], root).strip()
        aside = {"GIT_INDEX_FILE": str(Path(scratch) / "index"), "GIT_DIR": git_dir}
        before = _run(["git", "ls-remote", remote, f"refs/heads/{branch}"], root).partition("\t")[0]
        if before:
            _run(["git", "fetch", "--quiet", remote, f"refs/heads/{branch}"], root)
        _run(["git", f"--work-tree={site}", "add", "--all", "--force", "--", ".", f":(exclude){MARK}"], site, aside)
        tree = _run(["git", "write-tree"], root, aside).strip()
        said = _run(["git", "diff", "--stat", before or _EMPTY_TREE, tree], root)
        if only_look or not said.strip():
            return Deployed(said, bool(said.strip()))
        parents = ["-p", before] if before else []
        commit = _run(["git", "commit-tree", tree, *parents, "-m", "Publish the archive"], root).strip()
        # Whoever published meanwhile is not overwritten: the push is refused, and the next one builds on it.
        _run(["git", "push", "--quiet", remote, f"{commit}:refs/heads/{branch}"], root)
    return Deployed(said, is_changed=True)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> str:
    if shutil.which(command[0]) is None:
        message = f"archive.publish needs the program {command[0]}, which is not installed"
        raise UsageError(message)
    known = {**os.environ, **environment}
    ran = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False)  # noqa: S603 - checked by its setting
    if ran.returncode:
        said = printable((ran.stderr or ran.stdout).strip().replace("\n", "; "))
        message = f"{command[0]} ended with status {ran.returncode}: {said}"
        raise UsageError(message)
    return ran.stdout
