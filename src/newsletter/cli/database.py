"""The settings and the database, for commands that need neither an issue nor the theme."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import find_root, load
from newsletter.errors import UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.config import Settings


def root_of(directory: str) -> Path:
    """Return the folder of the workspace at `directory`, or of the nearest one upward from here.

    Raises:
        UsageError: there is none. A `directory` that is named is never taken for one above it.
    """
    root = find_root(Path(directory) if directory else Path.cwd())
    if directory and root != Path(directory).resolve():
        message = f"no newsletter.toml in {quoted(directory)}; -C names the workspace itself"
        raise UsageError(message)
    return root


def settings_of(directory: str) -> Settings:
    """Return the settings of the workspace at `directory`, or of the nearest one upward from here.

    Raises:
        UsageError: there is none.
        ConfigError: they have faults.
    """
    return load(root_of(directory), os.environ)


@contextmanager
def open_database(settings: Settings, *, is_patient: bool = True, only_look: bool = False) -> Iterator[Engine]:
    """Open the database; it is closed behind. Who is not patient waits a second for other writers, and no more.

    Whoever only looks makes none: one that is not there is empty.
    """
    import secrets

    from newsletter.store import open_store
    from newsletter.store.engine import BUSY_TIMEOUT_S

    engine = open_store(
        settings.store_url.reveal(),
        settings.root,
        fresh_id=secrets.token_hex(8),
        busy_timeout_s=BUSY_TIMEOUT_S if is_patient else 1.0,
        may_make=not only_look,
    )
    try:
        yield engine
    finally:
        engine.dispose()
