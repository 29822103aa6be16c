"""What is kept between builds: it is used, checked, and let go of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from newsletter.archive.kept import FOLDER, FORGOTTEN_AFTER_S, open_kept
from tests.archive.sources import LATER, built, files_in, workspace
from tests.cli.commands import TOML, add_issue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BODY = "![Een plaat](plaat.png)\n\n::: tip Een tip\nTekst.\n:::\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    add_issue(root, "2026-11-24-een", BODY)
    add_issue(root, "2026-11-25-twee", "Tekst.\n")
    Image.new("RGB", (600, 300), "navy").save(root / "issues" / "plaat.png")
    return root


@pytest.fixture
def out(root: Path, tmp_path: Path) -> Path:
    """The site, once built."""
    assert built(root, tmp_path / "site").read == 2
    return tmp_path / "site"


def test_an_issue_that_did_not_change_is_not_read_again(root: Path, out: Path) -> None:
    assert built(root, out).read == 0
    add_issue(root, "2026-11-25-twee", "Andere tekst.\n")
    assert built(root, out).read == 1


def test_a_picture_that_changed_is_noticed_and_one_that_was_only_touched_is_not(root: Path, out: Path) -> None:
    picture = root / "issues" / "plaat.png"
    os.utime(picture, (1, 1))
    assert built(root, out).read == 0
    Image.new("RGB", (600, 300), "red").save(picture)
    assert built(root, out).read == 1


def change_the_look(root: Path) -> None:
    (root / "newsletter.toml").write_text(f'{TOML}\n[theme.light]\naccent = "#0b5d1e"\n', "utf-8")


def change_a_block(root: Path) -> None:
    block = root / "templates" / "email" / "blocks" / "tip" / "web.html.j2"
    block.parent.mkdir(parents=True)
    block.write_text('<section id="{{ block.id }}"><h2>{{ block.title }}</h2>{{ block.body }}</section>', "utf-8")


@pytest.mark.parametrize("change", [change_the_look, change_a_block])
def test_what_every_issue_depends_on_is_noticed(change: Callable[[Path], None], root: Path, out: Path) -> None:
    change(root)
    assert built(root, out).read == 2


def test_a_template_of_pages_makes_pages_anew_and_reads_nothing(root: Path, out: Path) -> None:
    own = root / "templates" / "web" / "404.html.j2"
    own.parent.mkdir(parents=True)
    own.write_text("weg", "utf-8")
    again = built(root, out)
    assert again.read == 0
    assert "404.html" in again.published.made
    assert files_in(out)["404.html"] == b"weg"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": {}}', b'{"a": 1}'], ids=repr)
def test_records_that_cannot_be_read_are_made_anew(content: bytes, root: Path, out: Path) -> None:
    before = files_in(out)
    for path in (root / FOLDER).glob("records-*.json"):
        path.write_bytes(content)
    assert built(root, out).read == 2
    assert files_in(out) == before


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("half", "utf-8"), lambda path: path.unlink()])
def test_kept_files_that_are_spoilt_or_gone_never_reach_the_site(
    spoil: Callable[[Path], object], root: Path, out: Path
) -> None:
    before = files_in(out)
    for path in (root / FOLDER / "files").iterdir():
        spoil(path)
    built(root, out, from_scratch=True)
    assert files_in(out) == before


def test_faults_leave_what_was_read_for_the_next_build(root: Path, out: Path) -> None:
    add_issue(root, "2026-11-26-drie", "::: tipp\n:::\n")
    add_issue(root, "2026-11-27-vier", "Tekst.\n")
    with pytest.raises(Exception, match="tipp"):
        built(root, out)
    add_issue(root, "2026-11-26-drie", "Tekst.\n")
    assert built(root, out).read == 1


def test_what_nobody_asked_for_in_a_week_goes(root: Path, out: Path) -> None:
    files = root / FOLDER / "files"
    old = files / "0123"
    old.write_text("old", "utf-8")
    long_ago = LATER.timestamp() - FORGOTTEN_AFTER_S - 1
    os.utime(old, (long_ago, long_ago))
    stale = root / FOLDER / "records-of-long-ago.json"
    stale.write_text("{}", "utf-8")
    os.utime(stale, (long_ago, long_ago))
    recent = files / "4567"
    recent.write_text("recent", "utf-8")
    os.utime(recent, (LATER.timestamp(), LATER.timestamp()))
    change_the_look(root)
    built(root, out)
    assert not old.exists()
    assert not stale.exists()
    assert recent.exists()
    assert built(root, out).read == 0


def test_where_nothing_can_be_kept_it_is_told(tmp_path: Path) -> None:
    (tmp_path / ".newsletter").write_text("a file", "utf-8")
    with pytest.raises(OSError, match=r"\.newsletter"):
        open_kept(tmp_path, "stamp")
