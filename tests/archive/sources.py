"""Issues in a workspace, and the archive that comes of them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import html

from newsletter.archive import MARK, Order, build
from newsletter.config import load
from newsletter.issue import House
from newsletter.render import open_theme
from tests.cli.commands import TOML

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from newsletter.archive import Built

ROOT = Path(__file__).parents[2]
LATER = datetime(2030, 1, 1, tzinfo=UTC)
"""When every issue of these tests is out."""
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


def built(root: Path, out: Path, **options: bool) -> Built:
    """Build the archive of a workspace, of all issues, drafts too, unless the `options` of the order say otherwise."""
    settings, theme = load(root, {}), open_theme(root)
    newsletter = settings.newsletter
    house = House(newsletter.language, newsletter.languages, newsletter.timezone, theme.kinds)
    wanted = {"with_drafts": True, "with_search": False} | options
    order = Order(out, LATER.astimezone(newsletter.timezone), **wanted)
    return build(
        order, (settings, theme, house), lambda path: path.relative_to(settings.root).as_posix(), lambda *_: None
    )


def files_in(out: Path) -> dict[str, bytes]:
    """Return every file of a built site but its mark."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if name != MARK}


def site_of(root: Path, **options: bool) -> Site:
    """Make the archive of all issues of a workspace."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        built(root, out, **options)
        return Site(files_in(out))
