"""What all commands share: their options, and help that names arguments as people write them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

WORKSPACE_HELP = "The workspace: the folder with newsletter.toml (else the nearest one upward)."

Directory = Annotated[str, typer.Option("-C", metavar="DIR", help=WORKSPACE_HELP)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
IssueName = Annotated[
    str,
    typer.Argument(metavar="ISSUE", help="A path, a name such as asml, or latest or next.", show_default=False),
]
WithStatus = Annotated[
    str, typer.Option("--status", metavar="NAME", help="pending, active, unsubscribed or suppressed.")
]
InSegment = Annotated[str, typer.Option("--segment", metavar="NAME", help="One of [segments] in newsletter.toml.")]
WithTag = Annotated[str, typer.Option("--tag", metavar="TAG", help="Those with this tag.")]


class Command(TyperCommand):
    """A command whose help says `ISSUE`, where Typer's own says `{ISSUE}` and `ISSUE <str>`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command's arguments. An option without its value is told with this command's help, too."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if getattr(error, "ctx", ctx) is None:
                error.ctx = ctx  # type: ignore[attr-defined]  # asked for in the line before
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what stands behind the command's name in the line of its usage."""
        arguments = [param.metavar for param in self.get_params(ctx) if param.param_type_name == "argument"]
        return ["[OPTIONS]", *(str(name) for name in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the tables of arguments and of options."""
        for kind in ("argument", "option"):
            rows = [row for param in self.get_params(ctx) if (row := _row(param, ctx, kind))]
            if rows:
                with formatter.section(f"{kind.capitalize()}s"):
                    formatter.write_dl(rows)


def _row(param: Any, context: Any, kind: str) -> tuple[str, str] | None:
    row = param.get_help_record(context) if param.param_type_name == kind else None
    return (param.metavar, row[1]) if row and kind == "argument" else row
