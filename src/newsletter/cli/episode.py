"""`newsletter episodes` and `newsletter episode refresh`: what the feed has, and what issues have of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.later import PLAIN
from newsletter.cli.options import AsJson, Command, Directory, IssueName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from newsletter.cli.workspace import Workspace
    from newsletter.issue.feed.items import Feed, Item
    from newsletter.model import Episode
    from newsletter.podcast.making_whole import Whole

LIST_EXAMPLES = "Example: newsletter episodes --all"
_SHOWN = 20

app = typer.Typer(
    help="The podcast's episodes in your issues.",
    epilog="Example: newsletter episode refresh asml",
    no_args_is_help=True,
    **PLAIN,
)


@app.callback()
def episode() -> None:
    """Take what stands before `refresh`."""


@app.command(
    "refresh",
    cls=Command,
    short_help="Pin what the feed now says of them.",
    epilog="Example: newsletter episode refresh asml",
)
def refresh(
    context: typer.Context,
    issue: IssueName,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Fetch the episodes that an issue names, show what is new of them, and pin that beside the issue.

    The issue's own file is never changed. Until then, and ever after, it looks as its episodes were pinned.
    """
    from newsletter.cli.asking import confirmed
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.workspace import open_workspace, shown
    from newsletter.podcast.pinning import pin, put_away, write_pinned

    workspace = open_workspace(directory or context.obj)
    path = workspace.find(issue)
    old, whole = _pinned(path), _fetched(workspace, path)
    files = pin(path, whole)
    differences = _differences(old, whole, files)
    for name, lines in differences.items():
        for line in lines:
            say(Mark(f"{name}:", "bold"), line)
    for name, one in whole.items():
        for line in one.left_out:
            say(Mark("left out:", "yellow"), f"{name}: {line}")
    is_new = any(differences.values())
    if not is_new:
        say("nothing changed")
    elif not confirmed(f"Pin this beside {shown(path)}?", yes=yes):
        say("nothing was written")
        is_new = False
    else:
        write_pinned(files)
        put_away(path, old, files)
        for file in files:
            say(Mark("wrote", "green"), shown(file))
    if as_json:
        document = {name: {"title": one.episode.title, "changes": differences[name]} for name, one in whole.items()}
        print_json({"issue": workspace.slug(issue), "written": is_new, "episodes": document})


def _pinned(path: Path) -> Mapping[str, Episode]:
    """Return what is pinned beside an issue; a file that is spoilt is as none, and is told."""
    from newsletter.cli.output import Mark, say
    from newsletter.cli.workspace import shown
    from newsletter.errors import IssueError
    from newsletter.issue.episode_file import episode_path, read_episodes

    file = episode_path(path)
    try:
        return read_episodes(file, shown(file))
    except IssueError as error:
        for finding in error.findings:
            say(Mark("spoilt:", "yellow"), str(finding))
        return {}


def _fetched(workspace: Workspace, path: Path) -> dict[str, Whole]:
    """Fetch what an issue names, by its words."""
    from datetime import datetime

    from newsletter.cli.workspace import shown
    from newsletter.errors import UsageError
    from newsletter.issue.find import days_of
    from newsletter.issue.pinned import names_in
    from newsletter.podcast.choosing import choose
    from newsletter.podcast.covered import covered_in
    from newsletter.podcast.making_whole import make_whole
    from newsletter.podcast.source import load_feed, web_of

    settings = workspace.settings
    names = names_in(path.read_text("utf-8", "replace"), workspace.theme.kinds)
    if not names:
        raise UsageError(f'{shown(path)} names no episode; write "::: episode latest" and ":::" where it goes')
    web = web_of(settings.podcast)
    feed = load_feed(settings.podcast, workspace.root, web)
    covered = covered_in(workspace.root, without=path)
    days = days_of([path])
    until = end_of(days[0] if days else datetime.now(settings.newsletter.timezone).date(), workspace)
    return {name: make_whole(choose(feed, name, covered, until), settings.newsletter.language, web) for name in names}


def end_of(day: date, workspace: Workspace) -> datetime:
    """Return the last moment of a day."""
    from datetime import datetime, time

    return datetime.combine(day, time.max, workspace.settings.newsletter.timezone)


def _differences(
    old: Mapping[str, Episode], whole: Mapping[str, Whole], files: Mapping[Path, bytes]
) -> dict[str, list[str]]:
    """Return what is new of each episode, in words."""
    from newsletter.podcast.changes import changes

    found = {name: changes(old.get(name), one.episode) for name, one in whole.items()}
    if not any(found.values()):
        spoilt = [file.name for file, content in files.items() if not file.is_file() or file.read_bytes() != content]
        found[next(iter(found))] += [f"the file {file} is not there, or another" for file in spoilt]
    return found


def episodes(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help=f"All of them, not the newest {_SHOWN}.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """List the podcast's episodes, the newest first, and in which issue each was already."""
    from newsletter.cli.database import settings_of
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.podcast.covered import covered_in
    from newsletter.podcast.source import load_feed, web_of
    from newsletter.wording import counted

    settings = settings_of(directory or context.obj)
    feed = load_feed(settings.podcast, settings.root, web_of(settings.podcast))
    covered = covered_in(settings.root)
    if as_json:
        print_json(_as_json(feed, covered))
        return
    items = feed.items if everything else feed.items[:_SHOWN]
    for item in items:
        _show(item, covered, settings.newsletter.language)
    if len(items) < len(feed.items):
        say(Mark(f"{counted(len(feed.items) - len(items), 'older episode')}: newsletter episodes --all", "dim"))
    if feed.left_out:
        say(Mark(f"{counted(len(feed.left_out), 'thing')} of the feed could not be used, such as:", "yellow"))
        say(f"  {feed.left_out[0]}")


def _as_json(feed: Feed, covered: Mapping[str, str]) -> dict[str, object]:
    found = [
        {
            "guid": item.episode.guid,
            "title": item.episode.title,
            "date": item.episode.date.isoformat() if item.episode.date else None,
            "number": item.episode.number,
            "season": item.episode.season,
            "duration_s": item.episode.duration_s,
            "link": item.episode.link,
            "audio": item.episode.audio_url,
            "issue": covered.get(item.episode.guid),
        }
        for item in feed.items
    ]
    return {"podcast": feed.title, "episodes": found, "left_out": list(feed.left_out)}


def _show(item: Item, covered: Mapping[str, str], language: str) -> None:
    from newsletter.cli.output import Mark, show
    from newsletter.i18n import format_duration

    one = item.episode
    day = f"{one.date:%Y-%m-%d}" if one.date else "no date   "
    number = f"#{one.number}" if one.number is not None else ""
    length = format_duration(one.duration_s, language) if one.duration_s else ""
    issue = covered.get(one.guid, "")
    show(
        day,
        Mark(f"{number:>5}", "bold"),
        f"{length:>13} ",
        one.title,
        *([Mark(f"(in {issue})", "dim")] if issue else []),
    )
    if not number:
        show(Mark(f"{'':32}{one.guid}", "dim"))
