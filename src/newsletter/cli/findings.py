"""Findings as a person reads them: each with its line of the source, and a mark under its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.cli.output import Mark, show
from newsletter.model import Severity
from newsletter.render.lines import display_width
from newsletter.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.model import Finding

_INDENT = "    "
_ELLIPSIS = "…"
_NARROWEST = 40
_TAB = "    "


def show_findings(findings: Sequence[Finding]) -> None:
    """Print findings, each with its line of the source."""
    width = max(_NARROWEST, shutil.get_terminal_size().columns) - len(_INDENT)
    sources = {path: _lines(path) for path in {finding.position.path for finding in findings}}
    for finding in findings:
        is_error = finding.severity is Severity.ERROR
        weight = Mark("error:", "red") if is_error else Mark("warning:", "yellow")
        show(Mark(f"{finding.position}:", "bold"), weight, finding.message, Mark(f"[{finding.rule}]", "dim"))
        lines = sources[finding.position.path]
        if finding.position.column and finding.position.line <= len(lines):
            source, marker = excerpt(lines[finding.position.line - 1], finding.position.column, width)
            show(f"{_INDENT}{source}")
            show(Mark(f"{_INDENT}{marker}", "green"))


def summary(findings: Sequence[Finding], issues: int) -> str:
    """Return in a few words what was found in how many issues."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    found = [counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number]
    return f"{' and '.join(found) or 'nothing to mend'} in {counted(issues, 'issue')}"


def excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """Return a line of a source in at most `width` columns around one of its characters, and a mark to stand under it.

    Tabs are four columns wide, East Asian characters two; `column` counts characters from 1.
    """
    before, behind = _visible(line[: column - 1]), _visible(line[column - 1 :].rstrip())
    lead = ""
    while before and display_width(lead + before) > width // 2:
        before, lead = before[1:], _ELLIPSIS
    shown = lead + before
    marker = " " * display_width(shown) + "^"
    if display_width(shown + behind) <= width:
        return shown + behind, marker
    while behind and display_width(shown + behind + _ELLIPSIS) > width:
        behind = behind[:-1]
    return shown + behind + _ELLIPSIS, marker


def _visible(text: str) -> str:
    """Return a text as it is printed: what has no width of its own takes a column, as its substitute does."""
    shown = text.replace("\t", _TAB)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def _lines(path: str) -> list[str]:
    """Return the lines of a file that a finding names; nothing of what is no file, such as the environment."""
    try:
        return Path(path).read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
