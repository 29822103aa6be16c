"""How a fault in the settings is worded: its rule, the value that was found, and the mend."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

TOML = "newsletter.toml"
DOTENV = ".env"
ENVIRONMENT = "environment"
SOURCES = (TOML, DOTENV, ENVIRONMENT)
"""Where settings come from, in the order in which their faults are told; the last one wins."""

SYNTAX = "config-syntax"
UNKNOWN_KEY = "config-unknown-key"
TYPE = "config-type"
VALUE = "config-value"
MISSING = "config-missing"
SECRET = "config-secret"  # noqa: S105 - the id of a rule, not a secret

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no setting may hold: controls, line breaks, changes of reading direction, bytes that are no UTF-8."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_MAX_SHOWN = 60
_MAX_BITS = 64


class RefusedError(ValueError):
    """A value is not what its setting takes. It stays in this room: it becomes a finding at its place."""

    def __init__(self, expected: str, *, rule: str = VALUE, hidden: bool = False) -> None:
        super().__init__(expected)
        self.expected = expected
        """What would have been right, to stand after `expected`."""
        self.rule = rule
        self.hidden = hidden
        """Whether the value may hold something secret, and so must not be shown."""


def refusal(position: Position, name: str, value: object, refused: RefusedError) -> Finding:
    """Return the finding that tells of a refused value."""
    found = "" if refused.hidden else f"found {shown(value)}, "
    hint = " (its value is not shown here)" if refused.hidden else ""
    return Finding(position, f"{name}: {found}expected {refused.expected}{hint}", refused.rule)


def shown(value: object) -> str:
    """Return a value as it may be shown in a message: in one short line that no terminal obeys."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        # Python refuses to write out a number of more than 4300 digits; one in hexadecimals can be that long.
        return "a very large number"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return _shown_array(value)
    return str(value)


def _shown_array(values: list[object]) -> str:
    whole = f"[{', '.join(shown(value) for value in values[:_MAX_SHOWN])}]"
    return whole if len(whole) <= _MAX_SHOWN and len(values) <= _MAX_SHOWN else f"an array of {len(values)}"


def dotted(path: Iterable[str | int]) -> str:
    """Return the name of a key as people write it: `smtp.port`, `sample[2].address` (counted from 1)."""
    name = ""
    for step in path:
        if isinstance(step, int):
            name += f"[{step + 1}]"
        else:
            key = step if _BARE_KEY.fullmatch(step) and len(step) <= _MAX_SHOWN else quoted(step)
            name += f".{key}" if name else key
    return name


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was most likely meant, if there is one."""
    import difflib  # noqa: PLC0415 - 5 ms that only a fault should cost

    by_lower_case = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower_case, n=1)
    return by_lower_case[near[0]] if near else None


def either(words: Iterable[str]) -> str:
    """Return the words as a choice: `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings in the order of the sources, then of their lines."""

    def place(finding: Finding) -> tuple[int, int, int]:
        position = finding.position
        return SOURCES.index(position.path), position.line, position.column

    return sorted(findings, key=place)
