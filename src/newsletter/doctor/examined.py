"""What was found at one place: a verdict, the words for it, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARNING = "warning"
    """Mail goes out, and something is not as it should be."""
    ERROR = "error"
    """Mail does not go out, or does not arrive, or readers cannot leave."""
    UNKNOWN = "unknown"
    """It could not be looked at; `found` says why."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str
    """What is there, in words for a person; what came from outside stands in quotes."""
    mend: str = ""
    """What to do about it; empty where there is nothing to do."""
    to_copy: str = ""
    """A command or a record that does it, as it is."""


def ok(name: str, found: str) -> Examined:
    """Return that something is as it should be."""
    return Examined(name, Verdict.OK, found)


def warning(name: str, found: str, mend: str, to_copy: str = "") -> Examined:
    """Return that something is not as it should be, and does not stop mail."""
    return Examined(name, Verdict.WARNING, found, mend, to_copy)


def error(name: str, found: str, mend: str, to_copy: str = "") -> Examined:
    """Return that something is wrong."""
    return Examined(name, Verdict.ERROR, found, mend, to_copy)


def unknown(name: str, why: str, mend: str = "") -> Examined:
    """Return that something could not be looked at, and how a person can."""
    return Examined(name, Verdict.UNKNOWN, why, mend)
