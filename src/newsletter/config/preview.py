"""The preview: the `[preview]` table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config.faults import TYPE, RefusedError

if TYPE_CHECKING:
    from newsletter.config.tables import Table

EDITORS = MappingProxyType(
    {
        "vscode": "vscode://file{path}:{line}:{column}",
        "vscodium": "vscodium://file{path}:{line}:{column}",
        "cursor": "cursor://file{path}:{line}:{column}",
        "zed": "zed://file{path}:{line}:{column}",
        "idea": "idea://open?file={path}&line={line}&column={column}",
        "pycharm": "pycharm://open?file={path}&line={line}&column={column}",
        "sublime": "subl://open?url=file://{path}&line={line}&column={column}",
        "textmate": "txmt://open?url=file://{path}&line={line}&column={column}",
        "none": "",
    }
)
"""The editors that are known by name, and the address by which each is asked to open a file at a place."""

_PATTERN = re.compile(
    r"(?!https?:|file:|javascript:|data:|blob:|vbscript:)[a-z][a-z0-9+.-]*://[^\s\"'<>]*\{path\}[^\s\"'<>]*"
)
"""A browser hands such an address to another program; those that it would open or run itself are none."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How an issue is looked at while it is written."""

    editor: str = EDITORS["vscode"]
    """An address with `{path}`, `{line}` and `{column}` in it; empty for no editor."""


def read_preview(table: Table) -> Preview:
    """Return what the table says."""
    return Preview(editor=table.value("editor", _editor, Preview().editor))


def _editor(value: object) -> str:
    """Accept the name of an editor, or the address that another one listens to."""
    expected = (
        f"one of {', '.join(EDITORS)}, or an address with {{path}} in it, "
        "such as nova://open?path={path}&line={line}"
    )
    if not isinstance(value, str):
        raise RefusedError(expected, rule=TYPE)
    if value not in EDITORS and not _PATTERN.fullmatch(value):
        raise RefusedError(expected)
    return EDITORS.get(value, value)
