"""The pages of the archive, as bytes; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.errors import IssueError
from newsletter.i18n import format_date
from newsletter.model import Finding, Page, Position
from newsletter.render.links import ASSETS
from newsletter.render.pictures import prepare_logos, prepare_pictures
from newsletter.render.web import public_line, render_issue_page, render_page
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Issue
    from newsletter.render import Theme


STYLE = "assets/style.css"
"""Made of the theme's colours, unless a newsletter has one of its own."""


@dataclass(frozen=True, slots=True)
class Source:
    """An issue and the file that it was read from."""

    issue: Issue
    path: Path


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index and the neighbours say of an issue."""

    slug: str
    subject: str
    preheader: str
    date: date
    day: str
    """The date as people write it, in the issue's language."""
    language: str


def site_pages(sources: Sequence[Source], theme: Theme, settings: Settings) -> Iterator[Page]:
    """Yield every file of the archive.

    Raises:
        IssueError: two issues would have one address, a record's id stands in two issues, or a picture cannot be used.
        ConfigError: a logo cannot be used.
        TemplateError: a template is wrong.
    """
    _check_unique(sources)
    newest_first = sorted(sources, key=lambda source: (source.issue.date, source.issue.slug), reverse=True)
    entries = [_entry(source.issue, settings) for source in newest_first]
    site, language = settings.newsletter.url, settings.newsletter.language
    index = {"issues": entries, "root": "", "canonical": f"{site}/"}
    logos = prepare_logos(settings)
    yield _page("index.html", render_page(theme, settings, "web/index.html.j2", language, index, logos))
    findings: list[Finding] = []
    for number, source in enumerate(newest_first):
        slug = source.issue.slug
        context = {
            "newer": entries[number - 1] if number else None,
            "older": entries[number + 1] if number + 1 < len(entries) else None,
            "root": "../../",
            "canonical": f"{site}/p/{slug}/",
        }
        try:
            pictures = prepare_pictures(source.issue, source.path.parent, settings)
        except IssueError as error:
            findings += error.findings
            continue
        yield _page(f"p/{slug}/index.html", render_issue_page(source.issue, theme, settings, context, pictures))
        files = {picture.file: picture.content for _, picture in pictures.entries}
        yield from (Page(f"p/{slug}/{file}", content) for file, content in files.items())
        yield from _events(source.issue, theme, settings)
    if findings:
        raise IssueError(findings)
    if not theme.has(STYLE):
        yield _page(STYLE, render_page(theme, settings, "web/style.css.j2", language, {}))
    yield from _assets(theme)
    files = {logo.file: logo.content for logo in (logos.logo, logos.logo_dark) if logo}
    yield from (Page(f"{ASSETS}/{file}", content) for file, content in files.items())


def _page(path: str, text: str) -> Page:
    return Page(path, text.encode())


def _entry(issue: Issue, settings: Settings) -> Entry:
    return Entry(
        slug=issue.slug,
        subject=public_line(issue.subject, issue, settings),
        preheader=public_line(issue.preheader, issue, settings),
        date=issue.date,
        day=format_date(issue.date, issue.language),
        language=issue.language,
    )


def _check_unique(sources: Sequence[Source]) -> None:
    issues = [source.issue for source in sources]
    records: dict[str, Position] = {}
    findings = []
    for issue in issues:
        for other in issues:
            if other is not issue and other.slug == issue.slug:
                message = f"the address /p/{issue.slug}/ is also that of {other.path}; rename one of the two files"
                findings.append(Finding(Position(issue.path), message, "issue-name"))
        for block in issue.blocks:
            where = records.setdefault(block.id, block.position) if block.id else block.position
            if where is not block.position:
                message = f'the id "{block.id}" is already that of {where}; give this block its own: {{#…}}'
                findings.append(Finding(block.position, message, "block-id"))
    if findings:
        raise IssueError(findings)


def _events(issue: Issue, theme: Theme, settings: Settings) -> Iterator[Page]:
    """The files for calendars of an issue's events."""
    events = [block for block in issue.blocks if theme.kinds[block.kind].calendar]
    if not events:
        return
    from newsletter.archive.calendar import calendar_file  # noqa: PLC0415 - 40 ms, which most archives need not wait for

    for block in events:
        yield Page(f"p/{issue.slug}/{block.id}.ics", calendar_file(block, issue, settings))


def _assets(theme: Theme) -> Iterator[Page]:
    """The theme's own files."""
    for name in theme.list(ASSETS):
        folder = next(folder for folder in theme.folders if (folder / name).is_file())
        yield Page(name, _published(folder, name, f"templates/{name}"))


def _published(folder: Path, name: str, place: str) -> bytes:
    """Return a file's content. A link is refused: it could lead to any file of this machine.

    Raises:
        IssueError: the file is a link, or is not there; `place` says who asked for it.
    """
    path = folder / name
    if path.is_file() and path.resolve() == folder.resolve() / name:
        return path.read_bytes()
    fault = "leads to another place" if path.is_file() else "is not there"
    message = f"the file {quoted(name)} {fault}; put the file itself there, as it will be published"
    raise IssueError([Finding(Position(place), message, "picture-missing")])
