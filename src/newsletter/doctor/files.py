"""Files that are nobody else's business: secrets, keys, readers."""

from __future__ import annotations

import shlex
import stat
from typing import TYPE_CHECKING

from newsletter.doctor.examined import error, ok
from newsletter.errors import StoreError
from newsletter.store.looking import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside

_NAME = "files"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
STATE = ".newsletter"
"""The folder of the workspace in which the program keeps its own notes."""


def examine_modes(settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    """See that no other user of this machine can read what is secret, or whom mail goes to."""
    present = [path for path in dict.fromkeys(_private(settings)) if path.exists()]
    open_ones = [path for path in present if path.stat().st_mode & _OTHERS]
    if open_ones:
        shown = [_shown(path, settings.root) for path in open_ones]
        modes = ", ".join(
            f"{name} ({stat.S_IMODE(path.stat().st_mode):o})" for name, path in zip(shown, open_ones, strict=True)
        )
        found = f"other users of this machine get at {modes}"
        return (error(_NAME, found, "shut them out:", shlex.join(["chmod", "go=", *shown])),)
    shown_all = ", ".join(_shown(path, settings.root) for path in present)
    return (ok(_NAME, f"nobody else gets at {shown_all}" if present else "there is none yet that is secret"),)


def _private(settings: Settings) -> Iterator[Path]:
    root = settings.root
    yield root / ".env"
    yield from (path for path in (settings.dkim.key_file, settings.dkim.ed25519_key_file) if path)
    try:
        database = file_of(settings.store_url.reveal(), root)
    except StoreError:  # told by who looks at the database
        database = None
    if database:
        yield from (database.with_name(database.name + suffix) for suffix in ("", "-wal", "-shm"))
    yield from sorted((root / STATE).glob("ledger*"))
    if settings.delivery.transport == "directory":
        yield settings.delivery.directory


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
