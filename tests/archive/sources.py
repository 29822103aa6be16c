"""Issues in a workspace, and the archive that comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html

from newsletter.archive import Source, site_pages
from newsletter.config import load
from newsletter.issue import House, read_issue
from newsletter.issue.find import list_issues
from newsletter.render import open_theme
from tests.cli.commands import TOML

if TYPE_CHECKING:
    from lxml.html import HtmlElement

ROOT = Path(__file__).parents[2]
PICTURE = (ROOT / "issues" / "asml-cover.png").read_bytes()


@dataclass(frozen=True, slots=True)
class Site:
    """The files of an archive by their paths."""

    files: dict[str, bytes]

    def page(self, path: str) -> HtmlElement:
        return html.document_fromstring(self.files[path])

    def issue(self, slug: str) -> HtmlElement:
        return self.page(f"p/{slug}/index.html")

    @property
    def pages(self) -> dict[str, HtmlElement]:
        return {path: self.page(path) for path in self.files if path.endswith(".html")}


def workspace(root: Path, toml: str = TOML) -> Path:
    """Make a workspace without issues."""
    root.mkdir(exist_ok=True)
    (root / "newsletter.toml").write_text(toml, "utf-8")
    return root


def sources(root: Path) -> list[Source]:
    """Read all issues of a workspace, drafts too."""
    settings = load(root, {})
    newsletter = settings.newsletter
    house = House(newsletter.language, newsletter.languages, newsletter.timezone, open_theme(root).kinds)
    return [Source(read_issue(path, path.relative_to(root).as_posix(), house), path) for path in list_issues(root)]


def site_of(root: Path) -> Site:
    """Make the archive of all issues of a workspace."""
    pages = list(site_pages(sources(root), open_theme(root), load(root, {})))
    files = {page.path: page.content for page in pages}
    assert len(files) == len(pages), "a file is made twice"
    return Site(files)
