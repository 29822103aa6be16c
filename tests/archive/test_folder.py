"""Pages into a folder: all of the new site or all of the old one, and nobody else's files."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from newsletter.archive import folder
from newsletter.archive.folder import MARK, Planned, Published
from newsletter.errors import UsageError
from tests.archive.folders import ERRORS, NEW, OLD, content_of, files_in, never, planned, publish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the site goes; there is nothing yet, nor its folder."""
    return tmp_path / "www" / "site"


def test_the_pages_are_written_and_counted(out: Path) -> None:
    assert publish(OLD, out).size == 10
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


def failing(error: BaseException) -> Planned:
    def make() -> bytes:
        raise error

    return Planned("p/drie/index.html", "a key", make)


@ERRORS
@pytest.mark.parametrize("pages_before_it", [0, 1, 2])
def test_what_fails_half_way_leaves_the_old_site(error: BaseException, pages_before_it: int, out: Path) -> None:
    publish(OLD, out)
    with pytest.raises(type(error)):
        publish([*NEW[:pages_before_it], failing(error), *NEW[pages_before_it:]], out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_what_fails_half_way_the_first_time_leaves_nothing(out: Path) -> None:
    with pytest.raises(RuntimeError):
        publish([NEW[0], failing(RuntimeError())], out)
    assert list(out.parent.iterdir()) == []


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system on which two folders cannot change places in one step."""
    monkeypatch.setattr(folder, "exchange", lambda _first, _second: False)


@ERRORS
@pytest.mark.usefixtures("without_exchange")
def test_what_fails_between_two_renames_puts_the_old_site_back(
    error: BaseException, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = type(out).rename

    def fail_for_the_new(path: Path, target: Path) -> Path:
        if path.name.endswith(".building"):
            raise error
        return rename(path, target)

    publish(OLD, out)
    monkeypatch.setattr(type(out), "rename", fail_for_the_new)
    with pytest.raises(type(error)):
        publish(NEW, out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.usefixtures("without_exchange")
def test_without_an_exchange_the_new_site_takes_the_place_in_two_steps(out: Path) -> None:
    publish(OLD, out)
    publish(NEW, out)
    assert files_in(out) == content_of(NEW)
    assert list(out.parent.iterdir()) == [out]


def test_what_was_cut_short_between_the_two_steps_is_put_right_by_the_next_build(out: Path) -> None:
    publish(OLD, out)
    out.rename(out.with_name(".site.before"))
    assert publish(OLD, out).made == ()
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize("name", [".site.building", ".site.before", ".site.part"])
@pytest.mark.parametrize("is_empty", [True, False], ids=["empty", "full"])
def test_what_a_killed_build_left_goes_with_the_next(name: str, *, is_empty: bool, out: Path) -> None:
    publish(OLD, out)
    left = out.with_name(name)
    left.mkdir()
    if not is_empty:
        (left / MARK).write_text("x", "utf-8")
        (left / "index.html").write_text("half", "utf-8")
    publish(NEW, out)
    assert files_in(out) == content_of(NEW)
    assert list(out.parent.iterdir()) == [out]


def test_the_old_site_is_there_until_the_new_one_is_whole(out: Path) -> None:
    def looking() -> bytes:
        assert files_in(out) == content_of(OLD)
        return b"looked"

    publish(OLD, out)
    publish([*NEW, Planned("last.html", "a key", looking)], out)
    assert files_in(out) == content_of(NEW) | {"last.html": b"looked"}


def test_what_would_be_made_of_the_same_is_not_made_again(out: Path) -> None:
    publish(OLD, out)
    inode = (out / "p/een/index.html").stat().st_ino
    same = [Planned(page.path, page.key, never) for page in OLD[1:]]
    published = publish([*same, planned("index.html", b"new")], out)
    assert (published.made, published.removed) == (("index.html",), ())
    assert (out / "p/een/index.html").stat().st_ino == inode
    assert files_in(out) == content_of(OLD) | {"index.html": b"new"}


def test_where_nothing_changed_the_site_is_not_touched(out: Path) -> None:
    publish(OLD, out)
    before = out.stat()
    published = publish([Planned(page.path, page.key, never) for page in OLD], out)
    assert (published.made, published.removed, published.size) == ((), (), 10)
    assert (out.stat().st_ino, out.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_page_that_comes_out_as_it_was_is_not_called_new(out: Path) -> None:
    publish(OLD, out)
    published = publish([Planned("index.html", "another key", lambda: b"old"), *OLD[1:]], out)
    assert published.made == ()


def test_what_stays_below_a_folder_stays_unless_it_was_changed(out: Path) -> None:
    publish([*OLD, planned("search/a", b"a"), planned("search/b", b"b")], out)
    with folder.only_one(out):
        folder.publish(NEW, out, lambda *_: None, stays_below="search/")
        assert files_in(out) == content_of(NEW) | {"search/a": b"a", "search/b": b"b"}
        (out / "search" / "b").write_text("changed", "utf-8")
        folder.publish(OLD, out, lambda *_: None, stays_below="search/")
    assert files_in(out) == content_of(OLD)


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "spare"


def publish_with(spare: Path, pages: list[Planned], out: Path) -> Published:
    with folder.only_one(out) as place:
        return folder.publish(pages, place, lambda *_: None, spare=spare)


def test_the_site_before_is_kept_and_the_next_is_made_of_it(out: Path, spare: Path) -> None:
    first = [*OLD, planned("p/vier/index.html", b"vier")]
    publish_with(spare, first, out)
    assert not spare.exists()
    publish_with(spare, NEW, out)
    assert (files_in(out), files_in(spare)) == (content_of(NEW), content_of(first))
    inode = (spare / "p" / "een").stat().st_ino
    published = publish_with(spare, OLD, out)
    assert published.removed == ("p/twee/index.html",)
    assert (files_in(out), files_in(spare)) == (content_of(OLD), content_of(NEW))
    assert (out / "p" / "een").stat().st_ino == inode, "its folders are those of the site before the last"
    assert not (out / "p" / "vier").exists()
    assert list(out.parent.iterdir()) == [out]


def test_nothing_that_is_written_reaches_the_old_site_through_a_link(out: Path, spare: Path) -> None:
    for pages in (OLD, [OLD[0], *NEW[1:]], OLD):
        publish_with(spare, pages, out)
    publish_with(spare, [planned("index.html", b"newest"), *OLD[1:]], out)
    assert files_in(out) == content_of(OLD) | {"index.html": b"newest"}
    assert files_in(spare)["index.html"] == b"old"


@pytest.mark.parametrize("how", ["unfinished", "a file gone", "a file changed", "no mark"])
def test_a_spare_that_is_not_whole_does_no_harm(how: str, out: Path, spare: Path) -> None:
    for pages in (OLD, NEW):
        publish_with(spare, pages, out)
    if how == "unfinished":
        (spare / MARK).write_text("Built by newsletter\n", "utf-8")
    elif how == "no mark":
        (spare / MARK).unlink()
    elif how == "a file gone":
        (spare / "p" / "een" / "index.html").unlink()
    else:
        (spare / "p" / "een" / "index.html").write_text("changed", "utf-8")
    publish_with(spare, OLD, out)
    assert files_in(out) == content_of(OLD)


def test_what_fails_half_way_leaves_the_old_site_beside_a_spare(out: Path, spare: Path) -> None:
    for pages in (OLD, NEW):
        publish_with(spare, pages, out)
    with pytest.raises(RuntimeError):
        publish_with(spare, [*OLD, failing(RuntimeError())], out)
    assert files_in(out) == content_of(NEW)
    publish_with(spare, OLD, out)
    assert files_in(out) == content_of(OLD)


def test_the_second_of_two_builds_waits_for_the_first(out: Path) -> None:
    begun, order = threading.Event(), list[str]()

    def second() -> None:
        begun.set()
        publish(NEW, out)
        order.append("second")

    with folder.only_one(out):
        other = threading.Thread(target=second)
        other.start()
        begun.wait()
        folder.publish(OLD, out, lambda *_: None)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
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
        publish([*NEW, planned(path, b"out")], out)
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


def test_the_folder_one_stands_in_can_be_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    publish(OLD, type(here)())
    assert files_in(here) == content_of(OLD)
