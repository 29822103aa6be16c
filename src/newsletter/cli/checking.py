"""Issues on their way through the checks, for the commands that run them.

Each issue is looked at beside the outlines of all others, so all of them are read, whichever are asked for. Where there
are many, each processor gets a share: its process reads that, tells the outlines of it, hears those of all, and checks.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, cast

from newsletter.checks import Desk, examine, outline_of, refuse_unknown_rules
from newsletter.cli.progress import progress
from newsletter.cli.workspace import open_workspace
from newsletter.errors import IssueError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from multiprocessing.connection import Connection
    from pathlib import Path

    from newsletter.checks import Answer, Outline
    from newsletter.cli.workspace import Workspace
    from newsletter.model import Finding, Issue

MANY = 20
"""Issues that are worth a process of their own."""


@dataclass(frozen=True, slots=True)
class Online:
    """What the web said; nothing where nobody asked."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Of links, by their addresses."""
    newest_episode: date | None = None
    """The day of the newest in the podcast's feed."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some of the issues, read, and what is wrong with those that could not be."""

    workspace: Workspace
    issues: Mapping[Path, Issue]
    faults: Mapping[Path, Sequence[Finding]]

    def outlines(self) -> list[Outline]:
        """Return the issues as others look at them."""
        return [outline_of(issue, self.workspace.theme.kinds) for issue in self.issues.values()]

    def check(
        self, wanted: Collection[Path], outlines: Iterable[Outline], online: Online
    ) -> Iterator[tuple[Path, Sequence[Finding]]]:
        """Yield what is wrong with those that are wanted, beside the outlines of all issues."""
        desk = Desk(
            theme=self.workspace.theme,
            settings=self.workspace.settings,
            now=datetime.now(self.workspace.settings.newsletter.timezone),
            others=tuple(sorted(outlines, key=lambda outline: (outline.date, outline.path))),
            answers=online.answers,
            newest_episode=online.newest_episode,
        )
        for path in wanted:
            if path in self.faults:
                yield path, self.faults[path]
            elif path in self.issues:
                yield path, examine(self.issues[path], path, desk)


def check_issues(workspace: Workspace, asked: Iterable[Path], online: Online) -> list[Finding]:
    """Return what is wrong with issues, in their order; how far it is, is shown.

    Raises:
        ConfigError: `[checks]` names a rule that there is not.
    """
    refuse_unknown_rules(workspace.settings)
    wanted = tuple(dict.fromkeys(asked))
    every = tuple(dict.fromkeys((*workspace.all_issues(), *wanted)))
    processes = min(len(every) // MANY, os.cpu_count() or 1)
    if processes > 1:
        results = _in_shares(workspace, every, wanted, online, processes)
    else:
        share = _read(workspace, every)
        results = share.check(wanted, share.outlines(), online)
    found: dict[Path, Sequence[Finding]] = {}
    with progress() as told:
        for path, findings in results:
            found[path] = findings
            told("checking", len(found), len(wanted))
    return [finding for path in wanted for finding in found[path]]


def _read(workspace: Workspace, paths: Iterable[Path]) -> Share:
    issues: dict[Path, Issue] = {}
    faults: dict[Path, Sequence[Finding]] = {}
    for path in paths:
        try:
            issues[path] = workspace.read(path)
        except IssueError as error:
            faults[path] = error.findings
    return Share(workspace, issues, faults)


# Each processor with a share


def _in_shares(
    workspace: Workspace, every: Sequence[Path], wanted: Sequence[Path], online: Online, processes: int
) -> Iterator[tuple[Path, Sequence[Finding]]]:
    """Begin the processes, before anything else has a thread; return what yields their findings as they come."""
    pipes = []
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # theirs for good: whoever began them ends them
    try:
        for number in range(processes):
            ours, theirs = Pipe()
            share = every[number::processes]
            Process(target=work_on_share, args=(str(workspace.root), share, theirs), daemon=True).start()
            theirs.close()  # so that ours ends when the process does
            pipes.append(ours)
    finally:
        signal.signal(signal.SIGINT, before)
    return _gathered(pipes, wanted, online)


def _gathered(
    pipes: list[Connection], wanted: Sequence[Path], online: Online
) -> Iterator[tuple[Path, Sequence[Finding]]]:
    outlines = [outline for pipe in pipes for outline in pipe.recv()]
    for pipe in pipes:
        pipe.send((wanted, outlines, online))
    while pipes:
        for ready in wait(pipes):
            pipe = cast("Connection", ready)
            try:
                yield pipe.recv()
            except EOFError:
                pipes.remove(pipe)


def work_on_share(directory: str, paths: Sequence[Path], pipe: Connection) -> None:
    """Read a share of the issues of a workspace, and check what is wanted of it; all is told and heard by the pipe."""
    share = _read(open_workspace(directory), paths)
    with pipe:
        pipe.send(share.outlines())
        for result in share.check(*pipe.recv()):
            pipe.send(result)
