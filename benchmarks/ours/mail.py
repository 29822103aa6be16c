"""The pipeline that is measured: an issue's text in, its HTML and plain text for one reader out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.cli.workspace import Workspace, open_workspace, shown
from newsletter.config import find_root
from newsletter.issue import parse_issue, slug_of
from newsletter.render import Theme, fill, personal_values, render_email

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Email, Issue


class Mailer:
    """Makes the mail of one issue, from whatever text it is given."""

    def __init__(self, path: Path) -> None:
        self.workspace: Workspace = open_workspace(str(find_root(path.parent)))
        self.path = path
        self._slug = slug_of(path)

    def use(self, theme: Theme) -> None:
        """Render with this theme from now on."""
        self.workspace = replace(self.workspace, theme=theme)

    def read(self, text: str) -> Issue:
        """Parse the issue."""
        return parse_issue(text.encode(), shown(self.path), self._slug, self.workspace.house, self._has_picture)

    def _has_picture(self, name: str) -> bool:
        return (self.path.parent / name).is_file()

    def html(self, issue: Issue) -> str:
        """Return the HTML of an issue for one reader."""
        email = self._email(issue, self.workspace.settings)
        return fill(email.html, self._values(email))

    def fields(self, issue: Issue) -> int:
        """Return how many places in the HTML differ between readers."""
        return sum(not isinstance(piece, str) for piece in self._email(issue, self.workspace.settings).html)

    def render(self, text: str, accent: str = "", radius_px: int = 0) -> tuple[str, str]:
        """Return the HTML and the plain text for one reader.

        With `accent`, links have that colour; with `radius_px`, corners are so round, so that a layout that was
        never compiled with it must be compiled.
        """
        settings = self.workspace.settings
        if radius_px:
            settings = replace(settings, theme=replace(settings.theme, radius_px=radius_px))
        if accent:
            light = replace(settings.theme.light, accent=accent)
            settings = replace(settings, theme=replace(settings.theme, light=light))
        email = self._email(self.read(text), settings)
        values = self._values(email)
        return fill(email.html, values), fill(email.text, values)

    def _email(self, issue: Issue, settings: Settings) -> Email:
        pictures = self.workspace.pictures(issue, self.path)
        return render_email(issue, self.workspace.theme, settings, pictures)

    def _values(self, email: Email) -> Mapping[str, object]:
        settings = self.workspace.settings
        reader = self.workspace.reader(settings.samples[0].address, email.language, "test")
        return personal_values(email, reader, settings.newsletter.url)
