"""Sites of a few files, for the tests of how they take their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.archive import folder
from newsletter.archive.folder import MARK, Planned, Published
from newsletter.archive.stamp import digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def planned(path: str, content: bytes) -> Planned:
    """A file that is made of nothing but its content."""
    return Planned(path, digest(content), lambda: content)


def publish(pages: Iterable[Planned], out: Path) -> Published:
    with folder.only_one(out) as place:
        return folder.publish(list(pages), place, lambda _done, _count: None)


OLD = [planned("index.html", b"old"), planned("p/een/index.html", b"een"), planned("p/een/plaat.png", b"\x89PNG")]
NEW = [planned("index.html", b"new"), planned("p/twee/index.html", b"twee")]


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file but the mark, by its path."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_bytes() for name, path in files.items() if name != MARK}


def content_of(pages: list[Planned]) -> dict[str, bytes]:
    return {page.path: page.make() for page in pages}


ERRORS = pytest.mark.parametrize("error", [OSError("no"), KeyboardInterrupt()], ids=["error", "interrupt"])


def never() -> bytes:
    pytest.fail("this was to be made of the same as before")
