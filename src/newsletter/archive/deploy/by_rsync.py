"""A folder on a server, or on this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.archive.deploy.changes import Changes
from newsletter.archive.deploy.programs import Program
from newsletter.archive.folder import MARK

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.archive.deploy.changes import Progress

_BROUGHT = re.compile(r"[<>]f(\S+) (.*)")
"""A line about a file that travels: what is another, each at its place, and its path."""
_REMOVED = re.compile(r"\*deleting +(.*[^/])")
_ALIKE = (
    "--recursive",
    "--times",
    "--perms",
    "--chmod=D755,F644",  # whatever the mask of whoever built it: a server's own user has to read it
    "--checksum",  # a checkout or a build gives a file another time, not another content
    "--delay-updates",  # a file takes its place when it is whole, as all of its batch do
)
_STAYS = ("--filter=P /.*", "--filter=P /CNAME", f"--exclude=/{MARK}")
"""As `is_the_hosts` has it, and the mark stays at home."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A target of rsync: a path, `HOST:PATH`, or `HOST::MODULE/PATH`."""

    site: Path
    root: Path
    scratch: Path
    target: str

    def look(self) -> Changes:
        """Ask rsync what it would do."""
        said = self._run("--delete", "--dry-run", "--out-format=%i %n", "--8-bit-output", *_STAYS)
        brought = [match.groups() for line in said.splitlines() if (match := _BROUGHT.fullmatch(line))]
        removed = [match[1] for line in said.splitlines() if (match := _REMOVED.fullmatch(line))]
        return Changes(
            added=tuple(sorted(path for what, path in brought if "+" in what)),
            changed=tuple(sorted(path for what, path in brought if "+" not in what)),
            removed=tuple(sorted(removed)),
        )

    def carry(self, changes: Changes, progress: Progress) -> None:
        """Bring what pages show, then all else, and delete."""
        if changes.shown:
            names = self.scratch / "names"
            names.write_text("".join(f"{path}\0" for path in changes.shown), "utf-8")
            self._run(f"--files-from={names}", "--from0")
            progress("publishing", len(changes.shown), len(changes.carried))
        self._run("--delete-delay", *_STAYS)
        progress("publishing", len(changes.carried), len(changes.carried))

    def _run(self, *options: str) -> str:
        return Program("rsync", self.root).run(*_ALIKE, *options, "--", f"{self.site}/", self.target)
