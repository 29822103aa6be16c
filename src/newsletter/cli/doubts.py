"""`newsletter doubts`: the readers of whom nobody knows whether they have an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from newsletter.sending.sendings import Doubt

EXAMPLES = "Example: newsletter doubts asml --assume-sent"


def doubts(
    context: typer.Context,
    issue: IssueName,
    resend: Annotated[bool, typer.Option("--resend", help="Send it to them again; some will have it twice.")] = False,
    assume_sent: Annotated[bool, typer.Option("--assume-sent", help="Take it as sent; some will not have it.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """List the readers who may or may not have an issue, or settle them all.

    A line that is cut after the last byte, or a process that is killed, leaves it unknown whether the mail arrived.
    Ends with 1 when some are in doubt.
    """
    from newsletter.cli.output import print_json, say, show
    from newsletter.cli.people import now_ms
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.sending.senders import this_process
    from newsletter.sending.sendings import doubts as doubts_of
    from newsletter.sending.sendings import get_sending, settle_doubts, settle_the_dead
    from newsletter.sending.states import Arrow

    if resend and assume_sent:
        message = "--resend and --assume-sent are opposites; choose one"
        raise UsageError(message)
    workspace = open_workspace(directory or context.obj)
    with workspace.store(only_look=True) as engine:
        settle_the_dead(engine, this_process(""), now_ms())
        sending = get_sending(engine, workspace.slug(issue))
        found = doubts_of(engine, sending.id)
        settled = 0
        if resend or assume_sent:
            arrow = Arrow.RESEND if resend else Arrow.ASSUME
            settled = settle_doubts(engine, sending, arrow, [doubt.id for doubt in found], now_ms())
    left = len(found) - settled
    if as_json:
        print_json({"issue": sending.slug, "in_doubt": left, "settled": settled, "doubts": list(map(_document, found))})
    else:
        for doubt in found:
            show(doubt.address, "", doubt.reply)
    if settled:
        became = f"to be sent again: newsletter send {sending.slug}" if resend else "taken as sent"
        say(f"{settled:,} {became}")
    elif not found:
        say("nobody is in doubt")
    return 1 if left else 0


def _document(doubt: Doubt) -> dict[str, object]:
    from newsletter.audience.values import from_ms
    from newsletter.cli.people import moment

    at = from_ms(doubt.wired_at_ms) if doubt.wired_at_ms else None
    return {"address": doubt.address, "reason": doubt.reply, "at": moment(at)}
