"""What a person is told when a command ends in an error."""

from __future__ import annotations

import sys
import tempfile
import traceback
from typing import TYPE_CHECKING

from newsletter.cli.output import mark, print_json, say
from newsletter.errors import FaultsError, NewsletterError

if TYPE_CHECKING:
    from newsletter.model import Finding

USAGE, BUG = 2, 3


def report_error(error: BaseException, *, as_json: bool) -> int:
    """Tell an error that a person can mend; return its exit status, or 0 for one that nobody expected."""
    if isinstance(error, FaultsError):
        for finding in error.findings:
            say(_line(finding))
    elif isinstance(error, NewsletterError):
        say(f"{mark('error:', 'red')} {error}")
    elif hasattr(error, "format_message") and hasattr(
        error, "exit_code"
    ):  # wrong usage, as the parser found it
        context = getattr(error, "ctx", None)
        path = getattr(context, "command_path", "newsletter")
        say(f"{mark('error:', 'red')} {error.format_message()}\nTry: {path} --help")
    else:
        return 0
    if as_json:
        print_json({"errors": _errors(error)})
    return USAGE


def _line(finding: Finding) -> str:
    return f"{mark(str(finding.position), 'bold')}: {mark('error:', 'red')} {finding.message}"


def _errors(error: BaseException) -> list[dict[str, object]]:
    if isinstance(error, FaultsError):
        return [finding_as_json(finding) for finding in error.findings]
    return [{"message": str(error)}]


def finding_as_json(finding: Finding) -> dict[str, object]:
    """Return a finding as it stands in a JSON document."""
    return {
        "path": finding.position.path,
        "line": finding.position.line,
        "column": finding.position.column,
        "severity": str(finding.severity),
        "rule": finding.rule,
        "message": finding.message,
    }


def report_bug(error: BaseException) -> int:
    """Write the traceback to a file and say where it is."""
    text = "".join(traceback.format_exception(error))
    with tempfile.NamedTemporaryFile(
        "w", prefix="newsletter-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"newsletter {' '.join(sys.argv[1:])}\n\n{text}")
    say(f"{mark('error:', 'red')} this is a bug in newsletter: {type(error).__name__}")
    say(f"What happened is written down in {log.name}")
    return BUG
