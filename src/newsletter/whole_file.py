"""Files that are there whole, or not at all: what is killed or finds no room leaves the older one as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file beside the place where it belongs, and put it there in one step.

    It may be read only by its owner unless `mode` says otherwise. It is not forced onto the disk.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.close()
            fresh.chmod(mode)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
