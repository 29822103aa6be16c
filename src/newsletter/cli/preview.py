"""`newsletter preview`: an issue in the browser, as readers will get it, at every save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = "Example: newsletter preview asml"


def preview(
    context: typer.Context,
    issue: Annotated[
        str,
        typer.Argument(
            metavar="[ISSUE]",
            help="A path, a name such as asml, or latest or next; else the one that was saved last.",
            show_default=False,
        ),
    ] = "",
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Else the next free one; 0 takes any.")
    ] = 8200,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the address, and open no browser.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Show an issue as its readers will get it, on this machine only, until ^C.

    Every save is shown at once: of the issue, its pictures, the templates and newsletter.toml.
    """
    import secrets
    import sys
    import webbrowser
    from urllib.parse import quote

    from newsletter.cli.database import root_of
    from newsletter.cli.output import print_json, say
    from newsletter.issue.find import list_issues
    from newsletter.web.preview.server import Plan, free_port, serve

    root = root_of(directory or context.obj)
    path = _chosen(root, issue)
    also = path if path and path not in list_issues(root) else None
    # Without -P, a file newsletter.py in the folder where this was started would be run instead.
    worker = [sys.executable, "-P", "-m", "newsletter.cli.preview_worker"]
    command = [*worker, str(root), *([str(also)] if also else [])]
    plan = Plan(root, also, command, _harmless_environment(), secrets.token_urlsafe(16))
    listening = free_port(port)
    found = listening.getsockname()[1]
    if port and found != port:
        say(f"port {port} is taken; this is {found}")

    def ready(url: str) -> None:
        address = f"{url}#issue={quote(_name(path, also))}" if path else url
        if as_json:
            print_json({"url": address})
            sys.stdout.flush()
        say(address, " (^C ends it)")
        if not no_open:
            webbrowser.open(address)

    serve(plan, listening, ready)


_HARMLESS = frozenset({"HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV"})
_HARMLESS_BEGINNINGS = ("COVERAGE_", "LC_", "PYTHON")


def _harmless_environment() -> dict[str, str]:
    """Return what a Python needs of the environment; whatever else stands there may be a secret."""
    import os

    return {
        name: value for name, value in os.environ.items() if name in _HARMLESS or name.startswith(_HARMLESS_BEGINNINGS)
    }


def _chosen(root: Path, name: str) -> Path | None:
    """Return the issue that is named, or the one that was saved last; None where there is no issue yet."""
    from datetime import datetime
    from pathlib import Path

    from newsletter.issue.find import find_issue, list_issues

    if name:
        # By this machine's clock: newsletter.toml, with its time zone, may be what is being mended.
        return find_issue(root, name, Path.cwd(), datetime.now().astimezone().date()).resolve()
    return max(list_issues(root), key=lambda path: path.stat().st_mtime_ns, default=None)


def _name(path: Path, also: Path | None) -> str:
    """Return how the page calls an issue."""
    from newsletter.errors import IssueError
    from newsletter.issue import slug_of

    try:
        return str(path) if path == also else slug_of(path)
    except IssueError:
        return str(path)
