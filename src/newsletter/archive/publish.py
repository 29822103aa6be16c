"""Pages into a folder: the old site, or the new one, and never half of each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from newsletter.model import Page

MARK = ".newsletter-archive"
"""Stands in every folder that was built here and names its files: only a folder with no others is ever replaced."""

_HEADING = "Built by newsletter; the next build replaces this folder."


def publish(pages: Iterable[Page], out: Path) -> int:
    """Write the pages into `out`, replacing what an earlier build left there; return how many bytes.

    The new site is written beside the old one and takes its place by renaming, once all of it is there.

    Raises:
        UsageError: `out` holds something that no build put there.
    """
    _refuse_foreign(out)
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        fresh, old = Path(scratch) / "new", Path(scratch) / "old"
        size = _write(pages, fresh)
        fresh.chmod(0o755)
        try:
            if out.exists():
                out.rename(old)
            fresh.rename(out)
        except BaseException:
            if old.exists() and not out.exists():
                old.rename(out)
            raise
    return size


def _refuse_foreign(out: Path) -> None:
    """Raise UsageError where replacing the folder would lose something."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        message = f"{out} is not a folder; choose another with --out"
        raise UsageError(message)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_symlink() or not path.is_dir()}
    mark = out / MARK
    ours = {MARK, *mark.read_text("utf-8", "replace").splitlines()} if mark.is_file() else set()
    foreign = sorted(files - ours)
    if foreign:
        message = f"{out} holds {quoted(foreign[0])}, which no build put there; move it, or choose another --out"
        raise UsageError(message)


def _write(pages: Iterable[Page], folder: Path) -> int:
    folder.mkdir()
    size = 0
    written = []
    for page in pages:
        path = folder / page.path
        if not path.resolve().is_relative_to(folder.resolve()):
            message = f"the page {page.path} would leave the archive's folder"
            raise UsageError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.content)
        written.append(path.relative_to(folder).as_posix())
        size += len(page.content)
    (folder / MARK).write_text("\n".join([_HEADING, *written, ""]), "utf-8")
    return size
