"""Import a file of subscribers: all of it or nothing, with a verdict for each line that is not as it should be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.audience.address import mixed_scripts
from newsletter.audience.columns import HeaderError, read_header
from newsletter.audience.csv_file import BadRecord, Lines, first_record, open_text, records, scan
from newsletter.audience.incoming import Reader
from newsletter.audience.intake import KEPT_OUT, Intake, Kind, anybody_forgotten, decide, write
from newsletter.audience.staging import Staging
from newsletter.audience.tokens import keys_of
from newsletter.audience.values import UncleanError
from newsletter.errors import AddressError, ImportFileError
from newsletter.model import Finding, Position, Severity
from newsletter.store import reading, writing
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.audience.columns import Columns
    from newsletter.audience.csv_file import Record, Scanned
    from newsletter.audience.incoming import Incoming
    from newsletter.audience.intake import Decision
    from newsletter.config import Settings

    Progress = Callable[[str, int, int], None]
    """Takes what is being done, how far it is, and how far it goes."""

MAX_FAULTS = 100_000
"""Told one by one; with more, the file is not what it was taken for."""

_STAGED_ROWS = 5000
_WRITTEN_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported, and how."""

    path: Path
    shown: str
    """The file as messages name it."""
    now_ms: int
    dry_run: bool = False
    """Only say what would be done."""
    skip_bad: bool = False
    """Import the other lines, where some are at fault."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    lines: int
    """The people in it."""
    counts: Counter[str]
    """By the name of a `Kind`; and `refused` and `repeated`."""
    findings: tuple[Finding, ...]
    """Every line that is not among the subscribers now, in the order of the file, and what else there is to look at."""
    encoding: str
    left_out: tuple[str, ...]
    """Columns that are not kept."""


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """What is gathered on the way."""

    shown: str
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, message: str, rule: str = "subscriber-line") -> None:
        self.counts["refused"] += 1
        self._add(line, message, rule, Severity.ERROR)

    def warn(self, line: int, message: str, rule: str) -> None:
        self._add(line, message, rule, Severity.WARNING)

    def _add(self, line: int, message: str, rule: str, severity: Severity) -> None:
        self.findings.append(Finding(Position(self.shown, line), message, rule, severity))
        if len(self.findings) > MAX_FAULTS:
            message = f"more than {MAX_FAULTS} lines have something to look at; the rest was not read"
            raise ImportFileError([*self.findings, Finding(Position(self.shown, line), message, "subscriber-file")])

    def repeat(self, line: int, kept: int) -> None:
        self.counts["repeated"] += 1
        self.warn(line, f"the same person as in line {kept}, which counts; this one does not", "subscriber-repeated")

    def count(self, decision: Decision) -> None:
        self.counts[decision.kind] += 1
        if decision.kind is Kind.KEPT_OUT:
            self.warn(decision.line, KEPT_OUT[decision.reason], "subscriber-kept-out")

    def in_order(self) -> tuple[Finding, ...]:
        return tuple(sorted(self.findings, key=lambda finding: finding.position.line))


@dataclass(frozen=True, slots=True)
class _Run:
    """One import on its way."""

    engine: Engine
    settings: Settings
    wanted: Wanted
    scanned: Scanned
    verdicts: _Verdicts
    progress: Progress


def import_file(engine: Engine, settings: Settings, wanted: Wanted, progress: Progress) -> Imported:
    """Import a file, in one transaction.

    Raises:
        ImportFileError: it cannot be read, or lines of it are at fault and `skip_bad` is not set. Nothing was imported.
        UsageError: the secret key is needed and not set.
        StoreError: the database cannot be written. Nothing was imported.
    """
    run = _Run(engine, settings, wanted, scan(wanted.path), _Verdicts(wanted.shown), progress)
    verdicts = run.verdicts
    with Staging() as staging:
        columns = _stage(run, staging)
        for line, kept in staging.drop_repeated():
            verdicts.repeat(line, kept)
        if verdicts.counts["refused"] and not wanted.skip_bad:
            raise ImportFileError(finding for finding in verdicts.in_order() if finding.severity is Severity.ERROR)
        _take_in(run, staging)
    lines = sum(verdicts.counts.values())
    return Imported(lines, verdicts.counts, verdicts.in_order(), run.scanned.encoding, columns.left_out)


def _stage(run: _Run, staging: Staging) -> Columns:
    """Read the whole file into the scratch table; return what its columns hold."""
    with open_text(run.wanted.path, run.scanned.encoding) as file:
        lines = Lines(file)
        columns, delimiter = _columns(lines, run)
        reader = Reader(
            columns, frozenset(run.settings.subscribers.fields), frozenset(run.settings.newsletter.languages)
        )
        batch: list[Incoming] = []
        for record in records(lines, delimiter, columns.width):
            if person := _person(reader, record, run.verdicts):
                batch.append(person)
            if len(batch) == _STAGED_ROWS:
                staging.add(batch)
                batch = []
                run.progress("reading", lines.first, run.scanned.lines)
        staging.add(batch)
    return columns


def _columns(lines: Lines, run: _Run) -> tuple[Columns, str]:
    first, delimiter = first_record(lines)
    if isinstance(first, BadRecord):
        raise ImportFileError([Finding(Position(run.wanted.shown, first.line), first.message, "subscriber-file")])
    try:
        columns = read_header(first.cells, run.settings.subscribers.fields)
    except HeaderError as error:
        raise ImportFileError(
            [Finding(Position(run.wanted.shown, first.line), str(error), "subscriber-file")]
        ) from error
    if columns.has_header:
        lines.done()
    else:
        lines.again()
    return columns, delimiter


def _person(reader: Reader, record: Record | BadRecord, verdicts: _Verdicts) -> Incoming | None:
    if isinstance(record, BadRecord):
        verdicts.refuse(record.line, record.message)
        return None
    try:
        person = reader.read(record.line, record.cells)
    except (AddressError, UncleanError) as error:
        verdicts.refuse(record.line, str(error))
        return None
    if label := mixed_scripts(person.address):
        message = f"{quoted(label)} mixes letters of more than one script, as the look-alike of another name would"
        verdicts.warn(person.line, message, "subscriber-look-alike")
    return person


def _take_in(run: _Run, staging: Staging) -> None:
    """Decide and write, in one transaction; a dry run only decides."""
    with reading(run.engine) as connection:
        keys = keys_of(run.settings.secret_key) if anybody_forgotten(connection) else None
    # A file's name may hold bytes that are no text.
    name = run.wanted.path.name.encode("utf-8", "replace").decode()
    intake = Intake(run.wanted.now_ms, run.settings.newsletter.language, name, run.scanned.sha256[:12], keys)
    total, done = staging.count(), 0
    with reading(run.engine) if run.wanted.dry_run else writing(run.engine) as connection:
        for people in staging.batches(_WRITTEN_ROWS):
            decisions = decide(connection, people, intake)
            if not run.wanted.dry_run:
                write(connection, decisions)
            for decision in decisions:
                run.verdicts.count(decision)
            done += len(people)
            run.progress("writing", done, total)
