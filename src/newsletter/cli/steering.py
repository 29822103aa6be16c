"""`newsletter pause`, `resume` and `cancel`: the editor's word to a sending."""

from __future__ import annotations

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

PAUSE_EXAMPLES = "Example: newsletter pause asml"
RESUME_EXAMPLES = "Example: newsletter resume asml"
CANCEL_EXAMPLES = "Example: newsletter cancel asml"


def pause(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> None:
    """Stop the sending of an issue for now; whoever sends it notices within seconds."""
    _steer(directory or context.obj, issue, "paused", as_json=as_json)


def resume(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> None:
    """Let a paused sending go on, with the next `newsletter send ISSUE`."""
    _steer(directory or context.obj, issue, "sending", as_json=as_json)


def cancel(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> None:
    """End the sending of an issue for good: those who have not got it will not get it."""
    _steer(directory or context.obj, issue, "cancelled", as_json=as_json)


def _steer(directory: str, issue: str, status: str, *, as_json: bool) -> None:
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms
    from newsletter.cli.tallies import document, say_tally
    from newsletter.cli.workspace import open_workspace
    from newsletter.sending.sendings import seconds_of, steer, tally
    from newsletter.sending.states import State

    workspace = open_workspace(directory)
    with workspace.store() as engine:
        sending = steer(engine, workspace.slug(issue), status, now_ms())
        counts, seconds = tally(engine, sending.id), seconds_of(engine, sending)
    say_tally(sending.slug, sending.status, counts)
    if sending.status == "sending":
        say(f"Go on with: newsletter send {sending.slug}")
    if as_json:
        print_json(document(sending.slug, sending.status, counts, seconds, counts[State.SENT]))
