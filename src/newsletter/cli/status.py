"""`newsletter status`: how far the sending of an issue is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy import Engine

    from newsletter.sending.rows import Tally
    from newsletter.sending.sendings import Sending

EXAMPLES = "Example: newsletter status asml --watch"
_EVERY_S = 1.0


def status(
    context: typer.Context,
    issue: Annotated[
        str, typer.Argument(metavar="[ISSUE]", help="A path, a name such as asml, or latest or next; else all.")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until nothing is left, or ^C.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Show how far the sending of an issue is, or of all issues. Changes nothing.

    Ends with 1 when readers were refused or are in doubt, or when some are left.
    """
    from newsletter.cli.output import print_json, say
    from newsletter.cli.workspace import open_workspace
    from newsletter.sending.sendings import all_sendings, get_sending

    workspace = open_workspace(directory or context.obj)
    timezone = workspace.settings.newsletter.timezone
    with workspace.store(only_look=True) as engine:
        if not issue:
            found = all_sendings(engine)
            shown = [_show(engine, sending, timezone, as_json=as_json) for sending in found]
            own = _show_own(engine, as_json=as_json)
            if not (found or own):
                say("nothing was sent yet")
            if as_json:
                print_json({"sendings": [document for document, _ in shown], "own_mails": own})
            return max((state for _, state in shown), default=0)
        slug = workspace.sending(issue)
        if watch:
            _follow(engine, slug, timezone)
        document, state = _show(engine, get_sending(engine, slug), timezone, as_json=as_json)
    if as_json:
        print_json(document)
    return state


def _show(engine: Engine, sending: Sending, timezone: tzinfo, *, as_json: bool) -> tuple[dict[str, object], int]:
    """Tell a person how far a sending is; return the same as a document, and the exit status."""
    from newsletter.cli.delivering import status_of
    from newsletter.cli.output import show
    from newsletter.cli.people import now_ms
    from newsletter.cli.tallies import document, how_to_resume, next_try, spoken_tally
    from newsletter.sending.senders import is_anybody_sending, this_process
    from newsletter.sending.sendings import reasons, seconds_of, tally
    from newsletter.sending.states import State

    counts = tally(engine, sending.id)
    if not as_json:
        show(*spoken_tally(sending.slug, sending.status, counts))
        for reason in reasons(engine, sending.id):
            show(f"  {reason.readers:,} {reason.state}: {reason.said}")
        if counts[State.IN_DOUBT]:
            show(f"  who is in doubt: newsletter doubts {sending.slug}")
        if sending.status == "sending" and not is_anybody_sending(engine, this_process(""), now_ms()):
            show(f"  nobody is sending it now; go on with: newsletter send {sending.slug}")
        elif due_at_ms := _waits_until_ms(engine, sending, counts):
            show(f"  {next_try(due_at_ms, timezone)}")
        if sending.status == "paused":
            show(f"  {how_to_resume(sending)}")
    found = document(sending.slug, sending.status, counts, seconds_of(engine, sending), counts[State.SENT])
    return found, status_of(counts, sending.status)


def _show_own(engine: Engine, *, as_json: bool) -> list[dict[str, object]]:
    """Tell a person how many mails of its own the newsletter has sent, of each kind; return the same for a document."""
    from newsletter.cli.output import Mark, show
    from newsletter.cli.tallies import counts_of, joined, words
    from newsletter.sending.own_mails import own_tallies
    from newsletter.store import reading

    with reading(engine) as connection:
        found = own_tallies(connection)
    for mail, counts in found.items() if not as_json else ():
        show(Mark(mail, "bold"), Mark("by itself", "dim"), *joined(words(counts)))
    return [{"mail": str(mail), **counts_of(counts)} for mail, counts in found.items()]


def _follow(engine: Engine, slug: str, timezone: tzinfo) -> None:
    """Show how far a sending is until nothing is left of it."""
    import time

    from newsletter.cli.tallies import ENDED, going_along
    from newsletter.sending.sendings import get_sending, tally

    sending = get_sending(engine, slug)
    before: Tally = tally(engine, sending.id)
    with going_along(before, timezone) as told:
        while get_sending(engine, slug).status == "sending":
            now = tally(engine, sending.id)
            told({state: now[state] - before[state] for state in ENDED}, _waits_until_ms(engine, sending, now))
            time.sleep(_EVERY_S)


def _waits_until_ms(engine: Engine, sending: Sending, counts: Tally) -> int:
    """Return when the next try is due of a sending whose readers all wait for their time; else 0."""
    from newsletter.cli.people import now_ms
    from newsletter.sending.sendings import next_due_ms
    from newsletter.sending.states import State

    is_waiting = sending.status == "sending" and counts[State.PENDING] and counts[State.PENDING] == counts.left
    due_at_ms = next_due_ms(engine, sending.id) if is_waiting else 0
    return due_at_ms if due_at_ms > now_ms() else 0
