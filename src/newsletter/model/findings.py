"""What is told about a file that a person wrote. Positions count from 1, in lines and in characters, as editors do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file that a person wrote."""

    path: str
    """The file as it is shown, mostly relative to the workspace."""
    line: int = 0
    """From 1; 0 where a file has no lines worth naming (the environment, a picture)."""
    column: int = 0
    """From 1, in characters; 0 where only the line is known."""

    def __str__(self) -> str:
        parts = [self.path, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: where it is, what was found there, and how to mend it."""

    position: Position
    message: str
    rule: str
    """A stable id in kebab-case, such as `block-unknown`; documented, never reused."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


@dataclass(frozen=True, slots=True)
class Silencing:
    """An editor's word that one rule does not hold at one place: `<!-- check: off RULE because REASON -->`."""

    rule: str
    reason: str
    position: Position
    lines: range
    """Of the file: those that it is about; empty for the whole issue."""
