"""An issue on its way to its readers, opened for a command."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.audience.segments import EVERYBODY
from newsletter.cli.checking import Online, check_issues
from newsletter.delivery.dkim import load_signer
from newsletter.delivery.esp.cautions import cautions
from newsletter.delivery.mime import identity_of, prepare
from newsletter.errors import UsageError
from newsletter.issue.names import name_of
from newsletter.model import Hole
from newsletter.render import render_email
from newsletter.sending.letters import Letters
from newsletter.sending.planning import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.cli.workspace import Workspace
    from newsletter.config import Condition
    from newsletter.model import Issue
    from newsletter.sending.plan import Plan


_TOLD_BY_PLAN = {"preheader-missing": "send-preheader"}
"""What a plan says more strictly than the checks."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """One issue, rendered, and the database with its readers."""

    workspace: Workspace
    path: Path
    """Of the issue's file."""
    issue: Issue
    engine: Engine
    letters: Letters
    """Dated now; `dated` gives those of a sending that has begun."""
    journal: Path
    """The folder of the ledger's second witness."""

    @property
    def segment(self) -> Condition:
        """Whom it is for."""
        return self.workspace.settings.segments.get(self.issue.audience, EVERYBODY)

    @property
    def subject(self) -> str:
        """The subject, with its personal fields as they were written."""
        parts = self.letters.email.subject
        return "".join(
            f"{{{{ {part.field.expression} }}}}" if isinstance(part, Hole) else part
            for part in parts
            if isinstance(part, str | Hole)
        )

    def plan(self) -> Plan:
        """Look at every reader, and at what the checks find."""
        plan = make_plan(self.engine, self.issue, self.letters, self.segment, self.letters.date)
        told = {finding.rule for finding in plan.findings}
        checked = check_issues(self.workspace, [self.path], Online())
        more = (finding for finding in checked if _TOLD_BY_PLAN.get(finding.rule) not in told)
        provider = cautions(self.workspace.settings, self.letters.email)
        return replace(plan, findings=(*plan.findings, *provider, *more))

    def dated(self, date: datetime) -> Letters:
        """Return the mails with the date at which their sending began."""
        return replace(self.letters, date=date)


@contextmanager
def open_mailing(
    workspace: Workspace, path: Path, *, journal: Path | None = None, only_look: bool = False
) -> Iterator[Mailing]:
    """Render an issue and open the database with its readers; the journal lies in the workspace, or as it says."""
    settings = workspace.settings
    issue = workspace.read(path)
    if not issue.form.on_web:
        message = (
            f"{issue.path} goes out by itself, with newsletter serve, to whoever has confirmed; "
            f"try it with: newsletter send {name_of(path)} --test you@example.org"
        )
        raise UsageError(message)
    email = render_email(issue, workspace.theme, settings, workspace.pictures(issue, path))
    letters = Letters(
        email=email,
        mail=prepare(email, identity_of(settings)),
        date=datetime.now(settings.newsletter.timezone),
        signer=load_signer(settings.dkim),
    )
    with workspace.store(only_look=only_look) as engine:
        yield Mailing(workspace, path, issue, engine, letters, journal or workspace.root / ".newsletter")
