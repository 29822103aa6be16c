"""Which files are issues, and which one a person means."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import UsageError
from newsletter.issue.find import days_of, find_issue, list_issues

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with four issues, one of them in a folder, and files that are none."""
    issues = tmp_path / "issues"
    for name in ("2026-11-20-eerste.md", "2026-11-24-asml.md", "2026-12-01-next.md", "welcome.md", "2026-13-40-no.md"):
        issues.mkdir(exist_ok=True)
        (issues / name).write_text("x")
    (issues / "2026-11-27-folder").mkdir()
    (issues / "2026-11-27-folder" / "issue.md").write_text("x")
    (issues / "pictures").mkdir()
    return tmp_path


def found(root: Path, name: str, today: date = TODAY) -> str:
    return find_issue(root, name, root, today).relative_to(root).as_posix()


def test_issues_are_the_dated_files_and_folders_oldest_first(root: Path) -> None:
    assert [path.relative_to(root / "issues").as_posix() for path in list_issues(root)] == [
        "2026-11-20-eerste.md",
        "2026-11-24-asml.md",
        "2026-11-27-folder/issue.md",
        "2026-12-01-next.md",
    ]


def test_a_workspace_without_issues_has_none(tmp_path: Path) -> None:
    assert list_issues(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("asml", "issues/2026-11-24-asml.md"),
        ("2026-11-24-asml", "issues/2026-11-24-asml.md"),
        ("issues/2026-11-24-asml.md", "issues/2026-11-24-asml.md"),
        ("issues/welcome.md", "issues/welcome.md"),
        ("issues/2026-11-27-folder", "issues/2026-11-27-folder/issue.md"),
        ("folder", "issues/2026-11-27-folder/issue.md"),
        ("latest", "issues/2026-11-24-asml.md"),
        ("next", "issues/2026-11-27-folder/issue.md"),
    ],
)
def test_an_issue_is_found_by_what_people_call_it(root: Path, name: str, path: str) -> None:
    assert found(root, name) == path


def test_a_path_counts_from_here_before_it_counts_from_the_workspace(root: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "draft.md").write_text("x")
    (root / "draft.md").write_text("x")
    assert find_issue(root, "draft.md", here, TODAY) == here / "draft.md"


@pytest.mark.parametrize(
    ("name", "today", "message"),
    [
        ("asmll", TODAY, 'there is no issue "asmll" in issues/ (did you mean "asml"?)'),
        ("latest", date(2026, 1, 1), "there is no latest issue in issues/: none is dated up to 2026-01-01"),
        ("next", date(2027, 1, 1), "there is no next issue in issues/: none is dated after 2027-01-01"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(root: Path, name: str, today: date, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(root, name, today)
    assert str(caught.value) == message


def test_a_name_that_no_file_can_have_is_no_issue(root: Path) -> None:
    with pytest.raises(UsageError, match="there is no issue"):
        found(root, "x" * 5000)


def test_of_two_issues_with_one_name_the_newest_is_meant(root: Path) -> None:
    (root / "issues" / "2027-01-05-asml.md").write_text("x")
    assert found(root, "asml") == "issues/2027-01-05-asml.md"


def test_a_path_may_be_absolute(root: Path) -> None:
    path = root / "issues" / "welcome.md"
    assert find_issue(root, str(path), root / "issues", TODAY) == path


def test_a_workspace_with_many_issues_names_twenty_of_them(root: Path) -> None:
    for number in range(40):
        (root / "issues" / f"2025-01-01-brief-{number:02}.md").write_text("x")
    with pytest.raises(UsageError) as caught:
        found(root, "zzz")
    names = ", ".join(["asml", *(f"brief-{number:02}" for number in range(19))])
    assert str(caught.value) == f'there is no issue "zzz" in issues/ (there is {names}, …)'


def test_without_any_issue_there_is_nothing_to_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        found(tmp_path, "zzz")
    assert str(caught.value) == 'there is no issue "zzz" in issues/'


def test_the_days_of_issues_are_those_in_their_names(root: Path) -> None:
    assert days_of([*list_issues(root)[:2], root / "issues" / "welcome.md"]) == [date(2026, 11, 20), date(2026, 11, 24)]
