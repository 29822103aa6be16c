"""One issue's file into the record that the rest of the archive needs, its text and its files kept."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.archive.excerpt import excerpt
from newsletter.archive.hearing import heard_in
from newsletter.archive.kept import files_of
from newsletter.archive.record import Entry, File, Record, Used
from newsletter.archive.stamp import digest
from newsletter.errors import IssueError
from newsletter.i18n import format_date
from newsletter.issue import parse_once, read_issue
from newsletter.issue.episode_file import episode_path
from newsletter.render import lighter_copies, prepare_pictures, public_line, render_article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from newsletter.archive.kept import Kept
    from newsletter.config import Settings
    from newsletter.issue import House
    from newsletter.model import Block, Finding, Issue, Pictures
    from newsletter.render import Theme

ROOT = "../../"
"""From an issue's page to the top of the archive."""

_PINNED = frozenset({".json", ".vtt"})
"""What belongs to an episode beside its issue and is no picture."""
_PICTURE = re.compile(r'(?:<picture>(?:<source [^>]*>)+)?<img (?:loading="lazy" )?src="[^":]+" [^>]*>(?:</picture>)?')
_ALT = re.compile(r' alt="[^"]*"')
_WIDTH = re.compile(r' width="(\d+)"')
_COLUMN_PX = 600
"""So many pixels a picture has that fills the column of a page."""
_HOST = re.compile(r'<(?:img|source)\b[^>]*? src(?:set)?="(https?://[^/"?#]+)')


def source_key(root: Path, path: Path) -> str:
    """Return a digest of an issue's file, of the episodes pinned beside it, and of where they stand."""
    pinned = episode_path(path)
    beside = sorted(pinned.parent.glob(f"{pinned.stem}*")) if pinned.is_file() else []
    contents = (_content(one) for one in (path, *(one for one in beside if one.suffix in _PINNED)))
    return digest(path.relative_to(root).as_posix(), *contents)


def _content(path: Path) -> bytes:
    """Return what stands in a file; nothing where it cannot be read, which reading it will tell."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def is_up_to_date(record: Record, root: Path, kept: Kept) -> bool:
    """Tell whether nothing that a record was made of has changed since, and all that it names is still kept."""
    folder = (root / record.path).parent
    if not all(_is_same(folder, used) for used in record.used):
        return False
    return all(map(kept.has, files_of(record)))


def _is_same(folder: Path, used: Used) -> bool:
    path = folder / used.name
    try:
        return path.is_file() and (_stamp(path) == used.stamp or digest(path.read_bytes()) == used.digest)
    except OSError:
        return False


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def read_record(
    path: Path, shown: str, house: House, theme: Theme, settings: Settings, kept: Kept
) -> Record | tuple[Finding, ...]:
    """Read one issue, keep its text and its files, and return its record; or all its faults.

    Raises:
        ConfigError: a logo cannot be used.
        TemplateError: a template is wrong.
    """
    try:
        issue = read_issue(path, shown, house)
        pictures = _with_copies(prepare_pictures(issue, path.parent, settings), settings.root)
        article = render_article(issue, theme, settings, ROOT, pictures)
        episodes = tuple(heard_in(issue, theme, settings, pictures, kept))
    except IssueError as error:
        return error.findings
    finally:
        parse_once.cache_clear()  # its tokens are not wanted again, and those of a thousand issues are heavy
    return Record(
        path=path.relative_to(settings.root).as_posix(),
        slug=issue.slug,
        subject=article.subject,
        preheader=article.preheader,
        date=issue.date.isoformat(),
        day_text=format_date(issue.date, issue.language),
        send_at=issue.send_at.isoformat() if issue.send_at else "",
        language=issue.language,
        status=issue.status,
        tags=issue.tags,
        minutes=article.minutes,
        article=kept.write(article.html.encode()),
        hosts=tuple(sorted(set(_HOST.findall(article.html)))) if "<img " in article.html else (),
        files=tuple(File(name, kept.write(content)) for name, content in _files(issue, pictures, theme, settings)),
        used=tuple(_used(path.parent, name) for name in sorted({named.use.name for named in issue.pictures})),
        entries=tuple(_entry(block, issue, settings) for block in issue.blocks if _is_listed(block, theme)),
        episodes=episodes,
        picture=_first_picture(article.html),
        ids=tuple((block.id, block.position.line) for block in issue.blocks if block.id),
    )


def _first_picture(html: str) -> str:
    """Return the first picture beside the issue that fills the column; without its words, as it stands by a title."""
    for found in _PICTURE.findall(html) if "<img " in html else ():
        width = _WIDTH.search(found)
        if width and int(width[1]) >= _COLUMN_PX:
            return _ALT.sub(' alt=""', found.replace(' loading="lazy"', ""))
    return ""


def _with_copies(pictures: Pictures, root: Path) -> Pictures:
    """Return pictures with the lighter copies of those that a page shows; what has a button on it is for the mail."""
    on_page = {picture.file: picture for use, picture in pictures.entries if not use.overlay}
    return replace(pictures, copies=tuple((file, lighter_copies(one, root)) for file, one in on_page.items()))


def _used(folder: Path, name: str) -> Used:
    path = folder / name
    return Used(name, _stamp(path), digest(path.read_bytes()))


def _files(issue: Issue, pictures: Pictures, theme: Theme, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield what is published beside an issue's page: its pictures, and its events as files for calendars."""
    copies = (picture for _, several in pictures.copies for picture in several)
    yield from {picture.file: picture.content for picture in (*(one for _, one in pictures.entries), *copies)}.items()
    events = [block for block in issue.blocks if theme.kinds[block.kind].calendar]
    if not events:
        return
    from newsletter.archive.calendar import calendar_file  # noqa: PLC0415 - 40 ms, which most archives need not wait for

    yield from ((f"{block.id}.ics", calendar_file(block, issue, settings)) for block in events)


def _is_listed(block: Block, theme: Theme) -> bool:
    kind = theme.kinds[block.kind]
    return kind.record and not kind.calendar and block.attributes.get("on") != "email" and not block.condition


def _entry(block: Block, issue: Issue, settings: Settings) -> Entry:
    return Entry(
        kind=block.kind,
        id=block.id,
        title=public_line(block.title, issue, settings),
        excerpt=excerpt(block, issue, settings),
        url=public_line(str(block.attributes.get("url", "")), issue, settings),
        tags=tuple(tag.strip() for tag in str(block.attributes.get("tags", "")).split(",") if tag.strip()),
    )
