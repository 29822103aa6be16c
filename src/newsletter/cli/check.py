"""`newsletter check`: what is wrong with issues, before anybody gets them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from newsletter.cli.checking import Online
    from newsletter.cli.workspace import Workspace
    from newsletter.model import Finding

EXAMPLES = "Example: newsletter check asml"


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def check(
    context: typer.Context,
    issues: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ISSUE]...", help="Paths or names, latest or next; all issues where none is given."),
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Ask each link, and the podcast's feed.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 for warnings too.")] = False,
    output: Annotated[Format, typer.Option("--format", metavar="FORMAT", help="text, json or sarif.")] = Format.TEXT,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Look for what is wrong with issues: in the text, the links, the pictures, the mail that comes of it.

    Ends with 1 when there is an error. [checks] in newsletter.toml says how much each rule weighs.
    """
    from newsletter.cli.checking import Online, check_issues
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.model import Severity

    if as_json and output is Format.SARIF:
        message = "--json and --format sarif are two documents; choose one"
        raise UsageError(message)
    workspace = open_workspace(directory or context.obj)
    asked = [workspace.find(name) for name in issues] if issues else workspace.all_issues()
    findings = check_issues(workspace, asked, _asked(workspace, asked) if online else Online())
    _print(findings, len(asked), Format.JSON if as_json else output)
    return 1 if any(strict or finding.severity is Severity.ERROR for finding in findings) else 0


def _asked(workspace: Workspace, paths: Sequence[Path]) -> Online:
    from newsletter.cli.online import ask_online

    return ask_online(workspace, paths)


def _print(findings: Sequence[Finding], issues: int, output: Format) -> None:
    from newsletter.cli.failure import finding_as_json
    from newsletter.cli.findings import show_findings, summary
    from newsletter.cli.output import print_json, say
    from newsletter.cli.sarif import sarif_log

    if output is Format.TEXT:
        show_findings(findings)
        say(summary(findings, issues))
    elif output is Format.JSON:
        print_json({"issues": issues, "findings": [finding_as_json(finding) for finding in findings]})
    else:
        print_json(sarif_log(findings))
