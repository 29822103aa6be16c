"""What is kept between builds: it is used, checked, and let go of."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from newsletter.archive.kept import FOLDER, FORGOTTEN_AFTER_S, open_kept
from newsletter.errors import UsageError
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


def database(root: Path) -> Path:
    return root / FOLDER / "kept.db"


def changed(root: Path, statement: str, *values: object) -> None:
    """Change what is kept behind the program's back."""
    with closing(sqlite3.connect(database(root))) as connection, connection:
        connection.execute(statement, values)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": {}}', '{"a": 1}', "null"], ids=repr)
def test_records_that_cannot_be_read_are_made_anew(text: str, root: Path, out: Path) -> None:
    before = files_in(out)
    changed(root, "update record set record = ?", text)
    assert built(root, out).read == 2
    assert files_in(out) == before
    assert built(root, out).read == 0


def spoil(root: Path) -> None:
    database(root).write_bytes(b"no database at all, but long enough to be taken for one" * 100)


def shorten(root: Path) -> None:
    database(root).write_bytes(database(root).read_bytes()[:5000])


def make_it_of_another_version(root: Path) -> None:
    changed(root, "pragma user_version = 99")


def leave_it_as_a_journal(root: Path) -> None:
    spoil(root)
    database(root).with_name("kept.db-journal").write_bytes(b"\0" * 2000)


@pytest.mark.parametrize("change", [spoil, shorten, make_it_of_another_version, leave_it_as_a_journal])
def test_a_database_that_is_none_is_made_anew(change: Callable[[Path], None], root: Path, out: Path) -> None:
    before = files_in(out)
    change(root)
    assert built(root, out).read == 2
    assert files_in(out) == before
    assert built(root, out).read == 0


def test_what_is_kept_and_spoilt_never_reaches_the_site(root: Path, out: Path) -> None:
    before = files_in(out)
    changed(root, "update content set content = ?", b"half")
    (out / "p" / "een" / "index.html").unlink()
    with pytest.raises(UsageError, match=r"kept\.db is not whole; .* newsletter archive build --full"):
        built(root, out)
    built(root, out, from_scratch=True)
    assert files_in(out) == before


def test_what_is_gone_is_made_anew(root: Path, out: Path) -> None:
    before = files_in(out)
    changed(root, "delete from content")
    assert built(root, out).read == 2
    assert files_in(out) == before


def test_another_build_that_writes_is_waited_for(root: Path, out: Path) -> None:
    add_issue(root, "2026-11-25-twee", "Andere tekst.\n")
    with closing(sqlite3.connect(database(root), check_same_thread=False, isolation_level=None)) as other:
        other.execute("begin exclusive")
        threading.Timer(0.3, other.execute, ("commit",)).start()
        assert built(root, out).read == 1


def test_faults_leave_what_was_read_for_the_next_build(root: Path, out: Path) -> None:
    add_issue(root, "2026-11-26-drie", "::: tipp\n:::\n")
    add_issue(root, "2026-11-27-vier", "Tekst.\n")
    with pytest.raises(Exception, match="tipp"):
        built(root, out)
    add_issue(root, "2026-11-26-drie", "Tekst.\n")
    assert built(root, out).read == 1


def test_what_nobody_asked_for_in_a_week_goes(root: Path, out: Path) -> None:
    recent_s = LATER.timestamp()
    long_ago_s = recent_s - FORGOTTEN_AFTER_S - 1
    for name, time_s in (("old", long_ago_s), ("recent", recent_s)):
        changed(root, "insert into content values (?, ?, ?)", name, b"text", time_s)
        changed(root, "insert into stamp values (?, ?)", name, time_s)
        changed(root, "insert into record values (?, 'key', '{}')", name)
    changed(root, "update content set kept_s = ?", long_ago_s)
    changed(root, "update content set kept_s = ? where name = 'recent'", recent_s)
    change_the_look(root)
    built(root, out)
    with closing(sqlite3.connect(database(root))) as connection:
        stamps = {stamp for (stamp,) in connection.execute("select stamp from stamp")}
        of_records = {stamp for (stamp,) in connection.execute("select distinct stamp from record")}
        names = {name for (name,) in connection.execute("select name from content")}
    assert stamps == of_records
    assert "recent" in stamps
    assert "recent" in names
    assert not {"old"} & (stamps | names)
    assert built(root, out).read == 0


def test_where_nothing_can_be_kept_it_is_told(tmp_path: Path) -> None:
    (tmp_path / ".newsletter").write_text("a file", "utf-8")
    with pytest.raises(OSError, match=r"\.newsletter"):
        open_kept(tmp_path, "stamp")
