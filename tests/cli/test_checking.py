"""Many issues are checked by a process for each processor, and come out as if by one."""

from __future__ import annotations

import threading
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

import pytest

from newsletter.cli import checking
from newsletter.cli.checking import Online, check_issues, work_on_share
from newsletter.cli.workspace import open_workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 9


@pytest.fixture
def many(workspace: Path) -> Path:
    """A workspace with a few issues, which count as many: all of one subject, and one that cannot be read."""
    for number in range(COUNT):
        add_issue(workspace, f"2026-12-{number + 1:02}-nummer-{number}", f"Nummer {number}.\n")
    add_issue(workspace, "2026-12-20-kapot", "::: tipp\n:::\n")
    return workspace


def test_shares_find_what_one_process_finds(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = open_workspace(str(many))
    alone = check_issues(workspace, workspace.all_issues(), Online())
    monkeypatch.setattr(checking, "MANY", 3)
    monkeypatch.setattr("os.cpu_count", lambda: 3)

    assert check_issues(workspace, workspace.all_issues(), Online()) == alone
    assert sum(finding.rule == "subject-repeated" for finding in alone) == COUNT + 1
    assert sum(finding.rule == "block-unknown" for finding in alone) == 1


def test_only_what_is_wanted_is_checked_beside_all_others(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = open_workspace(str(many))
    monkeypatch.setattr(checking, "MANY", 3)
    path = many / "issues" / "2026-12-03-nummer-2.md"

    found = check_issues(workspace, [path], Online())

    assert {finding.position.path for finding in found} == {"issues/2026-12-03-nummer-2.md"}
    assert "subject-repeated" in {finding.rule for finding in found}


def test_a_share_is_told_and_heard_by_its_pipe(many: Path) -> None:
    ours, theirs = Pipe()
    path = many / "issues" / "2026-12-01-nummer-0.md"
    results: list[Any] = []

    def ask() -> None:
        outlines = ours.recv()
        ours.send(((path,), outlines, Online()))
        results.extend((outlines, ours.recv()))

    asker = threading.Thread(target=ask)
    asker.start()
    work_on_share(str(many), [path], theirs)
    asker.join()

    [outlines, (checked, found)] = results
    assert [outline.slug for outline in outlines] == ["nummer-0"]
    assert checked == path
    assert found == []
