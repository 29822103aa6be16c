"""`newsletter subscribers import` and `export`: whole lists as CSV."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory, InSegment, WithStatus, WithTag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from newsletter.audience.importing import Imported
    from newsletter.errors import ImportFileError
    from newsletter.model import Finding

IMPORT_EXAMPLES = "Example: newsletter subscribers import subscribers.csv --dry-run"
EXPORT_EXAMPLES = "Example: newsletter subscribers export --out subscribers.csv --segment nl-founders"


def import_csv(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="CSV, with a header: of another service, or your own.", show_default=False),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the other lines, where some are wrong.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """Import subscribers, all lines or none. Whoever unsubscribed, or takes no mail, stays so."""
    from newsletter.audience.importing import Wanted, import_file
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.people import now_ms
    from newsletter.cli.progress import progress
    from newsletter.errors import ImportFileError

    settings = settings_of(directory or context.obj)
    wanted = Wanted(Path(file), file, now_ms(), dry_run=dry_run, skip_bad=skip_bad)
    try:
        with open_database(settings, only_look=dry_run) as engine, progress() as advance:
            done = import_file(engine, settings, wanted, advance)
    except ImportFileError as error:
        return _report_refusal(error, as_json=as_json)
    return _report(done, wanted.shown, dry_run=dry_run, as_json=as_json)


def _report_refusal(error: ImportFileError, *, as_json: bool) -> int:
    from newsletter.cli.failure import report_error
    from newsletter.cli.output import Mark, say
    from newsletter.wording import counted

    status = report_error(error, as_json=as_json)
    lines = len(error.findings)
    hint = "" if error.findings[0].rule == "subscriber-file" else "; mend them, or import the others with --skip-bad"
    say(Mark("nothing was imported:", "bold"), f"{counted(lines, 'line')} cannot be taken{hint}")
    return status


def _report(done: Imported, name: str, *, dry_run: bool, as_json: bool) -> int:
    from newsletter.cli.failure import finding_as_json
    from newsletter.cli.output import print_json

    for finding in done.findings:
        _say_finding(finding)
    kinds = ("added", "updated", "unchanged", "unsubscribed", "suppressed", "kept_out", "repeated", "refused")
    counts = {kind: done.counts[kind] for kind in kinds}
    if as_json:
        print_json(
            {
                "file": name,
                "dry_run": dry_run,
                "lines": done.lines,
                **counts,
                "encoding": done.encoding,
                "left_out": list(done.left_out),
                "findings": [finding_as_json(finding) for finding in done.findings],
            }
        )
    else:
        _say_summary(done, counts, name, dry_run=dry_run)
    return 1 if done.findings else 0


def _say_finding(finding: Finding) -> None:
    from newsletter.cli.output import Mark, say

    style = "red" if finding.severity == "error" else "yellow"
    say(Mark(f"{finding.position}:", "bold"), Mark(f"{finding.severity}:", style), finding.message)


def _say_summary(done: Imported, counts: dict[str, int], name: str, *, dry_run: bool) -> None:
    from newsletter.cli.output import Mark, say
    from newsletter.wording import counted

    said = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in counts.items() if number)
    verb = Mark("would import", "yellow") if dry_run else Mark("imported", "green")
    say(verb, f"{name}, {counted(done.lines, 'line')}: {said or 'nobody'}")
    if done.left_out:
        columns = ", ".join(done.left_out)
        say(f"columns that are not kept: {columns} (name a field of your own in [subscribers] of newsletter.toml)")
    if done.encoding == "cp1252":
        say("the file is not UTF-8, and was read as Windows-1252; see whether the names look right")


def export_csv(
    context: typer.Context,
    out: Annotated[str, typer.Option(metavar="FILE", help="For your eyes alone (0600); else printed.")] = "",
    status: WithStatus = "",
    segment: InSegment = "",
    tag: WithTag = "",
    raw: Annotated[bool, typer.Option("--raw", help="Do not put ' before what a spreadsheet would run.")] = False,
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Export subscribers as CSV. It holds all that an import needs to keep them as they are."""
    from newsletter.audience.exporting import export
    from newsletter.cli.database import open_database, settings_of
    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.people import now_ms, wanted_of
    from newsletter.errors import UsageError
    from newsletter.store import reading
    from newsletter.wording import counted

    if as_json and not out:
        message = "--json says where the file is, so name it: --out subscribers.csv"
        raise UsageError(message)
    settings = settings_of(directory or context.obj)
    wanted = wanted_of(settings, status, segment, tag)
    with open_database(settings, only_look=True) as engine, reading(engine) as connection, _opened(out) as file:
        rows = export(connection, file, settings.subscribers.fields, wanted, now_ms(), raw=raw)
    if as_json:
        print_json({"file": out, "subscribers": rows})
    else:
        where = f" to {out}" if out else ""
        say(Mark("exported", "green"), f"{counted(rows, 'subscriber')}{where}")


@contextmanager
def _opened(out: str) -> Iterator[TextIO]:
    """Give the file to write to; one that is whole takes the place of an older one of that name."""
    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    if not out:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # of every standard output that Python opens
        yield sys.stdout
        return
    path = Path(out)
    if not path.parent.is_dir():
        message = f"{out}: there is no folder {quoted(str(path.parent))} yet; make it first"
        raise UsageError(message)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
