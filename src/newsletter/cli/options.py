"""The options that every command takes."""

from __future__ import annotations

from typing import Annotated

import typer

WORKSPACE_HELP = "The workspace: the folder with newsletter.toml (else the nearest one upward)."

Directory = Annotated[str, typer.Option("-C", metavar="DIR", help=WORKSPACE_HELP)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
IssueName = Annotated[
    str,
    typer.Argument(
        metavar="ISSUE", help="A path, a name such as asml, or latest or next.", show_default=False
    ),
]
