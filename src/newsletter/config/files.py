"""The one way in which this room reads a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.config.faults import SYNTAX
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 1024
_BOM = b"\xef\xbb\xbf"


def read_text(path: Path, faults: list[Finding]) -> str | None:
    """Return the text of a small UTF-8 file, or None after adding the fault that stands in the way."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        faults.append(_fault(path, f"cannot be read: {error.strerror}"))
        return None
    if len(content) > MAX_BYTES:
        faults.append(_fault(path, f"larger than {MAX_BYTES // 1024} KiB: this cannot be a file of settings"))
        return None
    if content.startswith(_BOM):
        faults.append(_fault(path, "starts with a byte order mark: save it without", line=1, column=1))
        return None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        faults.append(_fault(path, "not UTF-8 from here on: save it as UTF-8", line=line, column=column))
        return None


def _fault(path: Path, message: str, *, line: int = 0, column: int = 0) -> Finding:
    return Finding(Position(path.name, line, column), message, SYNTAX)
