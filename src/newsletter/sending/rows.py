"""What the ledger and the engine say to each other about rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.sending.states import UNFINISHED, Arrow, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.audience.readers import Reader


@dataclass(frozen=True, slots=True)
class Row:
    """One reader's mail, claimed by this sender."""

    id: int
    reader: Reader
    """With the address that was planned."""
    attempts: int
    """How many tries of this reader were counted before."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is to be noted of one row."""

    id: int
    arrow: Arrow
    attempts: int
    next_at_ms: int = 0
    """Of a row that is put off."""
    code: str = ""
    reply: str = ""
    suppress: bool = False
    """Whether its address is not to be mailed again."""
    remote_id: str = ""
    """By which a provider knows it."""


@dataclass(frozen=True, slots=True)
class Request:
    """Rows that go out in one request, by which a provider knows them again."""

    label: str
    """The same in each of the rows; see `replay`."""
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction is to note: fates first, then the marks of what goes out next."""

    fates: tuple[Fate, ...] = ()
    marks: tuple[int, ...] = ()
    requests: tuple[Request, ...] = ()
    """Marks too, of rows that belong together."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one sending stand in each state."""

    states: Mapping[State, int]

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)

    @property
    def planned(self) -> int:
        """All rows that there are."""
        return sum(self.states.values())

    @property
    def left(self) -> int:
        """Those that nobody has answered for yet."""
        return sum(self[state] for state in UNFINISHED)
