"""The command `newsletter`: the table of commands, and the one place where an unexpected error ends."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer
import typer.main

from newsletter.cli.failure import INTERRUPTED, report_bug, report_error
from newsletter.cli.later import PLAIN, Group, Later
from newsletter.cli.options import WORKSPACE_HELP

_app = typer.Typer(
    name="newsletter",
    cls=Group,
    help="Write a newsletter in Markdown; send it as mail that looks right everywhere; keep it as web pages.",
    epilog="Start with: newsletter init my-newsletter",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    **PLAIN,
)


def _version(asked: bool) -> None:  # typer calls it so
    if asked:
        from newsletter import __version__

        sys.stdout.write(f"newsletter {__version__}\n")
        raise typer.Exit


@_app.callback()
def main(
    context: typer.Context,
    directory: Annotated[str, typer.Option("-C", metavar="DIR", help=WORKSPACE_HELP)] = "",
    version: Annotated[  # noqa: ARG001  # eager, and read by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take what stands before the command."""
    context.obj = directory


_COMMANDS = (
    Later("init", "Make a workspace with a first issue.", "init.EXAMPLES"),
    Later("new", "Make the next issue, with the latest episode.", "new.EXAMPLES"),
    Later("issues", "List all issues.", "issues.LIST_EXAMPLES"),
    Later("find", "Find a word or an address in all issues.", "issues.FIND_EXAMPLES"),
    Later("episodes", "List the podcast's episodes.", "episode.LIST_EXAMPLES"),
    Later("preview", "Show an issue in the browser, live.", "preview.EXAMPLES"),
    Later("render", "Write an issue as HTML, text and .eml.", "render.EXAMPLES"),
    Later("check", "Tell what is wrong with issues.", "check.EXAMPLES"),
    Later("blocks", "Show the kinds of blocks, and what each takes.", "blocks.EXAMPLES"),
    Later("doctor", "See whether all is well, before the first mail.", "doctor.EXAMPLES"),
    Later("form", "Print a form to subscribe with, for any website.", "form.EXAMPLES"),
    Later("plan", "Show what would be sent, and to how many.", "plan.EXAMPLES"),
    Later("rehearse", "Do all of it, and reach no reader.", "rehearse.EXAMPLES"),
    Later("send", "Send an issue to its readers, or as a test.", "send.EXAMPLES"),
    Later("status", "Show how far a sending is.", "status.EXAMPLES"),
    Later("doubts", "List those who may or may not have it.", "doubts.EXAMPLES"),
    Later("pause", "Stop a sending for now.", "steering.PAUSE_EXAMPLES"),
    Later("resume", "Let a paused sending go on.", "steering.RESUME_EXAMPLES"),
    Later("cancel", "End a sending for good.", "steering.CANCEL_EXAMPLES"),
    Later("serve", "Serve the pages of readers, and the archive.", "serve.EXAMPLES"),
    Later("archive", "Build the web archive, and look at it.", "archive.app"),
    Later("episode", "Look after the episodes that issues have.", "episode.app"),
    Later("subscribers", "Import, export, add, remove and list readers.", "subscribers.app"),
)
command_line = typer.main.get_group(_app)
for _command in _COMMANDS:
    command_line.add_command(_command)


def run() -> None:
    """Run the command line and exit with its status."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that has no ✓ gets its escape, as standard error does, and no traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run_with(sys.argv[1:]))


def run_with(arguments: list[str]) -> int:
    """Run one command line; return its exit status."""
    try:
        result = command_line(arguments, prog_name="newsletter", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the one catch-all: every error ends in words and a status
        as_json = "--json" in arguments
        return report_error(error, as_json=as_json) or report_bug(error, arguments, as_json=as_json)
    if result == INTERRUPTED:  # Typer gives it back too
        sys.stderr.write("\ninterrupted\n")
    return result if isinstance(result, int) else 0
