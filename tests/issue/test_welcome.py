"""The welcome mail: written as an issue is, and none."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import IssueError, UsageError
from newsletter.issue import read_issue, slug_of
from newsletter.issue.find import find_issue, find_welcome, list_issues
from newsletter.issue.names import is_welcome
from tests.issue.drafts import HOUSE

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)


def write(root: Path, name: str, front: str = "subject: Welkom") -> Path:
    path = root / "issues" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\nFijn.\n", "utf-8")
    return path


def test_it_needs_no_date(tmp_path: Path) -> None:
    issue = read_issue(write(tmp_path, "welcome.md"), "issues/welcome.md", HOUSE)
    assert (issue.slug, issue.date, issue.language) == ("welcome", date.min, "nl")
    assert (issue.form.on_web, issue.form.can_leave) == (False, True)


def test_it_may_have_one_and_a_subject_it_must_have(tmp_path: Path) -> None:
    path = write(tmp_path, "welcome.md", "date: 2026-11-24")
    with pytest.raises(IssueError, match=r"^issues/welcome\.md:1:1: the front matter has no subject; add `subject: "):
        read_issue(path, "issues/welcome.md", HOUSE)
    dated = write(tmp_path, "welcome.md", "subject: Hi\ndate: 2026-11-24")
    assert read_issue(dated, "issues/welcome.md", HOUSE).date == TODAY


def test_its_name_says_its_language(tmp_path: Path) -> None:
    issue = read_issue(write(tmp_path, "welcome.en.md"), "issues/welcome.en.md", HOUSE)
    assert (issue.slug, issue.language) == ("welcome", "en")


def test_an_issue_that_welcomes_is_an_issue(tmp_path: Path) -> None:
    path = write(tmp_path, "2026-11-24-welcome.md", "subject: Welkom\ndate: 2026-11-24")
    assert (slug_of(path), is_welcome(path)) == ("welcome", False)
    assert read_issue(path, "issues/x.md", HOUSE).form.on_web


def test_it_is_found_by_its_name_and_is_in_no_list(tmp_path: Path) -> None:
    for name in ("welcome.md", "welcome.en/issue.md", "notes.md"):
        path = write(tmp_path, name)
        if name != "notes.md":
            called = path.parent.name if path.name == "issue.md" else path.stem
            assert find_issue(tmp_path, called, tmp_path, TODAY) == path
    assert list_issues(tmp_path) == []
    with pytest.raises(UsageError):
        find_issue(tmp_path, "notes", tmp_path, TODAY)


def test_each_language_has_its_own_and_the_newsletters_needs_no_name(tmp_path: Path) -> None:
    assert find_welcome(tmp_path, "nl", "nl") is None
    usual = write(tmp_path, "welcome.md")
    assert find_welcome(tmp_path, "nl", "nl") == usual
    assert find_welcome(tmp_path, "en", "nl") is None
    english = write(tmp_path, "welcome.en.md")
    assert find_welcome(tmp_path, "en", "nl") == english
    named = write(tmp_path, "welcome.nl/issue.md")
    assert find_welcome(tmp_path, "nl", "nl") == named
