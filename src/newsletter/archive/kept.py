"""What was made of the issues is kept in the workspace, so that the next build reads no issue that did not change.

`.newsletter/archive/records-STAMP.json` holds what is known of each issue, by the digest of its file; `files/DIGEST`
the texts and pictures, each under the digest of its content. All of it is written beside its place and moved there, and
checked when it is read: two programs at once never see half of a file, and one that was cut short is made anew. The
folder can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.archive.record import Record, as_json, read_record
from newsletter.archive.stamp import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = ".newsletter/archive"
FORGOTTEN_AFTER_S = 7 * 86_400
"""What no build asked for in so long goes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The folder of one workspace, for texts that depend on one stamp."""

    folder: Path
    stamp: str
    records: dict[str, Record] = field(default_factory=dict)
    """By the digest of what each was made of."""

    def read(self, name: str) -> bytes:
        """Return the content with this digest.

        Raises:
            LookupError: it is not there, or not whole.
        """
        with contextlib.suppress(OSError):
            content = (self.folder / "files" / name).read_bytes()
            if digest(content) == name:
                return content
        raise LookupError(name)

    def has(self, name: str) -> bool:
        """Tell whether there is content with this digest, as far as can be seen without reading it."""
        return (self.folder / "files" / name).is_file()

    def write(self, content: bytes) -> str:
        """Keep content; return its digest."""
        name = digest(content)
        path = self.folder / "files" / name
        if not path.is_file():
            _write(path, content)
        return name

    def spare(self, out: Path) -> Path:
        """Return the folder in which the site is kept that was in `out` before the one that is there."""
        return self.folder / f"site-{digest(str(out))[:8]}"

    def save(self, records: Mapping[str, Record], now_s: float) -> None:
        """Write down what is known now, if anything of it is new; `now_s` is the time by Unix.

        With the first records of a stamp, what no build has asked for in a week goes.
        """
        if records == self.records:
            return
        self.records.clear()
        self.records.update(records)
        is_first = not self._records.exists()
        _write(self._records, json.dumps(records, default=as_json, separators=(",", ":")).encode())
        if is_first:
            self._forget(now_s)

    @property
    def _records(self) -> Path:
        return self.folder / f"records-{self.stamp}.json"

    def _forget(self, now_s: float) -> None:
        wanted: set[str] = set()
        for path in self.folder.glob("records-*.json"):
            if path != self._records and path.stat().st_mtime < now_s - FORGOTTEN_AFTER_S:
                path.unlink(missing_ok=True)
                continue
            for record in _records_in(path).values():
                wanted |= files_of(record)
        for path in (self.folder / "files").iterdir():
            if path.name not in wanted and path.stat().st_mtime < now_s - FORGOTTEN_AFTER_S:
                path.unlink(missing_ok=True)


def open_kept(root: Path, stamp: str) -> Kept:
    """Return what an earlier build kept in the workspace at `root`.

    Raises:
        OSError: nothing can be kept there.
    """
    kept = Kept(root / FOLDER, stamp)
    (kept.folder / "files").mkdir(parents=True, exist_ok=True)
    kept.records.update(_records_in(kept.folder / f"records-{stamp}.json"))
    return kept


def _records_in(path: Path) -> dict[str, Record]:
    try:
        return {key: read_record(known) for key, known in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def files_of(record: Record) -> set[str]:
    """Return the digests of all that is kept of an issue."""
    of_episodes = (name for episode in record.episodes for name in (episode.page, episode.transcript) if name)
    return {record.article, *(file.digest for file in record.files), *of_episodes}


def _write(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.close()
            fresh.replace(path)
        except OSError:
            fresh.unlink()
            raise
