"""A part of a site, such as the index of its search: it changes places by itself, and the rest stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.archive import folder
from newsletter.archive.folder import Planned, Published
from tests.archive.folders import ERRORS, OLD, content_of, files_in, never, publish

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the site goes; there is nothing yet, nor its folder."""
    return tmp_path / "www" / "site"


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system on which two folders cannot change places in one step."""
    monkeypatch.setattr(folder, "exchange", lambda _first, _second: False)


def replaced(site: Published, out: Path, files: dict[str, bytes], key: str = "a-key") -> Published:
    """Let the site have these files below `search/`."""
    fresh = out.parent.parent / "fresh"
    for name, content in files.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(content)
    return folder.replace_below(site, out, "search/", fresh, key)


def test_a_part_of_the_site_changes_and_the_rest_stays_where_it_is(out: Path) -> None:
    site = publish(OLD, out)
    page, rest = (out / "index.html").stat().st_ino, content_of(OLD)
    first = replaced(site, out, {"a": b"a", "b/c": b"bc"})
    assert (first.made, first.removed, first.size) == ((*site.made, "search/a", "search/b/c"), (), 13)
    assert first.keys_below("search/") == {"a-key"}
    assert files_in(out) == rest | {"search/a": b"a", "search/b/c": b"bc"}
    again = publish(OLD, out)
    then = replaced(again, out, {"a": b"a"})
    assert files_in(out) == rest | {"search/a": b"a"}
    assert (out / "index.html").stat().st_ino == page
    assert list(out.parent.iterdir()) == [out]
    with folder.only_one(out):
        same = folder.publish([Planned(one.path, one.key, never) for one in OLD], out, print, stays_below="search/")
    assert same.files == then.files


def test_of_a_part_that_changes_what_is_the_same_is_not_called_new(out: Path) -> None:
    first = replaced(publish(OLD, out), out, {"a": b"a", "b": b"b"})
    with folder.only_one(out):
        site = folder.publish(OLD, out, print, stays_below="search/")
    then = replaced(site, out, {"a": b"a", "c": b"c"}, "another-key")
    assert (then.made, then.removed) == (("search/c",), ("search/b",))
    assert then.files["search/a"].digest == first.files["search/a"].digest


@ERRORS
def test_what_is_cut_short_while_a_part_changes_is_no_hindrance(
    error: BaseException, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = replaced(publish(OLD, out), out, {"a": b"a", "b": b"b"})

    def fail(_first: Path, _second: Path) -> bool:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(folder, "exchange", fail)
        with pytest.raises(type(error)):
            replaced(site, out, {"c": b"c"}, "another-key")
    assert files_in(out) == content_of(OLD) | {"search/a": b"a", "search/b": b"b"}
    with folder.only_one(out):
        again = folder.publish(OLD, out, print, stays_below="search/")
    assert again.keys_below("search/") == set(), "nobody can tell any more whether it is whole"
    assert files_in(out) == content_of(OLD)
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.usefixtures("without_exchange")
def test_without_an_exchange_a_part_changes_in_two_steps(out: Path) -> None:
    for files in ({"a": b"a"}, {"b": b"b"}):
        replaced(publish(OLD, out), out, files)
        assert files_in(out) == content_of(OLD) | {f"search/{name}": content for name, content in files.items()}
        assert list(out.parent.iterdir()) == [out]
