"""Send an issue to all its readers: begin what has not begun, and go on with what has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from newsletter.audience.segments import select_for
from newsletter.audience.tokens import keys_of
from newsletter.cli.delivering import status_of, work_on
from newsletter.cli.output import Mark, print_json, say
from newsletter.cli.people import now_ms
from newsletter.cli.plan import show_findings, show_plan
from newsletter.cli.tallies import document, how_to_resume, say_tally
from newsletter.delivery.all_backends import ISSUE_SHARE, open_transport
from newsletter.errors import IssueError, SendingError, UsageError
from newsletter.sending.engine import Tuning
from newsletter.sending.plan import content_sha256, issue_findings, plan_hash
from newsletter.sending.policy import Retry
from newsletter.sending.refusals import BELIEVED
from newsletter.sending.senders import see_that_nobody_sends, this_process
from newsletter.sending.sendings import find_sending, freeze, tally
from newsletter.sending.wishes import wishes_of
from newsletter.store.journal import adopt as adopt_ledger
from newsletter.store.journal import verify
from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from newsletter.cli.mailing import Mailing
    from newsletter.config import Settings
    from newsletter.sending.sendings import Sending


def send_to_list(mailing: Mailing, *, yes: bool, wanted_hash: str, adopt: bool, as_json: bool) -> int:
    """Send an issue to its readers, or what is left of it; return the exit status.

    Raises:
        IssueError: something about the issue speaks against it, at its place.
        SendingError: what would be sent is not what was planned, or was begun.
        UsageError: nobody is there to confirm it, or the number that was typed is another.
    """
    settings = mailing.workspace.settings
    transport = open_transport(settings, share=ISSUE_SHARE)
    keys_of(settings.secret_key)  # before anybody is asked: the links in the mails need it
    if adopt:
        adopt_ledger(mailing.engine, mailing.journal)
    verify(mailing.engine, mailing.journal)
    wishes_of(settings).take_in(mailing.engine)
    sending = find_sending(mailing.engine, mailing.issue.slug)
    if sending is None or sending.status == "sending":
        see_that_nobody_sends(mailing.engine, this_process(""), now_ms())
    if sending is None:
        sending = _begin(mailing, yes=yes, wanted_hash=wanted_hash)
    elif sending.status in {"done", "cancelled"}:
        return _told_already(mailing, sending, as_json=as_json)
    else:
        _go_on(mailing, sending, yes=yes, wanted_hash=wanted_hash)
    percent = 100.0 if sending.refusals == BELIEVED else settings.sending.most_unknown_percent
    tuning = Tuning(retry_of(settings), most_unknown_percent=percent)
    return work_on(mailing, sending, transport, tuning, as_json=as_json)


def _begin(mailing: Mailing, *, yes: bool, wanted_hash: str) -> Sending:
    plan = mailing.plan()
    show_plan(mailing, plan, say)
    if plan.errors:
        raise IssueError(plan.errors)
    show_findings(plan)
    if wanted_hash and wanted_hash != plan.hash:
        raise _drifted(mailing, wanted_hash, plan.hash)
    _confirm(plan.readers, yes=yes)
    wishes_of(mailing.workspace.settings).take_in(mailing.engine)  # a person may have thought for long
    begun_ms = now_ms()
    readers = select_for(mailing.segment, begun_ms)
    return freeze(mailing.engine, plan, readers, retry_of(mailing.workspace.settings), begun_ms)


def _go_on(mailing: Mailing, sending: Sending, *, yes: bool, wanted_hash: str) -> None:
    slug = sending.slug
    if sending.status == "paused":
        message = f"{slug} is paused; {how_to_resume(sending)}"
        raise SendingError(message)
    refuse_changed(mailing, sending)
    found = plan_hash(slug, mailing.issue.audience, sending.content_sha256, sending.readers_sha256)
    if wanted_hash and wanted_hash != found:
        raise _drifted(mailing, wanted_hash, found)
    if findings := issue_findings(mailing.issue, mailing.letters.date):
        raise IssueError(findings)
    counts = tally(mailing.engine, sending.id)
    say_tally(slug, f"begun {sending.date(mailing.workspace.settings.newsletter.timezone):%Y-%m-%d %H:%M}", counts)
    _confirm(counts.left, yes=yes)


def refuse_changed(mailing: Mailing, sending: Sending) -> None:
    """Let a sending go on only with what it began with.

    Raises:
        SendingError: its content has changed.
    """
    slug = sending.slug
    if content_sha256(mailing.letters.mail) != sending.content_sha256:
        message = (
            f"{slug} has changed since it began to be sent, and everybody gets the same; put back the issue, the "
            "templates and the settings as they were, or end it with: newsletter cancel " + slug
        )
        raise SendingError(message)


def _told_already(mailing: Mailing, sending: Sending, *, as_json: bool) -> int:
    counts = tally(mailing.engine, sending.id)
    say_tally(sending.slug, sending.status, counts)
    say("Nothing is left to send of it.")
    if as_json:
        print_json(document(sending.slug, sending.status, counts, 0.0, 0))
    return status_of(counts, "done")


def _drifted(mailing: Mailing, wanted: str, found: str) -> SendingError:
    slug = mailing.issue.slug
    return SendingError(
        f"--plan says {quoted(wanted)}, and it is now {found}: the issue or its readers have changed; "
        f"look at it with: newsletter plan {slug}"
    )


def retry_of(settings: Settings) -> Retry:
    """Return how often and for how long readers are tried, as the settings say."""
    return Retry(settings.sending.retry_after_s, give_up_s=settings.sending.give_up_after_s)


def _confirm(readers: int, *, yes: bool) -> None:
    """Have a person type how many will get mail, which nobody does by accident.

    Raises:
        UsageError: nobody is there to be asked, or another number was typed.
    """
    if yes or not readers:
        return
    if not sys.stdin.isatty():
        message = f"{counted(readers, 'reader')} would get mail, and nobody is there to be asked: confirm with --yes"
        raise UsageError(message)
    say(Mark(f"Type the number of readers ({readers:,}) to send it:", "bold"))
    typed = sys.stdin.readline().strip()
    if "".join(c for c in typed if c not in ",. ") != str(readers):
        message = f"{quoted(typed)} is not {readers:,}; nothing was sent"
        raise UsageError(message)
