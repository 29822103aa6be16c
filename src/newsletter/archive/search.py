"""The index of the search, made by Pagefind (the extra `newsletter[search]`) of the finished pages.

It is split into small files, of which a reader's browser fetches those that a question needs. It is made after the
pages have taken their place, so that a correction is not kept waiting for it; then it takes its own.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.archive.folder import Planned
from newsletter.archive.stamp import digest
from newsletter.errors import RenderError
from newsletter.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from newsletter.archive.folder import Written

FOLDER = "search/"
"""Of its files in the site."""

_SEARCHED = ("p/", "episodes/")
_NOT_WANTED = ("pagefind-ui.", "pagefind-modular-ui.", "pagefind-component-ui.", "pagefind-highlight.")
"""Ready-made boxes to search with; the archive has its own."""


def is_installed() -> bool:
    """Tell whether the archive can have a search."""
    return importlib.util.find_spec("pagefind") is not None


@contextmanager
def indexed(site: Path, files: Mapping[str, Written], language: str) -> Iterator[list[Planned] | None]:
    """Give the files of the index of a site, which exist until the end; None where it has the right ones.

    All of it is one index, whose words are taken as those of `language`: a reader searches for everything at once.

    Raises:
        RenderError: Pagefind could not make it.
    """
    from importlib.metadata import version  # noqa: PLC0415 - 15 ms, which a build without a search need not wait for

    pages = sorted(path for path in files if path.startswith(_SEARCHED) and path.endswith(".html"))
    key = digest(version("pagefind"), language, *(f"{files[path].digest} {path}" for path in pages))
    has = {file.key for path, file in files.items() if path.startswith(FOLDER)}
    if has == ({key} if pages else set()):
        yield None
        return
    with tempfile.TemporaryDirectory() as scratch:
        if pages:
            _run(site, Path(scratch), language)
        yield [
            Planned(f"{FOLDER}{path.relative_to(scratch).as_posix()}", key, path.read_bytes)
            for path in sorted(Path(scratch).rglob("*"))
            if path.is_file() and not path.name.startswith(_NOT_WANTED)
        ]


def _run(site: Path, out: Path, language: str) -> None:
    folders = ",".join(folder.rstrip("/") for folder in _SEARCHED)
    command = [sys.executable, "-m", "pagefind", "--site", str(site), "--glob", f"{{{folders}}}/**/*.html"]
    command += ["--output-path", str(out), "--force-language", language]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - its own arguments
    if ran.returncode:
        message = f"pagefind could not make the index of the search: {printable((ran.stderr or ran.stdout).strip())}"
        raise RenderError(message)
