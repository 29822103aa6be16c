"""`newsletter issues` and `newsletter find`: all issues, and what stands in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.cli.workspace import Workspace
    from newsletter.model import Issue

LIST_EXAMPLES = "Example: newsletter issues --json"
FIND_EXAMPLES = "Example: newsletter find notebooklm.google.com"


@dataclass(frozen=True, slots=True)
class _Row:
    """One issue, as it is listed."""

    issue: str
    path: str
    date: str
    status: str
    """`draft`, `ready`, or `faulty`: it cannot be read."""
    subject: str
    sending: str
    """As the ledger has it: `sending`, `paused`, `done` or `cancelled`; empty where it was never begun."""
    sent: int


def issues(context: typer.Context, directory: Directory = "", as_json: AsJson = False) -> int:
    """List all issues, the newest first: day, status, subject, and to how many each was sent.

    Ends with 1 when an issue has faults.
    """
    from newsletter.cli.output import print_json, say
    from newsletter.cli.workspace import open_workspace

    workspace = open_workspace(directory or context.obj)
    sent = _sent(workspace)
    rows = [_row(workspace, path, sent) for path in reversed(workspace.all_issues())]
    if as_json:
        print_json({"issues": [asdict(row) for row in rows]})
    else:
        for row in rows:
            _show(row)
        if not rows:
            say("there are no issues yet; make one with: newsletter new")
    return 1 if any(row.status == "faulty" for row in rows) else 0


def _sent(workspace: Workspace) -> Mapping[str, tuple[str, int]]:
    """Return the state of each sending and how many have it, by the issue's name; nothing without a ledger."""
    from newsletter.sending.sendings import all_sendings, tally
    from newsletter.sending.states import State

    with workspace.store(only_look=True) as engine:
        return {one.slug: (one.status, tally(engine, one.id)[State.SENT]) for one in all_sendings(engine)}


def _row(workspace: Workspace, path: Path, sent: Mapping[str, tuple[str, int]]) -> _Row:
    from newsletter.cli.workspace import shown
    from newsletter.errors import IssueError
    from newsletter.issue.find import days_of
    from newsletter.render.web import public_line

    try:
        issue = workspace.read(path)
        slug, day, status = issue.slug, issue.date, issue.status
        subject = public_line(issue.subject, issue, workspace.settings)
    except IssueError as error:
        name = path.parent.name if path.name == "issue.md" else path.stem
        slug, day, status = name[11:], days_of([path])[0], "faulty"
        subject = str(error.findings[0])
    state, number = sent.get(slug, ("", 0))
    return _Row(slug, shown(path), day.isoformat(), status, subject, state, number)


def _show(row: _Row) -> None:
    from newsletter.cli.output import Mark, show

    style = {"draft": "dim", "ready": "bold", "faulty": "red"}[row.status]
    ledger = {"": "", "done": f"sent to {row.sent:,}"}.get(row.sending, f"{row.sending}, {row.sent:,} sent")
    show(
        row.date,
        Mark(f"{row.status:6}", style),
        f"{row.issue}:",
        row.subject,
        *([Mark(f"({ledger})", "green")] if ledger else []),
    )


def find(
    context: typer.Context,
    wanted: Annotated[str, typer.Argument(metavar="WORD|URL", help="What to look for.", show_default=False)],
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Find the blocks of all issues that hold a word or an address, the oldest first.

    Case does not matter; of addresses, neither does https://, www. or a slash at the end. Ends with 1 when nothing
    holds it, or when an issue has faults and could not be searched.
    """
    from newsletter.cli.output import Mark, print_json, say, show
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.issue.search import find_blocks

    if not wanted.strip():
        raise UsageError("nothing to look for; give a word or an address")
    workspace = open_workspace(directory or context.obj)
    read, faulty = _all(workspace)
    hits = list(find_blocks(read, wanted.strip()))
    if as_json:
        documents = [asdict(hit) | {"path": hit.position.path, "line": hit.position.line} for hit in hits]
        for document in documents:
            del document["position"]
        print_json({"found": documents, "not_searched": faulty})
    else:
        for hit in hits:
            what = f"{hit.kind} {hit.title}" if hit.title else hit.kind
            show(Mark(f"{hit.position.path}:{hit.position.line}", "bold"), f"{what}:", hit.excerpt)
        if not hits:
            say(f"no block holds {wanted.strip()}")
    for path in faulty:
        say(Mark("not searched:", "yellow"), f"{path} has faults")
    return 0 if hits and not faulty else 1


def _all(workspace: Workspace) -> tuple[list[Issue], list[str]]:
    from newsletter.cli.workspace import shown
    from newsletter.errors import IssueError

    read, faulty = [], []
    for path in workspace.all_issues():
        try:
            read.append(workspace.read(path))
        except IssueError:
            faulty.append(shown(path))
    return read, faulty
