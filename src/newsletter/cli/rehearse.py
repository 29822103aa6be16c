"""`newsletter rehearse`: the whole sending, up to a mail server that delivers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, IssueName

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.cli.workspace import Workspace

EXAMPLES = "Example: newsletter rehearse asml"

_MBOX = b"From "
"""How a mailbox begins."""


def rehearse(
    context: typer.Context,
    issue: IssueName,
    out: Annotated[str, typer.Option(metavar="FILE", help="The first mails, else out/SLUG.mbox.")] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Do all that `send` does, with a mail server of its own that delivers nothing: no reader is reached.

    Every mail is made and goes over a wire; the first of them lie in a mailbox file that mail programs open. The
    database is left as it is.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from newsletter.cli.output import Mark, say, weight
    from newsletter.cli.workspace import open_workspace, shown
    from newsletter.delivery.sink import open_sink
    from newsletter.wording import counted

    workspace = open_workspace(directory or context.obj)
    path = workspace.find(issue)
    mbox = Path(out) if out else workspace.root / "out" / f"{workspace.slug(issue)}.mbox"
    _make_room(mbox)
    with TemporaryDirectory(prefix="newsletter-rehearsal-") as folder, open_sink(mbox) as sink:
        with workspace.store(only_look=True) as engine:
            copy = _copy(workspace, engine, folder, sink.port)
        status = _send(copy, path, Path(folder), as_json=as_json)
        taken = sink.close()
    if taken.messages:
        say(
            f"{counted(taken.messages, 'mail')}, {weight(taken.bytes)}; "
            f"the largest, of {weight(taken.largest_bytes)}, is for {taken.largest_for}"
        )
        say(Mark("wrote", "green"), shown(mbox), Mark("the first of them, for any mail program", "dim"))
    return status


def _make_room(mbox: Path) -> None:
    """Delete the mailbox of an earlier rehearsal, and nothing else that may stand there."""
    from newsletter.cli.workspace import shown
    from newsletter.errors import UsageError

    mbox.parent.mkdir(parents=True, exist_ok=True)
    if not mbox.exists():
        return
    with mbox.open("rb") as file:
        is_mailbox = file.read(len(_MBOX)) in {_MBOX, b""}
    if not is_mailbox:
        message = f"{shown(mbox)} is there already, and is no mailbox; choose another name with --out"
        raise UsageError(message)
    mbox.unlink()


def _copy(workspace: Workspace, engine: Engine, folder: str, port: int) -> Workspace:
    """Return the workspace with a copy of its readers, and with a server on this machine instead of its own."""
    import secrets
    from dataclasses import replace

    from newsletter.config import Secret
    from newsletter.delivery.sink import HOST
    from newsletter.sending.rehearsal import copy_audience

    settings = workspace.settings
    smtp = replace(settings.smtp, host=HOST, port=port, security="none", username="", password=None, rate_per_second=0)
    copy = replace(
        workspace,
        settings=replace(
            settings,
            store_url=Secret(f"sqlite:///{folder}/newsletter.db"),
            secret_key=settings.secret_key or Secret(secrets.token_urlsafe(32)),
            delivery=replace(settings.delivery, transport="smtp"),
            smtp=smtp,
        ),
    )
    with copy.store() as target:
        copy_audience(engine, target)
    return copy


_NOT_YET = frozenset({"send-draft", "send-preheader", "send-at", "send-not-after"})
"""What speaks against sending an issue now, and not against rehearsing it."""


def _send(workspace: Workspace, path: Path, folder: Path, *, as_json: bool) -> int:
    from newsletter.audience.segments import select_for
    from newsletter.audience.values import to_ms
    from newsletter.cli.delivering import work_on
    from newsletter.cli.list_sending import retry_of
    from newsletter.cli.mailing import open_mailing
    from newsletter.cli.output import say
    from newsletter.cli.plan import show_findings, show_plan
    from newsletter.delivery.all_backends import open_transport
    from newsletter.errors import IssueError
    from newsletter.sending.engine import Tuning
    from newsletter.sending.sendings import freeze

    with open_mailing(workspace, path, journal=folder) as mailing:
        plan, retry = mailing.plan(), retry_of(workspace.settings)
        show_plan(mailing, plan, say)
        if faults := [finding for finding in plan.errors if finding.rule not in _NOT_YET]:
            raise IssueError(faults)
        show_findings(plan)
        now_ms = to_ms(mailing.letters.date)
        sending = freeze(mailing.engine, plan, select_for(mailing.segment, now_ms), retry, now_ms)
        transport = open_transport(workspace.settings)
        return work_on(mailing, sending, transport, Tuning(retry), as_json=as_json, is_rehearsal=True)
