"""`newsletter send`: an issue to its readers. So far: to named addresses, to see it in a real mail program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.cli.workspace import Workspace
    from newsletter.model import Email, Issue, Outcome

EXAMPLES = "Example: newsletter send asml --test you@example.org"


def send(
    context: typer.Context,
    issue: IssueName,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[ADDR]...", help="More addresses for --test.")
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option("--test", metavar="ADDR", help="Send it to this address only, as a test."),
    ] = None,
    transport: Annotated[
        str, typer.Option(metavar="NAME", help="smtp or directory, else as configured.")
    ] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Send an issue as a test to the addresses you name."""
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError

    if not test:
        message = "name the addresses to send to: --test you@example.org (this version sends tests only)"
        raise UsageError(message)
    addresses = _checked([*test, *(more or ())])
    workspace = open_workspace(directory or context.obj)
    read = workspace.read(workspace.find(issue))
    return _send_test(workspace, read, addresses, transport, as_json=as_json)


def _checked(addresses: Sequence[str]) -> list[str]:
    """Return the addresses in their normal form, each once."""
    from email_validator import EmailNotValidError, validate_email

    from newsletter.cli.output import clean
    from newsletter.errors import UsageError

    normal: dict[str, None] = {}
    for written in (part.strip() for address in addresses for part in address.split(",")):
        try:
            found = validate_email(written, check_deliverability=False, test_environment=True)
        except EmailNotValidError as error:
            message = f'"{clean(written)}" is not a mail address: {error}'
            raise UsageError(message) from error
        normal[found.ascii_email or found.normalized] = None
    return list(normal)


def _send_test(
    workspace: Workspace, issue: Issue, addresses: list[str], transport: str, *, as_json: bool
) -> int:
    from time import monotonic

    from newsletter.cli.output import print_json, say
    from newsletter.render import render_email

    email = render_email(issue, workspace.theme, workspace.settings)
    began = monotonic()
    outcomes = []
    for outcome in _deliver(workspace, email, addresses, transport):
        outcomes.append(outcome)
        say(_line(outcome))
    counts = _counts(outcomes)
    if as_json:
        seconds = monotonic() - began
        speed = {"seconds": round(seconds, 3), "per_second": round(len(outcomes) / seconds, 1)}
        print_json({"issue": issue.slug, "state": "done", "planned": len(addresses), **counts, **speed})
    return 0 if counts["sent"] == len(addresses) else 1


def _deliver(workspace: Workspace, email: Email, addresses: list[str], name: str) -> Iterator[Outcome]:
    import secrets
    from datetime import datetime

    from newsletter.cli.letters import TEST_TOKEN, compose
    from newsletter.delivery.all_backends import open_transport

    now = datetime.now(workspace.settings.newsletter.timezone)
    # All messages are composed before the line is opened: a fault in one must not stop half-way.
    messages = []
    for address in addresses:
        # Unlike any test before it, so that a mail program does not take this one for a copy.
        reader = workspace.reader(address, email.language, f"{TEST_TOKEN}-{secrets.token_hex(4)}")
        messages.append(compose(email, workspace, reader, now))
    with open_transport(workspace.settings, name) as transport:
        for message in messages:
            yield transport.deliver(message)


def _line(outcome: Outcome) -> str:
    from newsletter.cli.output import clean, mark
    from newsletter.model import Verdict

    words = {
        Verdict.ACCEPTED: mark("sent", "green"),
        Verdict.DEFERRED: mark("not now", "yellow"),
        Verdict.REFUSED: mark("refused", "red"),
        Verdict.UNCERTAIN: mark("in doubt", "yellow"),
    }
    reply = "" if outcome.verdict is Verdict.ACCEPTED else f": {outcome.code} {outcome.reply}".rstrip()
    return f"{words[outcome.verdict]} {clean(outcome.address)}{clean(reply)}"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count by the states of a sending; a test is tried once, so what is deferred stays pending."""
    from newsletter.model import Verdict

    verdicts = [outcome.verdict for outcome in outcomes]
    return {
        "pending": verdicts.count(Verdict.DEFERRED),
        "sent": verdicts.count(Verdict.ACCEPTED),
        "failed": verdicts.count(Verdict.REFUSED),
        "in_doubt": verdicts.count(Verdict.UNCERTAIN),
        "skipped": 0,
        "cancelled": 0,
    }
