"""`newsletter pause`, `resume` and `cancel`: the editor's word to a sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from newsletter.sending.sendings import Sending

PAUSE_EXAMPLES = "Example: newsletter pause asml"
RESUME_EXAMPLES = "Example: newsletter resume asml"
CANCEL_EXAMPLES = "Example: newsletter cancel asml"


def pause(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> None:
    """Stop the sending of an issue for now; whoever sends it notices within seconds."""
    _steer(directory or context.obj, issue, "paused", as_json=as_json)


def resume(
    context: typer.Context,
    issue: IssueName,
    suppress_refused: Annotated[
        bool, typer.Option("--suppress-refused", help="Those addresses do not exist: mail them no more.")
    ] = False,
    retry_refused: Annotated[
        bool, typer.Option("--retry-refused", help="The server was wrong: try them again.")
    ] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Let a paused sending go on, with the next `newsletter send ISSUE`.

    One that was paused because too many addresses were refused as not existing needs a word about those.
    """
    from newsletter.errors import UsageError

    if suppress_refused and retry_refused:
        message = "--suppress-refused and --retry-refused are opposites; choose one"
        raise UsageError(message)
    if suppress_refused or retry_refused:
        _settle(directory or context.obj, issue, are_right=suppress_refused)
    _steer(directory or context.obj, issue, "sending", as_json=as_json)


def _settle(directory: str, issue: str, *, are_right: bool) -> None:
    from newsletter.cli.output import say
    from newsletter.cli.people import now_ms
    from newsletter.cli.workspace import open_workspace
    from newsletter.sending.refusals import settle_refusals
    from newsletter.sending.sendings import get_sending
    from newsletter.wording import counted

    workspace = open_workspace(directory)
    with workspace.store(only_look=True) as engine:
        sending = get_sending(engine, workspace.sending(issue))
        settled = settle_refusals(engine, sending, are_right=are_right, now_ms=now_ms())
    say(f"{counted(settled, 'reader')} {'suppressed' if are_right else 'to be tried again'}")


def cancel(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> None:
    """End the sending of an issue for good: those who have not got it will not get it."""
    _steer(directory or context.obj, issue, "cancelled", as_json=as_json)


def _steer(directory: str, issue: str, status: str, *, as_json: bool) -> None:
    from newsletter.cli.output import print_json, say
    from newsletter.cli.people import now_ms
    from newsletter.cli.tallies import document, say_tally
    from newsletter.cli.workspace import open_workspace
    from newsletter.sending.senders import this_process
    from newsletter.sending.sendings import get_sending, seconds_of, settle_the_dead, steer, tally
    from newsletter.sending.states import State

    workspace = open_workspace(directory)
    with workspace.store(only_look=True) as engine:
        settle_the_dead(engine, this_process(""), now_ms())
        if status == "sending":
            _refuse_held(get_sending(engine, workspace.sending(issue)))
        sending = steer(engine, workspace.sending(issue), status, now_ms())
        counts, seconds = tally(engine, sending.id), seconds_of(engine, sending)
    say_tally(sending.slug, sending.status, counts)
    if sending.status == "sending":
        say(f"Go on with: newsletter send {sending.slug}")
    if as_json:
        print_json(document(sending.slug, sending.status, counts, seconds, counts[State.SENT]))


def _refuse_held(sending: Sending) -> None:
    from newsletter.cli.tallies import how_to_resume
    from newsletter.errors import SendingError
    from newsletter.sending.refusals import HELD

    if sending.status == "paused" and sending.refusals == HELD:
        message = f"{sending.slug} is paused; {how_to_resume(sending)}"
        raise SendingError(message)
