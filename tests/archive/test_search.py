"""The index of the search: when it is made, and that the same pages give the same one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.archive.sources import built, files_in, site_of, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    for day in range(1, 6):
        add_issue(root, f"2026-11-0{day}-nummer-{day}", f"Een woord over kernfusie nummer {day}.\n")
    return root


def index_in(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith("search/")}


def test_the_index_is_made_of_the_issues_and_the_pages_have_a_box(root: Path) -> None:
    site = site_of(root, with_search=True)
    index = index_in(site.files)
    assert {"search/pagefind.js", "search/pagefind-entry.json"} <= set(index)
    assert not [path for path in index if "ui" in path]
    assert len([path for path in index if path.startswith("search/fragment/")]) == 5
    for path, page in site.pages.items():
        (form,) = page.cssselect("form[role=search]")
        assert str(form.get("action")).endswith("issues/"), path
        assert [box.get("name") for box in form.cssselect("input[type=search]")] == ["q"]


def test_without_it_there_is_neither(root: Path) -> None:
    site = site_of(root, with_search=False)
    assert index_in(site.files) == {}
    assert all(page.cssselect(".search") == [] for page in site.pages.values())


def test_the_same_pages_give_the_same_index(root: Path) -> None:
    assert index_in(site_of(root, with_search=True).files) == index_in(site_of(root, with_search=True).files)


def test_it_is_made_again_only_where_what_can_be_found_has_changed(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    first = built(root, out, with_search=True)
    assert [path for path in first.published.made if path.startswith("search/")]
    assert built(root, out, with_search=True).published.made == ()
    add_issue(root, "2026-11-03-nummer-3", "Een woord over windmolens.\n")
    made = built(root, out, with_search=True).published.made
    assert "p/nummer-3/index.html" in made
    assert [path for path in made if path.startswith("search/fragment/")]
    assert index_in(files_in(out)) == index_in(site_of(root, with_search=True).files)


def test_it_goes_with_the_last_issue(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built(root, out, with_search=True)
    shutil.rmtree(root / "issues")
    built(root, out, with_search=True)
    assert index_in(files_in(out)) == {}


def test_one_that_was_tampered_with_is_made_anew(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built(root, out, with_search=True)
    before = files_in(out)
    (out / "search" / "pagefind.js").write_text("changed", "utf-8")
    built(root, out, with_search=True)
    assert files_in(out) == before
