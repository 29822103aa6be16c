"""Ask a person before something that cannot be undone."""

from __future__ import annotations

import sys


def confirmed(question: str, *, yes: bool) -> bool:
    """Say whether a person agrees; `yes` is their `--yes`, given beforehand.

    Raises:
        UsageError: nobody is there to be asked.
    """
    from newsletter.errors import UsageError

    if yes:
        return True
    if not sys.stdin.isatty():
        message = "nobody is there to be asked: confirm with --yes"
        raise UsageError(message)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "j", "ja"}
