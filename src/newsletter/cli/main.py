"""The command `newsletter`: the table of commands, and the one place where an unexpected error ends."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from newsletter.cli import (
    archive,
    blocks,
    check,
    doctor,
    doubts,
    episode,
    form,
    init,
    issues,
    new,
    plan,
    preview,
    rehearse,
    render,
    send,
    serve,
    status,
    steering,
    subscribers,
)
from newsletter.cli.failure import report_bug, report_error
from newsletter.cli.options import WORKSPACE_HELP, Command

INTERRUPTED = 130

app = typer.Typer(
    name="newsletter",
    help="Write a newsletter in Markdown; send it as mail that looks right everywhere; keep it as web pages.",
    epilog="Start with: newsletter init my-newsletter",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:  # typer calls it so
    if asked:
        from newsletter import __version__

        sys.stdout.write(f"newsletter {__version__}\n")
        raise typer.Exit


@app.callback()
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
    ("init", "Make a workspace with a first issue.", init.EXAMPLES, init.init),
    ("new", "Make the next issue, with the latest episode.", new.EXAMPLES, new.new),
    ("issues", "List all issues.", issues.LIST_EXAMPLES, issues.issues),
    ("find", "Find a word or an address in all issues.", issues.FIND_EXAMPLES, issues.find),
    ("episodes", "List the podcast's episodes.", episode.LIST_EXAMPLES, episode.episodes),
    ("preview", "Show an issue in the browser, live.", preview.EXAMPLES, preview.preview),
    ("render", "Write an issue as HTML, text and .eml.", render.EXAMPLES, render.render),
    ("check", "Tell what is wrong with issues.", check.EXAMPLES, check.check),
    ("blocks", "Show the kinds of blocks, and what each takes.", blocks.EXAMPLES, blocks.blocks),
    ("doctor", "See whether all is well, before the first mail.", doctor.EXAMPLES, doctor.doctor),
    ("form", "Print a form to subscribe with, for any website.", form.EXAMPLES, form.form),
    ("plan", "Show what would be sent, and to how many.", plan.EXAMPLES, plan.plan),
    ("rehearse", "Do all of it, and reach no reader.", rehearse.EXAMPLES, rehearse.rehearse),
    ("send", "Send an issue to its readers, or as a test.", send.EXAMPLES, send.send),
    ("status", "Show how far a sending is.", status.EXAMPLES, status.status),
    ("doubts", "List those who may or may not have it.", doubts.EXAMPLES, doubts.doubts),
    ("pause", "Stop a sending for now.", steering.PAUSE_EXAMPLES, steering.pause),
    ("resume", "Let a paused sending go on.", steering.RESUME_EXAMPLES, steering.resume),
    ("cancel", "End a sending for good.", steering.CANCEL_EXAMPLES, steering.cancel),
    ("serve", "Serve the pages of readers, and the archive.", serve.EXAMPLES, serve.serve),
)
for name, summary, examples, function in _COMMANDS:
    app.command(name, cls=Command, short_help=summary, epilog=examples)(function)
app.add_typer(archive.app, name="archive")
app.add_typer(episode.app, name="episode")
app.add_typer(subscribers.app, name="subscribers")


def run() -> None:
    """Run the command line and exit with its status."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that has no ✓ gets its escape, as standard error does, and no traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run_with(sys.argv[1:]))


def run_with(arguments: list[str]) -> int:
    """Run one command line; return its exit status."""
    try:
        result = app(arguments, prog_name="newsletter", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the one catch-all: every error ends in words and a status
        as_json = "--json" in arguments
        return report_error(error, as_json=as_json) or report_bug(error, arguments, as_json=as_json)
    if result == INTERRUPTED:  # Typer gives it back too
        sys.stderr.write("\ninterrupted\n")
    return result if isinstance(result, int) else 0
