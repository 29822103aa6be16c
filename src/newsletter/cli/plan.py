"""`newsletter plan`: what would be sent, to how many; nothing is changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.cli.mailing import Mailing
    from newsletter.sending.plan import Plan

EXAMPLES = "Example: newsletter plan asml"


def plan(context: typer.Context, issue: IssueName, directory: Directory = "", as_json: AsJson = False) -> int:
    """Show what would be sent, to how many, in what time, and what speaks against it. Changes nothing.

    Ends with 1 when something does.
    """
    from newsletter.cli.mailing import open_mailing
    from newsletter.cli.output import print_json, show
    from newsletter.cli.workspace import open_workspace

    workspace = open_workspace(directory or context.obj)
    with open_mailing(workspace, workspace.find(issue), only_look=True) as mailing:
        made = mailing.plan()
        if as_json:
            print_json(_document(mailing, made))
        else:
            show_plan(mailing, made, show)
            _show_begun(mailing)
        show_findings(made)
    return 1 if made.errors else 0


def show_plan(mailing: Mailing, plan: Plan, tell: Callable[..., None]) -> None:
    """Tell a person what would be sent, on standard output or beside it."""
    from newsletter.cli.output import Mark, spoken_time, weight
    from newsletter.delivery.esp.cautions import way

    settings = mailing.workspace.settings
    smtp = settings.smtp
    seconds = _seconds(mailing, plan)
    by = f"smtp, {smtp.host}:{smtp.port}" if settings.delivery.transport == "smtp" else way(settings)
    rows = (
        ("subject", mailing.subject),
        ("readers", f"{plan.readers:,} ({plan.audience})"),
        ("language", plan.language),
        ("message", weight(plan.message_bytes) if plan.message_bytes else "for nobody yet"),
        ("by", by),
        ("time", spoken_time(seconds) if seconds else "as fast as the server takes it"),
        ("plan", plan.hash),
    )
    tell(Mark(plan.slug, "bold"), Mark(mailing.issue.path, "dim"))
    for name, value in rows:
        tell(f"  {name.ljust(8)}", value)


def _show_begun(mailing: Mailing) -> None:
    """Tell a person that it has been sent already, or in part, where that is so."""
    from newsletter.cli.output import show
    from newsletter.cli.tallies import spoken_tally
    from newsletter.sending.sendings import find_sending, tally

    if sending := find_sending(mailing.engine, mailing.issue.slug):
        show("  begun   ", *spoken_tally(sending.slug, sending.status, tally(mailing.engine, sending.id))[1:])


def show_findings(plan: Plan) -> None:
    """Tell a person what speaks against a plan."""
    from newsletter.cli.output import Mark, say
    from newsletter.model import Severity

    for finding in plan.findings:
        is_error = finding.severity is Severity.ERROR
        mark = Mark("error:", "red") if is_error else Mark("warning:", "yellow")
        say(Mark(f"{finding.position}:", "bold"), mark, finding.message)


def _seconds(mailing: Mailing, plan: Plan) -> int:
    """Return how long it takes at the configured rate, rounded up; 0 where none is configured."""
    from newsletter.config.providers import ESP
    from newsletter.delivery.all_backends import ISSUE_SHARE

    settings = mailing.workspace.settings
    by_provider = settings.delivery.transport.startswith(ESP)
    rate = settings.esp.rate_per_second if by_provider else settings.smtp.rate_per_second
    return math.ceil(plan.readers / (rate * ISSUE_SHARE)) if rate else 0


def _document(mailing: Mailing, plan: Plan) -> dict[str, object]:
    from newsletter.cli.failure import finding_as_json
    from newsletter.sending.sendings import find_sending

    sending = find_sending(mailing.engine, plan.slug)
    return {
        "issue": plan.slug,
        "state": sending.status if sending else "planned",
        "hash": plan.hash,
        "audience": plan.audience,
        "planned": plan.readers,
        "variants": [{"language": plan.language, "readers": plan.readers, "bytes": plan.message_bytes}],
        "seconds": _seconds(mailing, plan),
        "content_sha256": plan.content_sha256,
        "recipients_sha256": plan.readers_sha256,
        "findings": [finding_as_json(finding) for finding in plan.findings],
    }
