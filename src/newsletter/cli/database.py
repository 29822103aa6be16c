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


PATIENCE_S = 120.0
"""An import of a million holds the database for half a minute on a fast disk."""


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
def open_database(settings: Settings, *, patience_s: float = PATIENCE_S, only_look: bool = False) -> Iterator[Engine]:
    """Open the database; it is closed behind. `patience_s` is how long it waits for other writers, at most.

    Whoever only looks makes none: one that is not there is empty.
    """
    import secrets

    from newsletter.store import open_store

    engine = open_store(
        settings.store_url.reveal(),
        settings.root,
        fresh_id=secrets.token_hex(8),
        busy_timeout_s=patience_s,
        may_make=not only_look,
    )
    try:
        yield engine
    finally:
        engine.dispose()
