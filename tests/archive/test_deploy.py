"""The built site on its way to its host."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.archive import MARK, deploy
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in a repository, with a change that is not committed, and a remote."""
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    root = tmp_path / "ws"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "notes.md").write_text("one", "utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "One")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    (root / "notes.md").write_text("two", "utf-8")
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    (site / "p" / "een").mkdir(parents=True)
    (site / "index.html").write_text("front", "utf-8")
    (site / "p" / "een" / "index.html").write_text("een", "utf-8")
    (site / MARK).write_text("mark", "utf-8")
    return site


def on_branch(remote: Path) -> dict[str, str]:
    names = git(remote, "ls-tree", "-r", "--name-only", "pages").split()
    return {name: git(remote, "show", f"pages:{name}") for name in names}


def test_a_branch_holds_the_site_and_the_checkout_stays_as_it_is(root: Path, site: Path) -> None:
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    done = deploy(site, "git:origin#pages", root, only_look=False)
    assert done.is_changed
    assert "index.html" in done.said
    assert on_branch(root.parent / "remote.git") == {"index.html": "front", "p/een/index.html": "een"}
    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")) == before
    assert git(root, "branch", "--list").split() == ["*", "main"]


def test_what_changed_is_one_commit_more_and_what_is_gone_goes(root: Path, site: Path) -> None:
    deploy(site, "git:origin#pages", root, only_look=False)
    (site / "index.html").write_text("new", "utf-8")
    shutil.rmtree(site / "p")
    assert deploy(site, "git:origin#pages", root, only_look=False).is_changed
    remote = root.parent / "remote.git"
    assert on_branch(remote) == {"index.html": "new"}
    assert git(remote, "log", "--format=%s", "pages").splitlines() == ["Publish the archive"] * 2
    assert not deploy(site, "git:origin#pages", root, only_look=False).is_changed
    assert len(git(remote, "log", "--format=%s", "pages").splitlines()) == 2


def test_a_look_changes_nothing(root: Path, site: Path) -> None:
    done = deploy(site, "git:origin#pages", root, only_look=True)
    assert done.is_changed
    assert "2 files changed" in done.said
    assert git(root.parent / "remote.git", "branch", "--list") == ""


def test_what_git_says_of_a_remote_that_is_not_there_is_told(root: Path, site: Path) -> None:
    with pytest.raises(UsageError, match=r"^git ended with status \d+: .*nowhere"):
        deploy(site, "git:nowhere#pages", root, only_look=False)


def program(folder: Path, name: str, status: int = 0) -> Path:
    """A program that prints its arguments, and ends with a status."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], sep='\\n')\nsys.exit({status})\n", "utf-8")
    path.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("target", "name", "look", "arguments"),
    [
        ("s3://bucket/brief", "aws", "--dryrun", ["s3", "sync", "SITE", "s3://bucket/brief", "--delete"]),
        ("rclone:host:www", "rclone", "--dry-run", ["sync", "SITE", "host:www", "--checksum"]),
        ("rsync:host:/www", "rsync", "--dry-run", ["--archive", "--delete-delay"]),
    ],
)
@pytest.mark.parametrize("only_look", [True, False])
def test_other_hosts_are_reached_by_their_own_programs(
    target: str, name: str, look: str, arguments: list[str], *, only_look: bool, site: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", name)))
    said = deploy(site, target, tmp_path, only_look=only_look).said.splitlines()
    assert said[: len(arguments)] == [str(site) if word == "SITE" else word for word in arguments]
    assert (look in said) == only_look
    assert any(word.endswith(MARK) for word in said), "the mark stays at home"


@pytest.mark.skipif(not shutil.which("rsync"), reason="rsync is missing")
def test_rsync_makes_a_folder_the_same(site: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "old.html").write_text("old", "utf-8")
    assert deploy(site, f"rsync:{there}/", tmp_path, only_look=True).is_changed
    assert [path.name for path in there.iterdir()] == ["old.html"]
    deploy(site, f"rsync:{there}/", tmp_path, only_look=False)
    found = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()}
    assert found == {"index.html", "p/een/index.html"}
    assert not deploy(site, f"rsync:{there}/", tmp_path, only_look=False).is_changed


def test_a_program_that_is_missing_is_named(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        deploy(site, "s3://bucket", tmp_path, only_look=False)
    assert str(caught.value) == "archive.publish needs the program aws, which is not installed"


def test_a_program_that_fails_is_quoted(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", "rclone", 7)))
    with pytest.raises(UsageError, match=r"^rclone ended with status 7: sync; "):
        deploy(site, "rclone:host:www", tmp_path, only_look=False)
