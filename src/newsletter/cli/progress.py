"""How far long work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str, int, int], None]
    """Takes what is being done, how far it is, and how far it goes."""

_LINE_EVERY = 100_000
"""Where there is no terminal, of the things that are counted."""


@contextmanager
def progress() -> Iterator[Progress]:
    """Give a function to call as the work goes on."""
    if not sys.stderr.isatty():
        yield _in_lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def _in_lines(what: str, done: int, total: int) -> None:
    if done and not done % _LINE_EVERY:
        say(f"{what}: {done:,} of {total:,}")
