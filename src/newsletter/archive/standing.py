"""Pages that belong to no day, such as about and privacy; and old addresses that lead to new ones.

A page is a file `pages/NAME.md`, written as an issue is: its subject is the title, and every block can stand in it.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from newsletter.errors import ConfigError, IssueError
from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from newsletter.archive.folder import Planned
    from newsletter.archive.press import Press
    from newsletter.archive.record import Record

FOLDER = "pages"

_TAKEN = frozenset({"assets", "en", "episodes", "issues", "nl", "p", "search", "subscribe", "tags", "u", "preferences"})
"""What stands at the top of the site besides."""


def list_pages(root: Path) -> list[Path]:
    """Return the files of the pages of a workspace."""
    return sorted((root / FOLDER).glob("*.md"))


def seen_pages(records: Sequence[Record]) -> list[SimpleNamespace]:
    """Return what every page's foot says of these."""
    return [SimpleNamespace(title=record.subject, path=f"{record.slug}/") for record in records]


def plan_pages(press: Press, records: Sequence[Record], shown: Callable[[str], str]) -> Iterator[Planned]:
    """Plan the pages, each with the pictures beside it; `shown` is a path as messages name it.

    Raises:
        IssueError: a page has the name of something else at the top of the site.
    """
    for record in records:
        if record.slug in _TAKEN or f"{record.slug}/" in {f"{name}/" for name in press.common["nav"]}:
            message = f"the archive has a page {quoted(f'/{record.slug}/')} of its own; call this one something else"
            raise IssueError([Finding(Position(shown(record.path)), message, "issue-name")])
        context = {"title": record.subject, "summary": record.preheader}
        path = f"{record.slug}/index.html"
        yield press.page(path, "web/page.html.j2", context, language=record.language, article=record.article)
        yield from press.copies([(f"{record.slug}/{file.name}", file.digest) for file in record.files])


def plan_redirects(press: Press, taken: Collection[str]) -> Iterator[Planned]:
    """Plan a page for each old address, and the file `_redirects`, which some hosts read; `taken` are the site's files.

    Raises:
        ConfigError: an old address is that of a page that there is.
    """
    redirects = press.settings.archive.redirects
    findings = []
    for old, new in redirects:
        path = _file_at(old)
        if path in taken:
            message = f"archive.redirects: {quoted(old)} is a page of the archive; a page cannot lead away from itself"
            findings.append(Finding(Position("newsletter.toml"), message, "config-value"))
        target = f"{press.site}{new}" if new.startswith("/") else new
        yield press.page(path, "web/redirect.html.j2", {"target": target, "canonical": target})
    if findings:
        raise ConfigError(findings)
    if redirects:
        lines = "".join(f"{old} {new} 301\n" for old, new in redirects)
        yield press.file("_redirects", partial(str.encode, lines), lines)


def _file_at(path: str) -> str:
    """Return the file that a host serves at a path."""
    name = path.removeprefix("/")
    if name.rpartition("/")[2].count("."):
        return name
    return f"{name.rstrip('/')}/index.html".removeprefix("/")
