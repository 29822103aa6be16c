"""Reading newsletter.toml table by table: each key is asked for, and what nobody asked for is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from newsletter.config.env import SECRET as SECRET_VARIABLES
from newsletter.config.env import Given
from newsletter.config.faults import (
    MISSING,
    SECRET,
    TYPE,
    UNKNOWN_KEY,
    RefusedError,
    dotted,
    nearest,
    refusal,
)
from newsletter.model import Finding
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.config.toml import Document, KeyPath
    from newsletter.model import Position

T = TypeVar("T")

_SECRETS = {str(path[-1]): name for name, path in SECRET_VARIABLES.items()}
"""What a secret would be called in newsletter.toml, and the variable that it belongs in."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a workspace's settings: what it reads from, and what it gathers."""

    document: Document
    overrides: Mapping[KeyPath, Given]
    faults: list[Finding]
    refused: set[KeyPath] = field(default_factory=set)
    """The keys whose value was not accepted."""
    tables: list[Table] = field(default_factory=list)
    """Every table that was opened."""

    def report_unknown_keys(self) -> None:
        """Add a fault for each key that no table was asked for; call it when all has been asked."""
        for table in self.tables:
            for key in table.unknown_keys():
                self.faults.append(self._unknown(table, key))

    def _unknown(self, table: Table, key: str) -> Finding:
        path = (*table.path, key)
        position, name = self.document.position(path), dotted(path)
        if key in _SECRETS:
            message = (
                f"{name}: newsletter.toml is for all to read, so a secret does not belong in it: "
                f"set {_SECRETS[key]} in .env or in the environment"
            )
            return Finding(position, message, SECRET)
        what = "table" if _is_table(table.values[key]) else "key"
        return Finding(position, f"{name}: unknown {what} ({self._hint(table, key)})", UNKNOWN_KEY)

    def _hint(self, table: Table, key: str) -> str:
        if near := nearest(key, table.known):
            return f"did you mean {quoted(near)}?"
        for other in self.tables:
            if other.is_named and key in other.known:
                return f"it belongs in [{dotted(other.path)}]"
        return f"known here: {', '.join(table.known)}"


class Table:
    """One table of newsletter.toml, together with the variables that win from its keys."""

    def __init__(self, reading: Reading, path: KeyPath, values: Mapping[str, object]) -> None:
        self.path = path
        self.values = values
        self.known: list[str] = []
        """The keys that were asked for."""
        self.is_open = False
        """Whether keys that were not asked for are let pass."""
        self._reading = reading
        reading.tables.append(self)

    @property
    def is_named(self) -> bool:
        """Whether a header names it: it is neither the top of the file nor one of an array of tables."""
        return bool(self.path) and not isinstance(self.path[-1], int)

    def value(self, key: str, parse: Callable[[object], T], default: T) -> T:
        """Return the value of a key, or its default.

        What newsletter.toml says is judged even where a variable wins: the file is right on every machine.
        """
        self.known.append(key)
        value = default
        for given in self._given(key):
            value = self._parsed(key, given, parse, default)
        return value

    def required(self, key: str, parse: Callable[[object], str], meaning: str) -> str:
        """Return the value of a key that has no default; add a fault where it is missing."""
        if not self._given(key) and self._reading.document.readable:
            position = self._reading.document.position(self.path)
            message = f"{dotted((*self.path, key))}: missing ({meaning})"
            self._reading.faults.append(Finding(position, message, MISSING))
        return self.value(key, parse, "")

    def secret(self, key: str, parse: Callable[[object], T], default: T) -> T:
        """Return the value of a variable that must not stand in newsletter.toml."""
        given = self._reading.overrides.get((*self.path, key))
        return default if given is None else self._parsed(key, given, parse, default)

    def table(self, key: str) -> Table:
        """Return the table of that name; an empty one where there is none."""
        self.known.append(key)
        path, value = (*self.path, key), self.values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, RefusedError(f"a table, [{dotted(path)}]", rule=TYPE))
            value = {}
        return Table(self._reading, path, value)

    def tables_of(self, key: str) -> list[Table]:
        """Return the tables of an array, `[[key]]`."""
        self.known.append(key)
        path, value = (*self.path, key), self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(key, RefusedError(f"an array of tables, [[{dotted(path)}]]", rule=TYPE))
            value = []
        return [Table(self._reading, (*path, index), item) for index, item in enumerate(value)]

    def refuse(self, key: str, refused: RefusedError) -> None:
        """Add a fault for the value of a key, at the place that it came from."""
        given = self._given(key)[-1]
        self._reading.refused.add((*self.path, key))
        self._reading.faults.append(refusal(given.position, given.name, given.value, refused))

    def place(self, key: str) -> Position:
        """Return where newsletter.toml gives the key its value."""
        return self._reading.document.position((*self.path, key))

    def has(self, key: str) -> bool:
        """Say whether the key was given a value."""
        return bool(self._given(key))

    def was_refused(self, key: str) -> bool:
        """Say whether the value of a key was not accepted."""
        return (*self.path, key) in self._reading.refused

    def unknown_keys(self) -> list[str]:
        """Return the keys that were not asked for."""
        return [] if self.is_open else [key for key in self.values if key not in self.known]

    def _given(self, key: str) -> list[Given]:
        """Return what newsletter.toml and a variable say, the one that wins last."""
        path, given = (*self.path, key), []
        if key in self.values:
            given.append(Given(dotted(path), self.values[key], self._reading.document.position(path)))
        if path in self._reading.overrides:
            given.append(self._reading.overrides[path])
        return given

    def _parsed(self, key: str, given: Given, parse: Callable[[object], T], default: T) -> T:
        try:
            return parse(given.value)
        except RefusedError as refused:
            self._reading.refused.add((*self.path, key))
            self._reading.faults.append(refusal(given.position, given.name, given.value, refused))
            return default


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
