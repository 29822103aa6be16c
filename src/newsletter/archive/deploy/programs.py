"""The door to the programs that carry a site."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.errors import UsageError
from newsletter.wording import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MOST_QUOTED = 1_000
"""Characters of what a program says when it fails."""


@dataclass(frozen=True, slots=True)
class Program:
    """One of them, with the folder that it runs in and what its environment has more."""

    name: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, may_end_with: Sequence[int] = ()) -> str:
        """Run it, and return what it prints.

        Args:
            arguments: Of its command line.
            may_end_with: Statuses that are no failure, beside 0; then nothing is returned.

        Raises:
            UsageError: it is not installed, or it does not succeed; with its own words.
        """
        if shutil.which(self.name) is None:
            message = f"publishing there needs the program {self.name}, which is not installed"
            raise UsageError(message)
        ran = subprocess.run(  # noqa: S603 - what it is given was checked by its setting
            [self.name, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        if ran.returncode in may_end_with:
            return ""
        if ran.returncode:
            lines = (ran.stderr or ran.stdout).strip().splitlines()
            said = printable("; ".join(line for line in lines if line.strip()))
            quoted = said if len(said) <= _MOST_QUOTED else f"{said[:_MOST_QUOTED]}…"
            message = f"{self.name} ended with status {ran.returncode}: {quoted or 'it said nothing'}"
            raise UsageError(message)
        return ran.stdout
