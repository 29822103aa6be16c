"""Digests of what a page depends on beyond its issue: the program, its libraries, the theme, the settings.

The same digest means the same page.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.config import Settings
    from newsletter.render import Theme

DIGITS = 32
"""Hexadecimal, of each digest: 128 bits."""

_OF_THE_TEXT = ("email/blocks", "web/article.html.j2", "web/player.html.j2", "web/episode_parts.html.j2")
_OF_THE_PAGES = ("web", "assets")


def digest(*parts: str | bytes) -> str:
    """Return a digest of these parts, one after the other; other parts give another."""
    whole = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:DIGITS]


def text_stamp(theme: Theme, settings: Settings) -> str:
    """Return what the text of an issue depends on, beyond the issue."""
    newsletter = settings.newsletter
    readers = settings.subscribers, tuple(settings.segments)
    said = repr((newsletter, settings.theme, settings.pictures, settings.podcast, settings.discussion, readers))
    return digest(_program(), said, *_files(theme, _OF_THE_TEXT))


def page_stamp(theme: Theme, settings: Settings) -> str:
    """Return what every page depends on, beyond what is put into it."""
    said = repr((settings.newsletter, settings.theme, settings.discussion))
    return digest(_program(), said, *_files(theme, _OF_THE_PAGES))


@cache
def _program() -> str:
    package = Path(__file__).resolve().parent.parent
    code = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".mo", ".json"})
    contents = (part for path in code for part in (path.relative_to(package).as_posix(), path.read_bytes()))
    return digest(*_libraries(), *contents)


def _libraries() -> list[str]:
    """Return the names and versions of all packages that are installed, as their folders say."""
    folders = [folder for folder in sys.path if os.path.isdir(folder)]  # noqa: PTH112 - it is a text, and mostly none
    return sorted(name for folder in folders for name in os.listdir(folder) if name.endswith(".dist-info"))  # noqa: PTH208


def _files(theme: Theme, places: Iterable[str]) -> Iterator[str | bytes]:
    """Yield the names and contents of the files in these places of the theme, each from the first that has it."""
    found: dict[str, Path] = {}
    for folder in reversed(theme.folders):
        for place in places:
            path = folder / place
            files = path.rglob("*") if path.is_dir() else [path]
            found |= {file.relative_to(folder).as_posix(): file for file in files if file.is_file()}
    for name, file in sorted(found.items()):
        yield name
        yield file.read_bytes()
