"""Pages into a folder: all of the new site or all of the old one, and nobody else's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.archive import publish
from newsletter.errors import UsageError
from newsletter.model import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = ".newsletter-archive"
OLD = [Page("index.html", b"old"), Page("p/een/index.html", b"een"), Page("p/een/plaat.png", b"\x89PNG")]
NEW = [Page("index.html", b"new"), Page("p/twee/index.html", b"twee")]


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file but the mark, by its path."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_bytes() for name, path in files.items() if name != MARK}


def content_of(pages: list[Page]) -> dict[str, bytes]:
    return {page.path: page.content for page in pages}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the site goes; there is nothing yet, nor its folder."""
    return tmp_path / "www" / "site"


def test_the_pages_are_written_and_counted(out: Path) -> None:
    assert publish(OLD, out) == 10
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_everybody_may_read_the_site(out: Path) -> None:
    publish(OLD, out)
    assert out.stat().st_mode & 0o777 == 0o755


def test_an_empty_folder_is_taken(out: Path) -> None:
    out.mkdir(parents=True)
    publish(OLD, out)
    assert files_in(out) == content_of(OLD)


def test_a_new_site_has_no_pages_of_the_old_one(out: Path) -> None:
    publish(OLD, out)
    publish(NEW, out)
    assert files_in(out) == content_of(NEW)
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("error", [RuntimeError("half-way"), KeyboardInterrupt()], ids=["error", "interrupt"])
@pytest.mark.parametrize("pages_before_it", [0, 1, 2])
def test_what_fails_half_way_leaves_the_old_site(error: BaseException, pages_before_it: int, out: Path) -> None:
    def failing() -> Iterator[Page]:
        yield from NEW[:pages_before_it]
        raise error

    publish(OLD, out)
    with pytest.raises(type(error)):
        publish(failing(), out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_what_fails_half_way_the_first_time_leaves_nothing(out: Path) -> None:
    def failing() -> Iterator[Page]:
        yield NEW[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        publish(failing(), out)
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize("error", [OSError("no"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_what_fails_between_the_two_renames_puts_the_old_site_back(
    error: BaseException, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = type(out).rename

    def fail_for_the_new(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise error
        return rename(path, target)

    publish(OLD, out)
    monkeypatch.setattr(type(out), "rename", fail_for_the_new)
    with pytest.raises(type(error)):
        publish(NEW, out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_the_old_site_is_there_until_the_new_one_is_whole(out: Path) -> None:
    def looking() -> Iterator[Page]:
        for page in NEW:
            assert files_in(out) == content_of(OLD)
            yield page
        assert files_in(out) == content_of(OLD)

    publish(OLD, out)
    publish(looking(), out)
    assert files_in(out) == content_of(NEW)


@pytest.mark.parametrize("name", ["notes.txt", ".git/HEAD", "p/een/mine.png", MARK + "/mine"])
def test_a_folder_with_files_that_no_build_put_there_is_refused(name: str, out: Path) -> None:
    path = out / name
    path.parent.mkdir(parents=True)
    path.write_text("mine", "utf-8")
    before = files_in(out)
    with pytest.raises(UsageError, match=r"which no build put there; move it, or choose another --out"):
        publish(NEW, out)
    assert files_in(out) == before


@pytest.mark.parametrize("name", ["CNAME", ".git/HEAD", "p/een/mine.png"])
def test_files_that_were_added_to_a_built_site_are_never_lost(name: str, out: Path) -> None:
    publish(OLD, out)
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine", "utf-8")
    with pytest.raises(UsageError) as caught:
        publish(NEW, out)
    assert str(caught.value) == (f'{out} holds "{name}", which no build put there; move it, or choose another --out')
    assert files_in(out) == content_of(OLD) | {name: b"mine"}
    path.unlink()
    publish(NEW, out)
    assert files_in(out) == content_of(NEW)


def test_a_page_that_somebody_took_away_or_changed_is_no_hindrance(out: Path) -> None:
    publish(OLD, out)
    (out / "index.html").write_text("changed", "utf-8")
    (out / "p" / "een" / "index.html").unlink()
    publish(NEW, out)
    assert files_in(out) == content_of(NEW)


def test_a_link_is_refused_wherever_it_leads(out: Path, tmp_path: Path) -> None:
    publish(OLD, tmp_path / "elsewhere")
    out.parent.mkdir()
    for target in (tmp_path / "elsewhere", tmp_path / "nowhere"):
        out.symlink_to(target)
        with pytest.raises(UsageError, match="is not a folder"):
            publish(NEW, out)
        assert out.is_symlink()
        out.unlink()
    assert files_in(tmp_path / "elsewhere") == content_of(OLD)


def test_a_link_inside_a_built_site_is_refused_and_not_followed(out: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    publish(OLD, out)
    (out / "mine").symlink_to(tmp_path / "mine")
    with pytest.raises(UsageError, match="which no build put there"):
        publish(NEW, out)


def test_a_file_in_the_place_of_the_folder_is_refused(out: Path) -> None:
    out.parent.mkdir()
    out.write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="is not a folder"):
        publish(NEW, out)
    assert out.read_text("utf-8") == "mine"


@pytest.mark.parametrize("path", ["../index.html", "p/../../index.html", "/etc/motd"])
def test_a_page_that_would_leave_the_folder_is_refused(path: str, out: Path) -> None:
    publish(OLD, out)
    with pytest.raises(UsageError, match="would leave the archive's folder"):
        publish([*NEW, Page(path, b"out")], out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_the_folder_one_stands_in_can_be_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    publish(OLD, type(here)())
    assert files_in(here) == content_of(OLD)
