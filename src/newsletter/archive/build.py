"""The build: what changed is read, what depends on it is made, and the site takes the old one's place."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.archive import search
from newsletter.archive.episodes import told_in
from newsletter.archive.folder import only_one, publish, replace_below
from newsletter.archive.kept import open_kept
from newsletter.archive.pool import spread
from newsletter.archive.press import Press
from newsletter.archive.reading import is_up_to_date, read_record, source_key
from newsletter.archive.record import Record
from newsletter.archive.search import text_of_episode, text_of_issue
from newsletter.archive.site import check_unique, plan_site
from newsletter.archive.stamp import page_stamp, text_stamp
from newsletter.archive.standing import list_pages
from newsletter.errors import IssueError
from newsletter.issue.find import list_issues
from newsletter.render import prepare_logos

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from newsletter.archive.folder import Planned, Published
    from newsletter.archive.kept import Kept
    from newsletter.archive.search import Index, Text
    from newsletter.config import Settings
    from newsletter.issue import House
    from newsletter.model import Finding
    from newsletter.render import Theme

    Progress = Callable[[str, int, int], None]
    """Takes what is being done, how far it is, and how far it goes."""

_WORTH_SPREADING = 24
"""Issues; fewer are read before other processes have begun."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built."""

    out: Path
    """The folder that the site goes to."""
    now: datetime
    """Issues of later are left out; in the newsletter's time zone."""
    with_drafts: bool = False
    with_future: bool = False
    with_search: bool = True
    """Whether the index of the search is made, where Pagefind is installed."""
    from_scratch: bool = False
    """Whether nothing that was kept is used."""

    def takes(self, record: Record) -> bool:
        """Tell whether an issue or a page is far enough to be shown."""
        return self.with_drafts or record.status != "draft"

    def shows(self, record: Record) -> bool:
        """Tell whether an issue is in the archive."""
        is_out = self.with_future or record.is_out(self.now)
        return is_out and self.takes(record) and not record.is_page


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it."""

    published: Published
    slugs: tuple[str, ...]
    """Of the issues that are in it, oldest first."""
    drafts: int
    """Issues that were left out, as they are drafts."""
    future: int
    """Issues that were left out, as their time has not come."""
    read: int
    """Issues that were read; the others had not changed."""


def build(
    order: Order,
    workshop: tuple[Settings, Theme, House],
    shown: Callable[[Path], str],
    progress: Progress,
) -> Built:
    """Build the archive of a workspace; `shown` is a path as messages name it.

    Raises:
        IssueError: faults in issues, all of them; the site stays as it was.
        ConfigError: a logo cannot be used.
        TemplateError: a template is wrong.
        UsageError: the folder holds something that no build put there.
    """
    settings, theme, _ = workshop
    root = settings.root

    def at(path: str) -> str:
        return shown(root / path)

    kept = open_kept(root, text_stamp(theme, settings))
    has_search = order.with_search and search.is_installed()
    with closing(kept), closing(search.Index(kept, settings.newsletter.language)) as index:

        def found(record: Record) -> None:
            if has_search and order.shows(record):
                index.add(text_of_issue(record))

        records, read = _records(order, workshop, kept, shown, (progress, found))
        visible = [one for one in records if order.shows(one)]
        pages = [one for one in records if one.is_page and order.takes(one)]
        check_unique(visible, at)
        press = Press(theme, settings, kept, page_stamp(theme, settings), prepare_logos(settings))
        planned = plan_site(press, visible, pages, at, has_search=has_search)
        texts = [*map(text_of_issue, visible), *map(text_of_episode, told_in(visible))] if has_search else []
        with only_one(order.out) as out:
            published = _published(planned, out, progress, kept, (index, texts))
    ready = [one for one in records if order.takes(one)]
    return Built(
        published=published,
        slugs=tuple(record.slug for record in visible),
        drafts=len(records) - len(ready),
        future=len(ready) - len(visible) - len(pages),
        read=read,
    )


def _published(
    planned: Sequence[Planned], out: Path, progress: Progress, kept: Kept, searched: tuple[Index, Sequence[Text]]
) -> Published:
    """Publish the pages, then the index of the texts: no correction waits for it. Without texts there is none."""

    def pages(done: int, count: int) -> None:
        progress("pages", done, count)

    index, texts = searched
    key = search.index_key(texts, kept.stamp)
    if index.is_begun:
        index.complete(texts)  # it is written while the pages are made
    first = publish(planned, out, pages, stays_below=search.FOLDER if key else "", spare=kept.spare(out))
    if first.keys_below(search.FOLDER) == ({key} if key else set()):
        return first
    if not index.is_begun:
        index.complete(texts)
    return replace_below(first, out, search.FOLDER, index.files(), key)


def _records(
    order: Order,
    workshop: tuple[Settings, Theme, House],
    kept: Kept,
    shown: Callable[[Path], str],
    told: tuple[Progress, Callable[[Record], None]],
) -> tuple[list[Record], int]:
    """Return what is known of each issue, oldest first, and how many of them were read for it.

    Where nothing was known before, and nobody waits for a correction, `told` is told of each record at once.
    """
    settings, theme, house = workshop
    progress, found = told
    root = settings.root
    paths = {source_key(root, path): path for path in (*list_issues(root), *list_pages(root))}
    old = {} if order.from_scratch else {key: kept.records[key] for key in paths if key in kept.records}
    known = {key: record for key, record in old.items() if is_up_to_date(record, root, kept)}
    unknown = [(key, path) for key, path in paths.items() if key not in known]

    def read(number: int) -> tuple[Record | tuple[Finding, ...], dict[str, bytes]]:
        _, path = unknown[number]
        return read_record(path, shown(path), house, theme, settings, kept), kept.hand_over()

    findings: list[Finding] = []
    now_s = order.now.timestamp()
    for (key, _), (result, fresh) in zip(unknown, spread(read, len(unknown), _WORTH_SPREADING), strict=True):
        kept.take_over(fresh, now_s)
        if isinstance(result, Record):
            known[key] = result
            if not old:
                found(result)
        else:
            findings += result
        progress("issues", len(known), len(paths))
    kept.save(known, now_s)  # what was read is not read again, even where another issue has faults
    if findings:
        raise IssueError(findings)
    return [known[key] for key in paths], len(unknown)
