"""The index of the search, made by Pagefind (the extra `newsletter[search]`) of the finished pages.

It is split into small files, of which a reader's browser fetches those that a question needs. It is made after the
pages have taken their place, so that a correction is not kept waiting for it; then it takes its own.
"""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.archive.stamp import digest
from newsletter.errors import RenderError
from newsletter.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from newsletter.archive.folder import Written

FOLDER = "search/"
"""Of its files in the site."""

_SEARCHED = ("p/", "episodes/")
_PROGRAMS = ("pagefind_bin_extended", "pagefind_bin")
_NOT_WANTED = ("pagefind-ui.*", "pagefind-modular-ui.*", "pagefind-component-ui.*", "pagefind-highlight.*")
"""Ready-made boxes to search with; the archive has its own."""


def is_installed() -> bool:
    """Tell whether the archive can have a search."""
    return importlib.util.find_spec("pagefind") is not None


def index_key(files: Mapping[str, Written], language: str) -> str:
    """Return a digest of all that the index of a site is made of; empty where there is nothing to be found."""
    from importlib.metadata import version  # noqa: PLC0415 - 15 ms, which a build without a search need not wait for

    pages = sorted(path for path in files if path.startswith(_SEARCHED) and path.endswith(".html"))
    known = (f"{files[path].digest} {path}" for path in pages)
    return digest(version("pagefind"), language, *known) if pages else ""


@contextmanager
def indexed(site: Path, language: str) -> Iterator[Path]:
    """Make the index of a site; give its folder, which exists until the end, or may be moved away.

    All of it is one index, whose words are taken as those of `language`: a reader searches for everything at once.

    Raises:
        RenderError: Pagefind could not make it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / FOLDER.rstrip("/")
        _run(site, index, language)
        for path in (path for name in _NOT_WANTED for path in index.glob(name)):
            path.unlink()
        yield index


def _run(site: Path, out: Path, language: str) -> None:
    folders = ",".join(folder.rstrip("/") for folder in _SEARCHED)
    options = ["--site", str(site), "--glob", f"{{{folders}}}/**/*.html"]
    options += ["--output-path", str(out), "--force-language", language]
    command = [*_program(), *options]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - its own arguments
    if ran.returncode:
        message = f"pagefind could not make the index of the search: {printable((ran.stderr or ran.stdout).strip())}"
        raise RenderError(message)


def _program() -> list[str]:
    """Return how Pagefind is called: its own package takes 0.15 s to find the program, which is in another."""
    for name in filter(importlib.util.find_spec, _PROGRAMS):
        return [str(importlib.import_module(name).get_executable())]
    return [sys.executable, "-m", "pagefind"]
