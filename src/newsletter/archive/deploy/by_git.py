"""A branch of a git repository, as GitHub Pages, GitLab, Codeberg and others serve it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.archive.deploy.changes import Changes, is_the_hosts
from newsletter.archive.deploy.programs import Program
from newsletter.archive.folder import MARK

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.archive.deploy.changes import Progress

_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""Of git: what a branch that does not exist yet is compared with."""


class Branch:
    """A branch at a remote; the site becomes a commit on top of it, and the checkout and its index stay as they are."""

    def __init__(self, site: Path, root: Path, scratch: Path, where: str) -> None:
        self.site = site
        self.root = root
        self.scratch = scratch
        self.remote, _, self.branch = where.partition("#")
        self._before = ""
        """The commit that the branch was at when it was looked at; empty where there was none."""
        self._tree = ""
        """The site, as git keeps it."""

    def look(self) -> Changes:
        """Make the site a tree, and compare it with the branch's."""
        git = Program("git", self.root)
        git_dir = git.run("rev-parse", "--absolute-git-dir").strip()
        aside = replace(git, environment={"GIT_INDEX_FILE": str(self.scratch / "index"), "GIT_DIR": git_dir})
        ref = f"refs/heads/{self.branch}"
        self._before = git.run("ls-remote", self.remote, ref).partition("\t")[0]
        mark = f":(exclude){MARK}"
        replace(aside, folder=self.site).run(f"--work-tree={self.site}", "add", "--all", "--force", "--", ".", mark)
        if self._before:
            git.run("fetch", "--quiet", self.remote, ref)
            self._keep_the_hosts(aside)
        self._tree = aside.run("write-tree").strip()
        said = git.run("diff", "--name-status", "--no-renames", "-z", self._before or _EMPTY_TREE, self._tree)
        return _read(said)

    def carry(self, changes: Changes, progress: Progress) -> None:
        """Push the commit. Whoever published meanwhile is not overwritten: the push is refused, and told."""
        git = Program("git", self.root)
        parents = ["-p", self._before] if self._before else []
        commit = git.run("commit-tree", self._tree, *parents, "-m", "Publish the archive").strip()
        git.run("push", "--quiet", self.remote, f"{commit}:refs/heads/{self.branch}")
        progress("publishing", len(changes.carried), len(changes.carried))

    def _keep_the_hosts(self, git: Program) -> None:
        for entry in git.run("ls-tree", "-r", "-z", self._before).split("\0"):
            about, _, path = entry.partition("\t")
            if path and is_the_hosts(path):
                mode, _, name = about.split(" ")
                git.run("update-index", "--add", "--cacheinfo", f"{mode},{name},{path}")


def _read(said: str) -> Changes:
    """Read pairs of a letter and a path."""
    words = said.split("\0")
    found: dict[str, list[str]] = {"A": [], "D": [], "M": []}
    for letter, path in zip(words[::2], words[1::2], strict=False):
        found["M" if letter == "T" else letter].append(path)
    return Changes(tuple(found["A"]), tuple(found["M"]), tuple(found["D"]))
