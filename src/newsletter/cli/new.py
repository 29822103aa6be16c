"""`newsletter new`: the next issue, dated by the schedule, with the latest episode in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from newsletter.cli.workspace import Workspace
    from newsletter.podcast.making_whole import Whole

EXAMPLES = 'Example: newsletter new "Een traan in de cleanroom" --episode latest'

MAX_SLUG_CHARACTERS = 48
"""Of the address that is made of a title, up to a whole word."""


def new(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="[TITLE]", help="Its subject, else that of its episode.")] = "",
    date: Annotated[str, typer.Option("--date", metavar="D", help="Such as 2026-12-01, else by the schedule.")] = "",
    episode: Annotated[
        str, typer.Option(metavar="latest|GUID|none", help="Or its number; else latest where there is a feed.")
    ] = "",
    edit: Annotated[bool, typer.Option("--edit", help="Open it in $VISUAL or $EDITOR.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Make the next issue: a folder with issue.md, and the episode pinned beside it.

    Its day is the next one of newsletter.schedule that has no issue yet. The latest episode is the newest that no
    other issue has. An issue that is there already is never touched.
    """
    from newsletter.cli.editor import editor_command, open_editor
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.workspace import open_workspace, shown

    workspace = open_workspace(directory or context.obj)
    editor = editor_command() if edit else []
    day, send_at = _when(workspace, date)
    asked = episode or ("latest" if workspace.settings.podcast.feed else "none")
    whole = None if asked == "none" else _episode(workspace, asked, day, is_wanted=bool(episode))
    folder, files = _draft(workspace, title, day, send_at, (asked, whole) if whole else None)
    _write_folder(folder, files)
    left_out = whole.left_out if whole else ()
    if as_json:
        print_json(
            {
                "issue": folder.name[11:],
                "path": str(folder / "issue.md"),
                "date": day.isoformat(),
                "send_at": send_at.isoformat() if send_at else None,
                "episode": {"guid": whole.episode.guid, "title": whole.episode.title} if whole else None,
                "files": [str(folder / name) for name in files],
                "left_out": list(left_out),
            }
        )
    else:
        for name in files:
            say(Mark("wrote", "green"), shown(folder / name))
        say(f"  for {send_at or day:%A %-d %B %Y}{f', {send_at:%H:%M}' if send_at else ''}")
        if whole:
            say(f"  with the episode {whole.episode.title}")
    for line in left_out:
        say(Mark("left out:", "yellow"), line)
    if editor:
        open_editor(editor, folder / "issue.md")
    elif not as_json:
        say(f"\nNext: newsletter render {folder.name[11:]}")


def _when(workspace: Workspace, written: str) -> tuple[date, datetime | None]:
    """Return the day of the issue, and when it goes out where the schedule says so."""
    from datetime import datetime

    from newsletter.errors import UsageError
    from newsletter.issue.find import days_of
    from newsletter.issue.schedule import next_slot, slots_of
    from newsletter.issue.values import parse_day
    from newsletter.wording import quoted

    newsletter = workspace.settings.newsletter
    now, taken = datetime.now(newsletter.timezone), days_of(workspace.all_issues())
    if written:
        try:
            day = parse_day(written)
        except ValueError as error:
            message = f"--date {quoted(written)} {error}"
            raise UsageError(message) from error
        free = list(slots_of(newsletter.schedule, day, newsletter.timezone))[taken.count(day) :]
        return day, free[0] if free else None
    if not newsletter.schedule:
        return now.date(), None
    slot = next_slot(newsletter.schedule, taken, now, newsletter.timezone)
    return slot.date(), slot


def _episode(workspace: Workspace, asked: str, day: date, *, is_wanted: bool) -> Whole | None:
    """Fetch the episode; none where nobody asked for one and no new one is out."""
    from newsletter.cli.episode import end_of
    from newsletter.cli.output import Mark, say
    from newsletter.errors import PodcastError
    from newsletter.podcast.choosing import NoneNewError, choose
    from newsletter.podcast.covered import covered_in
    from newsletter.podcast.making_whole import make_whole
    from newsletter.podcast.source import load_feed, web_of

    settings = workspace.settings
    web = web_of(settings.podcast)
    feed = load_feed(settings.podcast, workspace.root, web)
    try:
        item = choose(feed, asked, covered_in(workspace.root), end_of(day, workspace))
    except NoneNewError as error:
        if is_wanted:
            raise PodcastError(str(error)) from error
        say(Mark("without an episode:", "yellow"), str(error))
        return None
    return make_whole(item, settings.newsletter.language, web)


def _draft(
    workspace: Workspace, title: str, day: date, send_at: datetime | None, episode: tuple[str, Whole] | None
) -> tuple[Path, dict[str, bytes]]:
    """Return the folder of a new issue, and the files in it."""
    from slugify import slugify

    from newsletter.cli.headers import for_a_header
    from newsletter.errors import UsageError
    from newsletter.issue import slug_of
    from newsletter.issue.pinned import names_in
    from newsletter.podcast.pinning import pin
    from newsletter.render.draft import render_draft

    # What begins a personal field, or an encoded word in a header, is an editor's to write, and no feed's.
    said = episode[1].episode.title.replace("{{", "{").replace("=?", "=") if episode else ""
    subject = " ".join((title or said).split())
    if title:
        for_a_header(subject, "the subject", "give another title")
    slug = slugify(subject, max_length=MAX_SLUG_CHARACTERS, word_boundary=True)
    if not slug:
        raise UsageError('the issue needs a title, of which its address is made: newsletter new "What it is about"')
    same = next((path for path in workspace.all_issues() if slug_of(path) == slug), None)
    folder = workspace.root / "issues" / f"{day}-{slug}"
    if same or folder.exists() or folder.is_symlink():
        message = (
            f"there is an issue {slug} already, {(same or folder).relative_to(workspace.root)}; give another title"
        )
        raise UsageError(message)
    names = [episode[0]] if episode else []
    text = render_draft(workspace.theme, workspace.settings.newsletter.language, subject, day, send_at, names)
    if names and names_in(text, workspace.theme.kinds) != names:
        message = f"the issue cannot name the episode as {names[0]!r}; choose it by its number"
        raise UsageError(message)
    pinned = pin(folder / "issue.md", dict([episode])) if episode else {}
    return folder, {"issue.md": text.encode(), **{path.name: content for path, content in pinned.items()}}


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a folder with all its files, or nothing: it is made beside its place and moved there."""
    import tempfile
    from pathlib import Path

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / folder.name
        fresh.mkdir(mode=0o755)
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        fresh.rename(folder)
