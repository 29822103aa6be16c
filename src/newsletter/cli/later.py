"""Commands that are listed by one line, and imported when somebody calls them: help waits for none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from newsletter.cli.options import Command

PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None}
"""What every part of the command line asks of Typer: help is plain text."""


class Later(TyperCommand):
    """A command, or a group of commands, of which its name and one line are known."""

    def __init__(self, name: str, summary: str, place: str) -> None:
        """Take where it stands: `module.NAME`, of a group its Typer, of a command the examples beside its function."""
        super().__init__(name, short_help=summary)
        self._place = place

    def load(self) -> Any:
        """Import it; return Typer's command or group, whose common type has no public name."""
        module_name, _, constant = self._place.partition(".")
        module = import_module(f"newsletter.cli.{module_name}")
        found = getattr(module, constant)
        if isinstance(found, typer.Typer):
            app = found
        else:
            app = typer.Typer(**PLAIN)
            app.command(self.name, cls=Command, epilog=found)(getattr(module, str(self.name)))
        command = typer.main.get_command(app)
        command.name = self.name
        return command


class Group(TyperGroup):
    """The commands of the program."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called, imported, and what stands behind it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest
