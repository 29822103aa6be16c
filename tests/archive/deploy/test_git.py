"""A branch: what of the repository stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.archive import Publication, deploy
from newsletter.errors import UsageError
from tests.archive.deploy.places import IDENTITY, PLACES, Place, git, silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def branch(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A workspace in a repository, with a change that is not committed."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    with PLACES["git"](tmp_path, root) as place:
        (root / "notes.md").write_text("one", "utf-8")
        git(root, "add", ".")
        git(root, "commit", "--quiet", "-m", "One")
        (root / "notes.md").write_text("two", "utf-8")
        yield place


def test_the_checkout_and_its_branches_stay_as_they_are(root: Path, site: Path, branch: Place) -> None:
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    deploy(Publication(site, branch.target, root), silent)
    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")) == before
    assert git(root, "branch", "--list").split() == ["*", "main"]


def test_each_change_is_one_commit_more(root: Path, site: Path, branch: Place) -> None:
    publication = Publication(site, branch.target, root)
    deploy(publication, silent)
    (site / "index.html").write_bytes(b"new")
    deploy(publication, silent)
    deploy(publication, silent)
    log = git(root.parent / "remote.git", "log", "--format=%s", "pages")
    assert log.splitlines() == ["Publish the archive"] * 2


def test_whoever_published_meanwhile_is_not_overwritten(root: Path, site: Path, branch: Place, tmp_path: Path) -> None:
    """The branch moves between the look and the push: a hook of git's own sees to it."""
    publication = Publication(site, branch.target, root)
    deploy(publication, silent)
    (site / "index.html").write_bytes(b"new")
    other = git(root, "commit-tree", "HEAD^{tree}", "-m", "Another").strip()
    remote = tmp_path / "remote.git"
    git(root, "push", "--quiet", "origin", f"{other}:refs/heads/aside")
    hook = root / ".git" / "hooks" / "pre-push"
    hook.write_text(f"#!/bin/sh\ngit --git-dir={remote} update-ref refs/heads/pages {other}\n", "utf-8")
    hook.chmod(0o755)
    with pytest.raises(UsageError, match=r"^git ended with status 1: .*rejected"):
        deploy(publication, silent)
    assert git(remote, "rev-parse", "pages").strip() == other
