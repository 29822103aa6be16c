"""A workspace opened for a command: its settings, its theme, its issues."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import find_root, load
from newsletter.errors import UsageError
from newsletter.issue import House, read_issue
from newsletter.issue.find import find_issue, list_issues
from newsletter.render import open_theme, prepare_pictures
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.config import Settings
    from newsletter.model import Issue, Pictures, Recipient
    from newsletter.render import Theme


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a command works on."""

    root: Path
    settings: Settings
    theme: Theme
    house: House

    def find(self, name: str) -> Path:
        """Return the file of the issue that a person names."""
        today = datetime.now(self.settings.newsletter.timezone).date()
        return find_issue(self.root, name, Path.cwd(), today)

    def read(self, path: Path) -> Issue:
        """Read one issue; its faults name the file as it is seen from here."""
        return read_issue(path, shown(path), self.house)

    def pictures(self, issue: Issue, path: Path) -> Pictures:
        """Make the pictures ready that stand beside an issue's file."""
        return prepare_pictures(issue, path.parent, self.settings)

    def all_issues(self) -> list[Path]:
        """Return the files of all issues, oldest first."""
        return list_issues(self.root)

    @contextmanager
    def store(self) -> Iterator[Engine]:
        """Open the database; it is closed behind."""
        import secrets

        from newsletter.store import open_store

        engine = open_store(self.settings.store_url.reveal(), self.root, fresh_id=secrets.token_hex(8))
        try:
            yield engine
        finally:
            engine.dispose()

    def reader(self, address: str, language: str, token: str) -> Recipient:
        """Return a reader for trying things out: one of the samples, or only an address."""
        from newsletter.model import Recipient

        for sample in self.settings.samples:
            if sample.address.casefold() == address.casefold():
                return Recipient(sample.address, sample.language, token, sample.fields)
        return Recipient(address, language, token)


def open_workspace(directory: str) -> Workspace:
    """Open the workspace at `directory`, or the nearest one upward from here.

    Raises:
        UsageError: there is none. A `directory` that is named is never taken for one above it.
    """
    root = find_root(Path(directory) if directory else Path.cwd())
    if directory and root != Path(directory).resolve():
        message = f"no newsletter.toml in {quoted(directory)}; -C names the workspace itself"
        raise UsageError(message)
    settings = load(root, os.environ)
    theme = open_theme(root)
    house = House(
        language=settings.newsletter.language,
        languages=settings.newsletter.languages,
        timezone=settings.newsletter.timezone,
        kinds=theme.kinds,
        segments=tuple(settings.segments),
    )
    return Workspace(root, settings, theme, house)


def shown(path: Path) -> str:
    """Return a path as a person would type it here."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
