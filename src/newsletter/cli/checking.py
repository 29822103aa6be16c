"""Issues on their way through the checks, for the commands that run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.checks import Desk, examine, outline_of, refuse_unknown_rules
from newsletter.errors import IssueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from newsletter.checks import Answer
    from newsletter.cli.workspace import Workspace
    from newsletter.model import Finding, Issue


@dataclass(frozen=True, slots=True)
class Reading:
    """The issues that were read, and what is wrong with those that could not be."""

    issues: Mapping[Path, Issue]
    faults: Mapping[Path, Sequence[Finding]]


def read_issues(workspace: Workspace, paths: Iterable[Path]) -> Reading:
    """Read issues by their files."""
    issues: dict[Path, Issue] = {}
    faults: dict[Path, Sequence[Finding]] = {}
    for path in paths:
        try:
            issues[path] = workspace.read(path)
        except IssueError as error:
            faults[path] = error.findings
    return Reading(issues, faults)


def open_desk(workspace: Workspace, reading: Reading, answers: Mapping[str, Answer]) -> Desk:
    """Return what each issue of a workspace is checked with, beside all that were read.

    Raises:
        ConfigError: `[checks]` names a rule that there is not.
    """
    refuse_unknown_rules(workspace.settings)
    return Desk(
        theme=workspace.theme,
        settings=workspace.settings,
        now=datetime.now(workspace.settings.newsletter.timezone),
        others=tuple(outline_of(issue, workspace.theme.kinds) for issue in reading.issues.values()),
        answers=answers,
    )


def check_all(reading: Reading, paths: Sequence[Path], desk: Desk, told: Callable[[int], None]) -> list[Finding]:
    """Return what is wrong with some of the issues that were read; `told` hears how many are done."""
    findings: list[Finding] = []
    for done, path in enumerate(paths, start=1):
        found = reading.faults.get(path)
        findings += examine(reading.issues[path], path, desk) if found is None else found
        told(done)
    return findings
