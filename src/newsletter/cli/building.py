"""Building the archive, once or at each change, putting it where readers find it, and saying what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.archive import Order, Publication, build, deploy
from newsletter.cli.output import Mark, print_json, say
from newsletter.cli.progress import progress
from newsletter.cli.workspace import open_workspace, shown
from newsletter.errors import NewsletterError, UsageError
from newsletter.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.archive import Built, Changes
    from newsletter.cli.workspace import Workspace

_PATIENCE_MS = 200
_MOST_NAMED = 20
"""Files of each kind of change; all of them with --json."""
_KINDS = {"added": "+", "changed": "~", "removed": "-"}
"""Of `Changes`, each with its sign."""
_WATCHED = ("issues", "pages", "templates", "look", "newsletter.toml")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for."""

    directory: str
    out: Path | None
    """The folder for the site; None for the one that the settings name."""
    base_url: str
    """The address that it will have; empty for the one that the settings name."""
    options: Mapping[str, bool]
    """Of `Order`."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked of publishing."""

    directory: str
    to: str
    """The target; empty for the one that the settings name."""
    only_look: bool
    may_replace: bool
    """Whether what is there may go, even if most of it is none of this site."""


def build_and_report(wanted: Wanted, *, as_json: bool) -> None:
    """Build the archive of a workspace, and say what came of it."""
    started = time.perf_counter()
    workspace = _opened(wanted)
    order = _order(workspace, wanted)
    built = _build(workspace, order)
    seconds = time.perf_counter() - started
    if as_json:
        print_json(_document(built, order, seconds))
    else:
        say(Mark("built", "green"), shown(order.out), Mark(_words(built, seconds), "dim"))


def build_on_change(wanted: Wanted) -> None:
    """Build again whenever a file changes, until the program is interrupted; what is wrong is told, and goes by."""
    from watchfiles import watch

    from newsletter.cli.failure import report_error

    root = _opened(wanted).root
    places = [root / name for name in _WATCHED if (root / name).exists()]
    is_watching = False
    for changes in watch(*places, raise_interrupt=True, rust_timeout=_PATIENCE_MS, yield_on_timeout=True):
        if not is_watching:  # now nothing that is saved escapes
            say("watching", shown(root), Mark("(^C ends it)", "dim"))
            is_watching = True
        if not changes:
            continue
        try:
            build_and_report(replace(wanted, options={**wanted.options, "from_scratch": False}), as_json=False)
        except NewsletterError as error:
            report_error(error, as_json=False)


def publish_site(wish: Wish, *, as_json: bool) -> None:
    """Build the archive and put it where readers find it.

    Raises:
        UsageError: nobody says where, or it cannot be published there.
    """
    from newsletter.config import publishing_target

    workspace = open_workspace(wish.directory)
    target = publishing_target(wish.to, "--to") if wish.to else workspace.settings.archive.publish
    if not target:
        message = (
            'where to? Set archive.publish in newsletter.toml, such as publish = "git:origin#gh-pages", or use --to'
        )
        raise UsageError(message)
    order = _order(workspace, Wanted(wish.directory, None, "", {}))
    built = _build(workspace, order)
    publication = Publication(order.out.resolve(), target, workspace.root)
    with progress() as show:
        changes = deploy(publication, show, only_look=wish.only_look, may_replace=wish.may_replace)
    if as_json:
        document = {"target": target, "issues": len(built.slugs), "dry_run": wish.only_look}
        print_json(document | {name: list(getattr(changes, name)) for name in _KINDS})
    else:
        _tell(changes, target, only_look=wish.only_look)


def _tell(changes: Changes, target: str, *, only_look: bool) -> None:
    if not changes:
        say(Mark("nothing new for", "green"), target)
        return
    for kind, sign in _KINDS.items():
        paths = getattr(changes, kind)
        if only_look:
            for path in paths[:_MOST_NAMED]:
                say(" ", sign, path)
        if only_look and len(paths) > _MOST_NAMED:
            say(" ", sign, Mark(f"and {len(paths) - _MOST_NAMED:,} more", "dim"))
    counts = ", ".join(f"{len(paths):,} {kind}" for kind in _KINDS if (paths := getattr(changes, kind)))
    verb = "would be published to" if only_look else "published to"
    say(Mark(verb, "green"), target, Mark(f"{counts}", "dim"))


def _opened(wanted: Wanted) -> Workspace:
    workspace = open_workspace(wanted.directory)
    if not wanted.base_url:
        return workspace
    from newsletter.config import web_address

    newsletter = replace(workspace.settings.newsletter, url=web_address(wanted.base_url, "--base-url"))
    return replace(workspace, settings=replace(workspace.settings, newsletter=newsletter))


def _order(workspace: Workspace, wanted: Wanted) -> Order:
    now = datetime.now(workspace.settings.newsletter.timezone)
    return Order(wanted.out or workspace.settings.archive.out, now, **wanted.options)


def _build(workspace: Workspace, order: Order) -> Built:
    with progress() as show:
        return build(order, (workspace.settings, workspace.theme, workspace.house), shown, show)


def _document(built: Built, order: Order, seconds: float) -> dict[str, object]:
    published = built.published
    return {
        "out": str(order.out),
        "issues": list(built.slugs),
        "drafts": built.drafts,
        "future": built.future,
        "files": len(published.files),
        "bytes": published.size,
        "read": built.read,
        "made": list(published.made),
        "removed": list(published.removed),
        "seconds": round(seconds, 3),
    }


def _words(built: Built, seconds: float) -> str:
    published = built.published
    left_out = [counted(built.drafts, "draft")] if built.drafts else []
    left_out += [f"{built.future:,} of later"] if built.future else []
    aside = f", {' and '.join(left_out)} left out" if left_out else ""
    change = f"{counted(len(published.made), 'file')} new" if published.made else "nothing new"
    gone = f", {counted(len(published.removed), 'file')} gone" if published.removed else ""
    size = f"{published.size / 1000:,.0f} kB"
    return f"{counted(len(built.slugs), 'issue')}{aside}, {size}; {change}{gone}, {seconds:.1f} s"
