"""Pages that belong to no day, and old addresses that lead to new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.errors import ConfigError, IssueError
from tests.archive.sources import PICTURE, site_of, workspace
from tests.cli.commands import TOML, add_issue, issue_text

if TYPE_CHECKING:
    from pathlib import Path


def add_page(root: Path, name: str, body: str = "Wij zijn *wij*.\n", **front: str) -> None:
    (root / "pages").mkdir(exist_ok=True)
    text = issue_text(body, **({"subject": '"Over ons"', "status": "ready"} | front))
    (root / "pages" / f"{name}.md").write_text(text, "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    add_issue(root, body="Tekst.\n")
    return root


def test_a_page_has_an_address_of_its_own_and_a_link_at_the_foot_of_every_other(root: Path) -> None:
    add_page(root, "over", "![Wij](wij.png)\n\n::: note Let op\nZo is het.\n:::\n")
    (root / "pages" / "wij.png").write_bytes(PICTURE)
    site = site_of(root)
    page = site.page("over/index.html")
    assert page.findtext(".//h1") == "Over ons"
    assert page.findtext("head/title") == "Over ons · Proef"
    assert "Zo is het." in page.text_content()
    assert f"over/{page.cssselect('article img')[0].get('src')}" in site.files
    assert b"https://proef.example/over/" in site.files["sitemap.xml"]
    for path, other in site.pages.items():
        links = [link.get("href") for link in other.xpath("//footer//a[text()='Over ons']")]
        assert len(links) == 1, path


def test_a_page_is_no_issue(root: Path) -> None:
    add_page(root, "over", date="2020-01-01")
    site = site_of(root)
    assert "p/over/index.html" not in site.files
    assert "issues/2020/index.html" not in site.files
    assert b"Over ons" not in site.files["feed.xml"]


def test_a_page_may_be_a_draft(root: Path) -> None:
    add_page(root, "over", status="draft")
    assert "over/index.html" not in site_of(root, with_drafts=False).files


@pytest.mark.parametrize("name", ["issues", "p", "search", "tips"])
def test_a_page_cannot_take_the_place_of_one_of_the_archive(name: str, root: Path) -> None:
    add_issue(root, "2026-11-25-tip", "::: tip Een tip\nTekst.\n:::\n")
    add_page(root, name)
    with pytest.raises(IssueError) as caught:
        site_of(root)
    assert str(caught.value) == (
        f'pages/{name}.md: the archive has a page "/{name}/" of its own; call this one something else'
    )


def test_a_mistake_in_a_page_is_told_at_its_line(root: Path) -> None:
    add_page(root, "over", "::: tipp\n:::\n")
    with pytest.raises(IssueError, match=r'^pages/over\.md:\d+:5: unknown block "tipp"'):
        site_of(root)


def redirecting(tmp_path: Path, *lines: str) -> Path:
    root = workspace(tmp_path / "moved", "\n".join([TOML, "[archive.redirects]", *lines, ""]))
    add_issue(root, body="Tekst.\n")
    return root


def test_an_old_address_leads_to_the_new_one(tmp_path: Path) -> None:
    root = redirecting(tmp_path, '"/p/oud" = "/p/proef/"', '"/oud.html" = "https://elders.example/x"', '"/a/b/" = "/"')
    site = site_of(root)
    targets = {}
    for path in ("p/oud/index.html", "oud.html", "a/b/index.html"):
        page = site.page(path)
        (refresh,) = page.cssselect("meta[http-equiv=refresh]")
        assert page.cssselect("meta[name=robots]")[0].get("content") == "noindex"
        targets[path] = page.cssselect("link[rel=canonical]")[0].get("href")
        assert refresh.get("content") == f"0; url={targets[path]}"
        assert page.cssselect("a")[0].get("href") == targets[path]
    assert targets == {
        "p/oud/index.html": "https://proef.example/p/proef/",
        "oud.html": "https://elders.example/x",
        "a/b/index.html": "https://proef.example/",
    }
    assert site.files["_redirects"].decode().splitlines() == [
        "/p/oud /p/proef/ 301",
        "/oud.html https://elders.example/x 301",
        "/a/b/ / 301",
    ]
    assert b"/oud" not in site.files["sitemap.xml"]


def test_a_page_that_there_is_cannot_lead_away(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        site_of(redirecting(tmp_path, '"/p/proef/" = "/"'))
    assert str(caught.value) == (
        'newsletter.toml: archive.redirects: "/p/proef/" is a page of the archive; a page cannot lead away from itself'
    )
