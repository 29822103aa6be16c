"""The build: what changed is read, what depends on it is made, and the site takes the old one's place."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.archive import search
from newsletter.archive.folder import only_one, publish, replace_below
from newsletter.archive.kept import open_kept
from newsletter.archive.pool import spread
from newsletter.archive.press import Press
from newsletter.archive.reading import is_up_to_date, read_record, source_key
from newsletter.archive.record import Record
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

    with closing(open_kept(root, text_stamp(theme, settings), from_scratch=order.from_scratch)) as kept:
        records, read = _records(order, workshop, kept, shown, progress)
        ready = [one for one in records if order.with_drafts or one.status != "draft"]
        pages = [one for one in ready if one.is_page]
        chosen = [one for one in ready if not one.is_page]
        visible = [one for one in chosen if order.with_future or one.is_out(order.now)]
        check_unique(visible, at)
        press = Press(theme, settings, kept, page_stamp(theme, settings), prepare_logos(settings))
        has_search = order.with_search and search.is_installed()
        planned = plan_site(press, visible, pages, at, has_search=has_search)
        with only_one(order.out) as out:
            published = _published(planned, out, kept.spare(out), progress, press.language if has_search else "")
    return Built(
        published=published,
        slugs=tuple(record.slug for record in visible),
        drafts=len(records) - len(ready),
        future=len(chosen) - len(visible),
        read=read,
    )


def _published(planned: Sequence[Planned], out: Path, spare: Path, progress: Progress, searched_in: str) -> Published:
    """Publish the pages, then the index that is made of them, in this language; without one, no index."""

    def pages(done: int, count: int) -> None:
        progress("pages", done, count)

    first = publish(planned, out, pages, stays_below=search.FOLDER if searched_in else "", spare=spare)
    key = search.index_key(first.files, searched_in) if searched_in else ""
    if first.keys_below(search.FOLDER) == ({key} if key else set()):
        return first
    if not key:
        return publish(planned, out, pages, spare=spare)
    with search.indexed(out, searched_in) as index:
        return replace_below(first, out, search.FOLDER, index, key)


def _records(
    order: Order,
    workshop: tuple[Settings, Theme, House],
    kept: Kept,
    shown: Callable[[Path], str],
    progress: Progress,
) -> tuple[list[Record], int]:
    """Return what is known of each issue, oldest first, and how many of them were read for it."""
    settings, theme, house = workshop
    root = settings.root
    paths = {source_key(root, path): path for path in (*list_issues(root), *list_pages(root))}
    old = {key: kept.records[key] for key in paths if key in kept.records}
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
        else:
            findings += result
        progress("issues", len(known), len(paths))
    kept.save(known, now_s)  # what was read is not read again, even where another issue has faults
    if findings:
        raise IssueError(findings)
    return [known[key] for key in paths], len(unknown)
