"""The editor that a person writes with."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from newsletter.errors import UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path


def editor_command() -> list[str]:
    """Return how the editor is started, as $VISUAL or $EDITOR says.

    Raises:
        UsageError: neither says so, or what is said cannot be run.
    """
    said = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(said)
    except ValueError:
        command = []
    if not command:
        raise UsageError("--edit needs to know your editor: set EDITOR, such as EDITOR=nano")
    if shutil.which(command[0]) is None:
        message = f"the editor {quoted(command[0])} (in EDITOR) is not there"
        raise UsageError(message)
    return command


def open_editor(command: list[str], path: Path) -> None:
    """Open a file, and wait until the editor is closed."""
    subprocess.run([*command, str(path)], check=False)  # noqa: S603 - a person's own editor
