"""`newsletter send`: an issue to its readers, or to named addresses, to see it in a real mail program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.cli.output import Mark
    from newsletter.cli.workspace import Workspace
    from newsletter.model import Email, Outcome

EXAMPLES = "Example: newsletter send asml --test you@example.org"


def send(
    context: typer.Context,
    issue: IssueName,
    more: Annotated[list[str] | None, typer.Argument(metavar="[ADDR]...", help="More addresses for --test.")] = None,
    test: Annotated[
        list[str] | None, typer.Option("--test", metavar="ADDR", help="Send it to this address only, as a test.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send it without being asked; for scripts.")] = False,
    plan: Annotated[
        str, typer.Option("--plan", metavar="HASH", help="Send it only if it is still what `plan` showed.")
    ] = "",
    transport: Annotated[
        str, typer.Option(metavar="NAME", help="smtp, directory, null or esp:PROVIDER, else as configured.")
    ] = "",
    rate: Annotated[
        float | None, typer.Option(metavar="N", min=0, help="Mails a second at most, else as configured.")
    ] = None,
    connections: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=100, help="At most, else as configured.")
    ] = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Go on from a database that was restored or copied; see the docs.")
    ] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Send an issue to its readers, each of them once. What was begun and stopped goes on where it was.

    Shows the plan and asks for the number of readers. With --test, sends it to the addresses you name instead.
    """
    from newsletter.cli.addresses import normal_addresses
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.render import render_email

    addresses = normal_addresses([*test, *(more or ())]) if test else []
    if (test or more) and not addresses:
        message = "name the addresses to send to: --test you@example.org"
        raise UsageError(message)
    workspace = _tuned(open_workspace(directory or context.obj), transport, rate, connections)
    path = workspace.find(issue)
    if addresses:
        read = workspace.read(path)
        email = render_email(read, workspace.theme, workspace.settings, workspace.pictures(read, path))
        return _send_test(workspace, email, addresses, transport, as_json=as_json)
    from newsletter.cli.list_sending import send_to_list
    from newsletter.cli.mailing import open_mailing

    with open_mailing(workspace, path) as mailing:
        return send_to_list(mailing, yes=yes, wanted_hash=plan, adopt=adopt, as_json=as_json)


def _tuned(workspace: Workspace, transport: str, rate: float | None, connections: int | None) -> Workspace:
    """Return the workspace with what the options say instead of the settings."""
    from dataclasses import replace

    settings = workspace.settings
    smtp, esp = settings.smtp, settings.esp
    if rate is not None:
        smtp, esp = replace(smtp, rate_per_second=rate), replace(esp, rate_per_second=rate)
    if connections is not None:
        smtp, esp = replace(smtp, connections=connections), replace(esp, concurrency=connections)
    delivery = replace(settings.delivery, transport=transport or settings.delivery.transport)
    return replace(workspace, settings=replace(settings, smtp=smtp, esp=esp, delivery=delivery))


def _send_test(workspace: Workspace, email: Email, addresses: list[str], transport: str, *, as_json: bool) -> int:
    from time import monotonic

    from newsletter.cli.output import Mark, print_json, say
    from newsletter.errors import DeliveryError

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        say(*_line(outcome))

    began = monotonic()
    outcomes: list[Outcome] = []
    try:
        _deliver(workspace, email, addresses, transport, told)
    except DeliveryError as error:
        if not outcomes:
            raise
        say(Mark("error:", "red"), str(error))
    if len(outcomes) < len(addresses):
        say(Mark("not tried", "yellow"), ", ".join(addresses[len(outcomes) :]))
    counts = _counts(outcomes, len(addresses))
    if as_json:
        seconds = max(monotonic() - began, 0.001)  # of what is shown, none is 0
        speed = {"seconds": round(seconds, 3), "per_second": round(len(outcomes) / seconds, 1)}
        print_json({"issue": email.slug, "state": "done", "planned": len(addresses), **counts, **speed})
    return 0 if counts["sent"] == len(addresses) else 1


def _deliver(
    workspace: Workspace, email: Email, addresses: list[str], name: str, told: Callable[[Outcome], None]
) -> None:
    import asyncio
    import secrets
    from datetime import datetime

    from newsletter.cli.letters import TEST_TOKEN, compose
    from newsletter.delivery.all_backends import open_transport
    from newsletter.delivery.dkim import load_signer
    from newsletter.delivery.one_by_one import OneByOne

    transport = open_transport(workspace.settings, name)
    signer = load_signer(workspace.settings.dkim) if transport.capabilities.takes_octets else None
    now = datetime.now(workspace.settings.newsletter.timezone)
    # All messages are composed before the line is opened: a fault in one must not stop half-way.
    messages = []
    for address in addresses:
        # Unlike any test before it, so that a mail program does not take this one for a copy.
        reader = workspace.reader(address, email.language, f"{TEST_TOKEN}-{secrets.token_hex(4)}")
        message = compose(email, workspace.settings, reader, now, is_test=True)
        messages.append(signer.sign(message, now) if signer else message)
    asyncio.run(transport.run(OneByOne(messages, told)))


def _line(outcome: Outcome) -> tuple[Mark, str]:
    from newsletter.cli.output import Mark
    from newsletter.model import Verdict

    words = {
        Verdict.ACCEPTED: Mark("sent", "green"),
        Verdict.DEFERRED: Mark("not now", "yellow"),
        Verdict.REFUSED: Mark("refused", "red"),
        Verdict.UNCERTAIN: Mark("in doubt", "yellow"),
    }
    reply = "" if outcome.verdict is Verdict.ACCEPTED else f": {outcome.code} {outcome.reply}".rstrip()
    return words[outcome.verdict], f"{outcome.address}{reply}"


def _counts(outcomes: Sequence[Outcome], planned: int) -> dict[str, int]:
    """Count by the states of a sending; a test is tried once, so what is deferred or not tried stays pending."""
    from newsletter.model import Verdict

    verdicts = [outcome.verdict for outcome in outcomes]
    return {
        "pending": verdicts.count(Verdict.DEFERRED) + planned - len(outcomes),
        "sent": verdicts.count(Verdict.ACCEPTED),
        "failed": verdicts.count(Verdict.REFUSED),
        "in_doubt": verdicts.count(Verdict.UNCERTAIN),
        "skipped": 0,
        "cancelled": 0,
    }
