"""`newsletter doctor`: whether all is well, before readers tell."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.cli.output import Mark
    from newsletter.doctor import Examined, Outside, Result

EXAMPLES = "Example: newsletter doctor"
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red"), "unknown": ("?", "dim")}
_NAME_COLUMNS = 20
_NARROWEST, _WIDEST = 40, 110


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no other machine.")] = False,
    dns: Annotated[
        str,
        typer.Option(metavar="ADDR", help="The name server to ask, such as 9.9.9.9, else this machine's own."),
    ] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> int:
    """See whether all is well: the workspace, the mail server, the DNS, the site. Sends no mail, changes nothing.

    ? is what cannot be seen from here, with the reason. Ends with 1 when there is an error or a warning.
    """
    from newsletter.cli.database import settings_of
    from newsletter.cli.output import print_json
    from newsletter.cli.progress import progress
    from newsletter.doctor import EXAMINATIONS, examine

    settings = settings_of(directory or context.obj)
    results: list[Result] = []
    with progress() as show:
        for result in examine(settings, _outside(dns), is_offline=offline):
            results.append(result)
            show("looking", len(results), len(EXAMINATIONS))
    rows = [row for result in results for row in result.rows]
    if as_json:
        print_json(_document(results))
    else:
        _show(results)
        _say_summary(rows)
    return 1 if any(row.verdict in {"error", "warning"} for row in rows) else 0


def _outside(dns: str) -> Outside:
    import ssl
    from datetime import UTC, datetime

    from newsletter.doctor import Names, Outside
    from newsletter.fetch import Web

    names = Names(*_name_server(dns)) if dns else Names()
    return Outside(names, Web(trust=ssl.create_default_context()), datetime.now(UTC))


def _name_server(written: str) -> tuple[tuple[str], int]:
    """Return the number and the port of a name server: `9.9.9.9`, `127.0.0.1:5353`, `[::1]:53`."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    try:
        is_bare = written.count(":") > 1 and "[" not in written
        parsed = urlsplit(f"//[{written}]" if is_bare else f"//{written}")
        return (str(ip_address(parsed.hostname or "")),), parsed.port or 53
    except ValueError:
        message = f"--dns: found {quoted(written)}, expected the number of a name server, such as 9.9.9.9"
        raise UsageError(message) from None


def _document(results: Sequence[Result]) -> dict[str, object]:
    counts = Counter(str(row.verdict) for result in results for row in result.rows)
    return {
        **{verdict: counts[verdict] for verdict in _SIGNS},
        "examinations": [
            {
                "group": result.group,
                "name": row.name,
                "verdict": str(row.verdict),
                "found": row.found,
                "mend": row.mend,
                "to_copy": row.to_copy,
            }
            for result in results
            for row in result.rows
        ],
    }


def _show(results: Sequence[Result]) -> None:
    from newsletter.cli.output import Mark, show

    for group, of_group in groupby(results, key=lambda result: result.group):
        show(Mark(group, "bold"))
        for result in of_group:
            for row in result.rows:
                _show_row(row)
        show()


def _show_row(row: Examined) -> None:
    """Print what was found beside its name, and below it what to do."""
    from newsletter.cli.output import Mark, show

    sign, style = _SIGNS[row.verdict]
    columns = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    lead = 4 + _NAME_COLUMNS
    first, *rest = _lines(row.found, columns - lead)
    if len(row.name) < _NAME_COLUMNS:
        show(" ", Mark(sign, style), Mark(f"{row.name:<{_NAME_COLUMNS - 1}}", "bold"), first)
    else:
        show(" ", Mark(sign, style), Mark(row.name, "bold"))
        rest = [first, *rest]
    for line in rest:
        show(f"{'':{lead}}{line}")
    for number, line in enumerate(_lines(row.mend, columns - lead - 2) if row.mend else []):
        show(f"{'':{lead - 1}}", Mark(" " if number else "→", style), line)
    if row.to_copy:  # in a line of its own, however long, so that it can be taken as it is
        show(f"{'':{lead - 1}}", " ", Mark(row.to_copy, "bold"))


def _lines(text: str, columns: int) -> list[str]:
    return wrap(text, columns, break_on_hyphens=False, break_long_words=False) or [""]


def _say_summary(rows: Sequence[Examined]) -> None:
    from newsletter.cli.output import Mark, say
    from newsletter.wording import counted

    counts = Counter(str(row.verdict) for row in rows)
    found = [
        Mark(counted(counts[verdict], verdict), _SIGNS[verdict][1])
        for verdict in ("error", "warning")
        if counts[verdict]
    ]
    words: list[str | Mark] = [part for mark in found for part in (mark, "and")][:-1] or [Mark("all is well", "green")]
    if counts["unknown"]:
        words.append(f"({counts['unknown']} that cannot be seen from here)")
    say(*words)
