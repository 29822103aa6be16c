"""What a person is told when a command ends in an error."""

from __future__ import annotations

import errno
import traceback
from typing import TYPE_CHECKING

from newsletter.cli.output import Mark, print_json, say
from newsletter.errors import FaultsError, NewsletterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.model import Finding

USAGE, BUG, INTERRUPTED = 2, 3, 130

_ERROR = Mark("error:", "red")
_THE_MACHINE = frozenset({errno.EDQUOT, errno.ENOENT, errno.ENOSPC, errno.EROFS})
"""A full disk, or a folder that went away: said by the system without a file's name, and no bug of this program."""


def report_error(error: BaseException, *, as_json: bool) -> int:
    """Tell an error that a person can mend; return its exit status, or 0 for one that nobody expected."""
    errors: list[dict[str, object]] = []
    if isinstance(error, FaultsError):
        for finding in error.findings:
            say(Mark(f"{finding.position}:", "bold"), _ERROR, finding.message)
            errors.append(finding_as_json(finding))
    elif message := _message(error):
        # Where no command was named, the parser's message is the help itself.
        is_help = message.startswith("Usage:")
        say(*(() if is_help else (_ERROR,)), message)
        errors.append({"message": message})
        if hasattr(error, "format_message") and not is_help:
            say(f"Try: {getattr(getattr(error, 'ctx', None), 'command_path', 'newsletter')} --help")
    else:
        return 0
    if as_json:
        print_json({"errors": errors})
    return USAGE


def _message(error: BaseException) -> str:
    """Return what to say of an error; empty for one that nobody expected."""
    if isinstance(error, NewsletterError):
        return str(error)
    if hasattr(error, "format_message"):  # wrong usage, as the parser found it
        return str(error.format_message())
    if isinstance(error, FileExistsError) and error.filename:  # in the place of a folder that was to be made
        return f"{error.filename} is there already, and is no folder; choose another place"
    if isinstance(error, OSError) and (error.filename or error.errno in _THE_MACHINE):
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return ""


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


def report_bug(error: BaseException, arguments: Sequence[str], *, as_json: bool) -> int:
    """Write the traceback to a file and say where it is."""
    message = f"this is a bug in newsletter: {type(error).__name__}"
    say(_ERROR, message)
    log = ""
    try:
        log = _write_down(f"newsletter {' '.join(arguments)}\n\n{''.join(traceback.format_exception(error))}")
        say(f"What happened is written down in {log}")
    except OSError as refused:
        say(f"What happened could not be written down: {refused.strerror}")
    if as_json:
        print_json({"errors": [{"message": message}], "log": log})
    return BUG


def _write_down(text: str) -> str:
    """Write a log that only its owner can read; return its path."""
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", prefix="newsletter-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as log:
        log.write(text)
    return log.name
