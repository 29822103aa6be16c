"""A workspace opened for a command: its settings, its theme, its issues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.cli.database import PATIENCE_S, open_database, settings_of
from newsletter.issue import House, read_issue, slug_of
from newsletter.issue.find import find_issue, list_issues
from newsletter.render import open_theme, prepare_pictures

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

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

    def slug(self, name: str) -> str:
        """Return the permanent name of the issue that a person names; its file need not be right, only there."""
        path = self.find(name)
        return slug_of(path, shown(path))

    def sending(self, name: str) -> str:
        """Return the name of the sending of the issue that a person names, or of all welcomes."""
        from newsletter.issue.names import is_welcome
        from newsletter.sending.own_mails import WELCOMES

        return WELCOMES if is_welcome(self.find(name)) else self.slug(name)

    def read(self, path: Path) -> Issue:
        """Read one issue; its faults name the file as it is seen from here."""
        return read_issue(path, shown(path), self.house)

    def pictures(self, issue: Issue, path: Path) -> Pictures:
        """Make the pictures ready that stand beside an issue's file."""
        return prepare_pictures(issue, path.parent, self.settings)

    def all_issues(self) -> list[Path]:
        """Return the files of all issues, oldest first."""
        return list_issues(self.root)

    def store(self, *, patience_s: float = PATIENCE_S, only_look: bool = False) -> AbstractContextManager[Engine]:
        """Open the database; it is closed behind (see `open_database`)."""
        return open_database(self.settings, patience_s=patience_s, only_look=only_look)

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
    settings = settings_of(directory)
    root = settings.root
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
        return (_real(path.parent, Path.cwd()) / path.name).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


@lru_cache(maxsize=64)
def _real(folder: Path, here: Path) -> Path:
    """Return where a folder is; kept, as thousands of issues stand in one."""
    return (here / folder).resolve()
