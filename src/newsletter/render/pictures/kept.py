"""Pictures that were made once are kept on disk, so that they are not made again.

One file holds one picture: a line that says what it is and the hash of its bytes, then the bytes. It is written beside
its place and moved there, so that two programs at once never see half of one; what was cut short is made anew. The
folder can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.render.pictures.recipe import Raster
from newsletter.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.render.pictures.recipe import Recipe

FOLDER = ".newsletter/pictures"

_MAKERS = ("drawing.py", "raster.py")
"""The modules that decide which bytes come of a recipe."""


def kept(root: Path, data: bytes, recipe: Recipe, make: Callable[[bytes, Recipe], Raster]) -> Raster:
    """Return what `make` makes of a file by a recipe, in the workspace at `root`; made once, then kept.

    Raises:
        ValueError: `make` says why it cannot be done; that is not kept.
    """
    terms = json.dumps([_makers(), asdict(recipe)])
    path = root / FOLDER / sha256(terms.encode() + b"\0" + data).hexdigest()
    found = _read(path)
    if found is None:
        found = make(data, recipe)
        # A workspace that nobody may write in is rendered all the same, only slower.
        with contextlib.suppress(OSError):
            _write(path, found)
    return found


@cache
def _makers() -> list[str]:
    """Return what changes when the same recipe may give other bytes: the library, and the code that calls it."""
    from importlib.metadata import version  # noqa: PLC0415 - 12 ms that an issue of words need not wait for

    here = Path(__file__).parent
    return [version("pillow"), *(sha256((here / name).read_bytes()).hexdigest() for name in _MAKERS)]


def _read(path: Path) -> Raster | None:
    try:
        line, _, content = path.read_bytes().partition(b"\n")
        media_type, width, height, digest = line.decode().split()
    except (OSError, ValueError):
        return None
    if digest != sha256(content).hexdigest():
        return None
    return Raster(media_type, int(width), int(height), content)


def _write(path: Path, raster: Raster) -> None:
    digest = sha256(raster.content).hexdigest()
    line = f"{raster.media_type} {raster.width_px} {raster.height_px} {digest}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, line.encode() + raster.content)
