"""Any of the seventy kinds of storage that rclone knows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

from newsletter.archive.deploy.changes import Changes, compared, files_of, in_batches
from newsletter.archive.deploy.programs import Program

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from newsletter.archive.deploy.changes import Progress

_NO_SUCH_FOLDER = 3
"""The status that rclone ends with: there is nothing yet."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A target of rclone, as `REMOTE:PATH`.

    Where a storage knows no checksums, as those of FTP and WebDAV, rclone goes by size, and would leave a page of the
    same length as it was. So such files are fetched, and compared here.
    """

    site: Path
    root: Path
    scratch: Path
    target: str

    def look(self) -> Changes:
        """List the storage with its checksums, and compare with the site's files."""
        said = self._run("lsjson", self.target, "--recursive", "--files-only", "--no-modtime", "--no-mimetype",
                         "--hash", "--hash-type", "md5", may_be_missing=True)  # fmt: skip
        listed = {file["Path"]: file for file in json.loads(said or "[]")}
        there = {path: file.get("Hashes", {}).get("md5") for path, file in listed.items()}
        here = {path: _md5(self.site / path) for path in files_of(self.site)}
        alike = {path for path in here.keys() & listed.keys()
                 if not there[path] and listed[path]["Size"] == (self.site / path).stat().st_size}  # fmt: skip
        return compared(here, there | self._fetched(alike))

    def carry(self, changes: Changes, progress: Progress) -> None:
        """Bring them, batch by batch, each with its headers where the storage has such; then remove."""
        done = 0
        for batch in in_batches(changes):
            headers = (f"Content-Type: {batch.media_type}", f"Cache-Control: {batch.cache_control}")
            options = [word for header in headers for word in ("--header-upload", header)]
            self._run("copy", str(self.site), self.target, *self._only(batch.paths), "--ignore-times", *options)
            done += len(batch.paths)
            progress("publishing", done, len(changes.carried))
        if changes.removed:
            self._run("delete", self.target, *self._only(changes.removed), "--rmdirs")

    def _fetched(self, paths: set[str]) -> dict[str, str]:
        if not paths:
            return {}
        copy = self.scratch / "copy"
        self._run("copy", self.target, str(copy), *self._only(sorted(paths)), "--ignore-times")
        return {path: _md5(copy / path) for path in files_of(copy)}

    def _only(self, paths: Iterable[str]) -> tuple[str, str]:
        names = self.scratch / "names"
        names.write_text("".join(f"{path}\n" for path in paths), "utf-8")
        return "--files-from-raw", str(names)

    def _run(self, *arguments: str, may_be_missing: bool = False) -> str:
        return Program("rclone", self.root).run(*arguments, may_end_with=(_NO_SUCH_FOLDER,) if may_be_missing else ())


def _md5(path: Path) -> str:
    return md5(path.read_bytes(), usedforsecurity=False).hexdigest()
