"""An issue's file: its name is its address, its pictures stand beside it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import IssueError
from newsletter.issue import read_issue, slug_of
from tests.issue.drafts import FRONT, HOUSE, ROOT

if TYPE_CHECKING:
    from pathlib import Path


def read_faults(path: Path) -> list[str]:
    with pytest.raises(IssueError) as caught:
        read_issue(path, "issues/x.md", HOUSE)
    return [str(finding) for finding in caught.value.findings]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an issue, with a picture in it and one beside it."""
    path = tmp_path / "2026-11-24-proef"
    (path / "beeld").mkdir(parents=True)
    (path / "beeld" / "wafer.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    return path


def test_an_issue_in_a_folder_finds_the_pictures_in_it(folder: Path) -> None:
    path = folder / "issue.md"
    path.write_text(FRONT + '![a](beeld/wafer.png)\n::: image {src="beeld/wafer.png" alt="b"}\n:::\n', encoding="utf-8")
    issue = read_issue(path, "issues/x.md", HOUSE)

    assert (issue.slug, issue.path) == ("proef", "issues/x.md")
    assert issue.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_picture_that_is_not_there_is_told(folder: Path) -> None:
    path = folder / "issue.md"
    path.write_text(FRONT + "![a](weg.png) ![b](beeld.png)\n", encoding="utf-8")
    (folder / "beeld.png").mkdir()
    assert read_faults(path) == [
        'issues/x.md:5:6: the picture "weg.png" does not stand beside the issue',
        'issues/x.md:5:20: the picture "beeld.png" does not stand beside the issue',
    ]


def test_a_link_of_the_file_system_does_not_lead_out_of_the_folder(folder: Path) -> None:
    path = folder / "issue.md"
    path.write_text(FRONT + "![a](inside.png) ![b](outside.png) ![c](round.png)\n", encoding="utf-8")
    (folder / "inside.png").symlink_to(folder / "beeld" / "wafer.png")
    (folder / "outside.png").symlink_to(folder.parent / "secret.png")
    (folder / "round.png").symlink_to(folder / "round.png")
    assert read_faults(path) == [
        'issues/x.md:5:23: the picture "outside.png" does not stand beside the issue',
        'issues/x.md:5:41: the picture "round.png" does not stand beside the issue',
    ]


def test_a_file_too_large_is_told_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "groot.md"
    with path.open("wb") as file:
        file.truncate(1024**4)
    assert read_faults(path) == ["issues/x.md: the issue is larger than 256 KiB; pictures belong beside it, as files"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert read_faults(tmp_path / "weg.md") == ["issues/x.md: cannot be read: No such file or directory"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "map.md").mkdir()
    assert read_faults(tmp_path / "map.md") == ["issues/x.md: cannot be read: Is a directory"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("2026-11-24-asml.md", "asml"),
        ("asml.md", "asml"),
        ("2026-11-24-asml/issue.md", "asml"),
        ("2026-11-24-2026-11-25-x.md", "2026-11-25-x"),
        ("2026-11-24.md", "2026-11-24"),
        ("gpt-5.md", "gpt-5"),
        ("issue.txt", "issue"),
    ],
)
def test_a_slug_is_the_name_without_its_date(tmp_path: Path, name: str, slug: str) -> None:
    assert slug_of(tmp_path / name) == slug


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("2026-11-24-Café open.md", 'the name "Café open" becomes the issue\'s address; call it "cafe-open"'),
        ("a--b.md", 'the name "a--b" becomes the issue\'s address; call it "a-b"'),
        ("2026-11-24-👩‍💻/issue.md", 'the name "👩\\u200d💻" becomes the issue\'s address; call it "a-name"'),
        ("2026-11-24-..md", 'the name "." becomes the issue\'s address; call it "a-name"'),
    ],
)
def test_a_name_that_is_no_address_is_refused_with_a_better_one(name: str, told: str) -> None:
    with pytest.raises(IssueError) as caught:
        slug_of(ROOT / name, f"issues/{name}")
    assert str(caught.value) == f"issues/{name}: {told}"


def test_a_name_is_shown_as_it_was_given_where_nothing_else_is_said(tmp_path: Path) -> None:
    with pytest.raises(IssueError, match=r"/A\.md: the name"):
        slug_of(tmp_path / "A.md")
