"""A bucket of Amazon S3, or of what speaks its language: then AWS_ENDPOINT_URL says where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import md5
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.archive.deploy.changes import Changes, compared, files_of, in_batches
from newsletter.archive.deploy.programs import Program
from newsletter.errors import UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from newsletter.archive.deploy.changes import Batch, Progress

_MOST_AT_ONCE = 1_000
"""That DeleteObjects takes."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or what in it begins with a path.

    `aws s3 sync` goes by size and time, and would leave a page of the same length as it was. An object's ETag is the
    MD5 of its content where it came in one piece and its bucket has no key of its own; else it is brought again.
    """

    site: Path
    root: Path
    scratch: Path
    target: str
    """`//BUCKET`, or `//BUCKET/PATH`."""

    def look(self) -> Changes:
        """List the bucket, and compare with the site's files."""
        said = self._run("s3api", "list-objects-v2", "--bucket", self._bucket, "--prefix", self._prefix,
                         "--query", "Contents[].[Key,ETag]", "--output", "json")  # fmt: skip
        listed = json.loads(said or "null") or []
        there = {key.removeprefix(self._prefix): tag.strip('"') for key, tag in listed if not key.endswith("/")}
        here = {path: md5((self.site / path).read_bytes(), usedforsecurity=False).hexdigest()
                for path in files_of(self.site)}  # fmt: skip
        return compared(here, there)

    def carry(self, changes: Changes, progress: Progress) -> None:
        """Bring them, batch by batch, each with its media type and how long it may be kept; then remove."""
        done = 0
        for number, batch in enumerate(in_batches(changes)):
            self._bring(batch, self.scratch / str(number))
            done += len(batch.paths)
            progress("publishing", done, len(changes.carried))
        removed = iter(changes.removed)
        while paths := list(islice(removed, _MOST_AT_ONCE)):
            self._remove(paths)

    @property
    def _bucket(self) -> str:
        return self.target.strip("/").partition("/")[0]

    @property
    def _prefix(self) -> str:
        path = self.target.strip("/").partition("/")[2]
        return f"{path}/" if path else ""

    def _bring(self, batch: Batch, stage: Path) -> None:
        for path in batch.paths:
            (stage / path).parent.mkdir(parents=True, exist_ok=True)
            (stage / path).symlink_to((self.site / path).absolute())
        self._run("s3", "cp", str(stage), f"s3://{self._bucket}/{self._prefix}", "--recursive", "--only-show-errors",
                  "--content-type", batch.media_type, "--cache-control", batch.cache_control)  # fmt: skip

    def _remove(self, paths: Sequence[str]) -> None:
        wanted = self.scratch / "removed.json"
        objects = [{"Key": f"{self._prefix}{path}"} for path in paths]
        wanted.write_text(json.dumps({"Objects": objects, "Quiet": True}), "utf-8")
        said = self._run("s3api", "delete-objects", "--bucket", self._bucket, "--delete", f"file://{wanted}",
                         "--output", "json")  # fmt: skip
        refused = json.loads(said or "{}").get("Errors")
        if refused:
            found = f"{refused[0]['Key']}: {refused[0].get('Message')}"
            message = f"{len(refused):,} files could not be removed from the bucket, such as {quoted(found)}"
            raise UsageError(message)

    def _run(self, *arguments: str) -> str:
        # Its pager would wait for a key, and not every other store knows the newer checksums.
        quiet = {"AWS_PAGER": "", "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
        return Program("aws", self.root, quiet).run(*arguments)
