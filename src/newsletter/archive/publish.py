"""Pages into a folder: the old site, or the new one, and never half of each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from newsletter.model import Page

MARK = ".newsletter-archive"
"""Stands in every folder that was built here, so that no other folder is ever replaced."""


def publish(pages: Iterable[Page], out: Path) -> int:
    """Write the pages into `out`, replacing what an earlier build left there; return how many bytes.

    The new site is written beside the old one and takes its place by renaming, once all of it is there.

    Raises:
        UsageError: `out` holds something that no build put there.
    """
    if out.is_symlink() or (out.exists() and not _is_ours(out)):
        message = f"{out} holds files that are not an archive; choose an empty folder with --out"
        raise UsageError(message)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh = Path(scratch) / "new"
        size = _write(pages, fresh)
        fresh.chmod(0o755)
        if out.exists():
            out.rename(Path(scratch) / "old")
        fresh.rename(out)
    return size


def _is_ours(out: Path) -> bool:
    return out.is_dir() and ((out / MARK).is_file() or not any(out.iterdir()))


def _write(pages: Iterable[Page], folder: Path) -> int:
    folder.mkdir()
    (folder / MARK).write_text("Built by newsletter; the next build replaces this folder.\n")
    size = 0
    for page in pages:
        path = folder / page.path
        if not path.resolve().is_relative_to(folder.resolve()):
            message = f"the page {page.path} would leave the archive's folder"
            raise UsageError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
        size += len(page.content)
    return size
