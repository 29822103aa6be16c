"""`newsletter doubts`: the readers of whom nobody knows whether they have an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.cli.workspace import Workspace
    from newsletter.config import Settings
    from newsletter.sending.sendings import Doubt, Sending

EXAMPLES = "Example: newsletter doubts asml --assume-sent"


def doubts(
    context: typer.Context,
    issue: IssueName,
    resend: Annotated[bool, typer.Option("--resend", help="Send it to them again; some will have it twice.")] = False,
    assume_sent: Annotated[bool, typer.Option("--assume-sent", help="Take it as sent; some will not have it.")] = False,
    log: Annotated[
        str, typer.Option("--log", metavar="FILE", help="First take as sent what this log of Postfix proves.")
    ] = "",
    ask: Annotated[
        bool, typer.Option("--ask", help="First ask the provider once more, where it knows requests again.")
    ] = False,
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
    from newsletter.wording import counted

    if resend and assume_sent:
        message = "--resend and --assume-sent are opposites; choose one"
        raise UsageError(message)
    workspace = open_workspace(directory or context.obj)
    if ask:
        _ask(workspace, issue)
    with workspace.store(only_look=True) as engine:
        settle_the_dead(engine, this_process(""), now_ms())
        sending = get_sending(engine, workspace.sending(issue))
        proven = _settle_proven(engine, workspace.settings, sending, log) if log else 0
        found = doubts_of(engine, sending.id)
        settled = 0
        if resend or assume_sent:
            arrow = Arrow.RESEND if resend else Arrow.ASSUME
            settled = settle_doubts(engine, sending, arrow, [doubt.id for doubt in found], now_ms())
    left = len(found) - settled
    if as_json:
        numbers = {"in_doubt": left, "proven": proven, "settled": settled}
        print_json({"issue": sending.slug, **numbers, "doubts": list(map(_document, found))})
    else:
        for doubt in found:
            show(doubt.address, "", doubt.reply)
    if log:
        say(f"{counted(proven, 'reader')} taken as sent: the server's log says that it took them")
    if settled:
        say(f"{settled:,} {_sent_again_by(sending) if resend else 'taken as sent'}")
    elif not found:
        say("nobody is in doubt")
    return 1 if left else 0


def _sent_again_by(sending: Sending) -> str:
    from newsletter.sending.own_mails import WELCOMES

    return f"to be sent again: newsletter {'serve' if sending.slug == WELCOMES else f'send {sending.slug}'}"


def _ask(workspace: Workspace, issue: str) -> None:
    """Repeat the requests of those in doubt, and tell what the provider says.

    Raises:
        UsageError: the provider knows no request again.
        SendingError: the issue has changed since it was sent, or was not sent.
        DeliveryError: the provider cannot be asked.
    """
    from newsletter.audience.tokens import keys_of
    from newsletter.cli.delivering import say_what_is_known
    from newsletter.cli.list_sending import refuse_changed
    from newsletter.cli.mailing import open_mailing
    from newsletter.cli.people import now_ms
    from newsletter.delivery.all_backends import open_transport
    from newsletter.errors import UsageError
    from newsletter.sending.senders import this_process
    from newsletter.sending.sendings import get_sending, settle_the_dead
    from newsletter.store.journal import verify

    transport = open_transport(workspace.settings)
    if not transport.capabilities.idempotency_ttl_s:
        message = f"--ask: {transport.capabilities.name} knows no request again, so it cannot be asked"
        raise UsageError(message)
    keys_of(workspace.settings.secret_key)
    with open_mailing(workspace, workspace.find(issue)) as mailing:
        verify(mailing.engine, mailing.journal)
        settle_the_dead(mailing.engine, this_process(""), now_ms())
        sending = get_sending(mailing.engine, mailing.issue.slug)
        refuse_changed(mailing, sending)
        say_what_is_known(mailing, sending, transport)


def _settle_proven(engine: Engine, settings: Settings, sending: Sending, log: str) -> int:
    """Take as sent what the log of a mail server says that it took; return how many that were.

    Raises:
        UsageError: the log cannot be read, or the secret key is not set, by which mails are known.
    """
    from pathlib import Path

    from newsletter.audience.tokens import keys_of
    from newsletter.cli.people import now_ms
    from newsletter.errors import UsageError
    from newsletter.sending.evidence import taken
    from newsletter.sending.letters import message_ids
    from newsletter.sending.own_mails import PREFIX
    from newsletter.sending.sendings import doubts as doubts_of
    from newsletter.sending.sendings import settle_doubts
    from newsletter.sending.states import Arrow

    slug = sending.slug.removeprefix(PREFIX)
    message_id = message_ids(keys_of(settings.secret_key), settings.newsletter, slug, sending.id)
    wanted = {message_id(doubt.subscriber_id): doubt.id for doubt in doubts_of(engine, sending.id)}
    try:
        with Path(log).open(encoding="utf-8", errors="replace") as lines:
            proven = [wanted[found] for found in taken(lines, wanted)]
    except OSError as error:
        message = f"{log}: {error.strerror}"
        raise UsageError(message) from error
    return settle_doubts(engine, sending, Arrow.PROVE, proven, now_ms())


def _document(doubt: Doubt) -> dict[str, object]:
    from newsletter.audience.documents import moment
    from newsletter.audience.values import from_ms

    at = from_ms(doubt.wired_at_ms) if doubt.wired_at_ms else None
    return {"address": doubt.address, "reason": doubt.reply, "at": moment(at)}
