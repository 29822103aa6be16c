"""Which issues are on the same subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.archive.sources import Site, site_of, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    for day, tags in (
        ("11-01", "chips, geld"), ("11-02", "chips"), ("11-03", "werk"), ("11-04", "chips, geld"), ("11-05", "chips"),
        ("11-06", "geld"), ("11-07", "chips, geld"),
    ):  # fmt: skip
        add_issue(root, f"2026-{day}-{day}", "Tekst.\n", tags=f"[{tags}]")
    add_issue(root, "2026-11-04-en", "Text.\n", tags="[chips, geld]", language="en")
    return root


def named(site: Site, slug: str) -> list[str]:
    """The issues that a page names below its own as being on the same subject, by their slugs."""
    links = site.issue(slug).cssselect("main > .issues h3 a")
    return [str(link.get("href")).split("/")[-2] for link in links]


def test_those_that_share_most_tags_come_first_and_then_the_newest(root: Path) -> None:
    site = site_of(root)
    assert named(site, "11-07") == ["11-04", "11-01", "11-05"]  # and not 11-06, to which it leads anyway
    assert named(site, "11-05") == ["11-04", "11-02", "11-01"]


def test_only_older_ones_in_its_own_language_are_named(root: Path) -> None:
    site = site_of(root)
    assert (named(site, "en"), named(site, "11-01")) == ([], [])
    assert site.issue("11-03").xpath("//h2[.='Over hetzelfde']") == []
    assert len(site.issue("11-07").xpath("//h2[.='Over hetzelfde']")) == 1


def test_a_new_issue_changes_no_page_but_the_newest(root: Path) -> None:
    before = site_of(root)
    add_issue(root, "2026-11-08-nieuw", "Tekst.\n", tags="[chips, geld]")
    after = site_of(root)
    changed = {path for path, content in before.files.items() if path.startswith("p/") and after.files[path] != content}
    assert changed == {"p/11-07/index.html"}  # which has a newer one now
    assert named(after, "nieuw") == ["11-04", "11-01", "11-06"]
