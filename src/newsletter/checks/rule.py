"""What a rule is: a function that looks at a `Material`, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsletter.checks.material import Material
    from newsletter.model import Position, Severity


class Remark(NamedTuple):
    """What one rule says at one place: what was found there, and how to mend it."""

    position: Position
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked at."""

    id: str
    """Stable, in kebab-case; never reused for another rule."""
    severity: Severity
    """Unless newsletter.toml says otherwise."""
    summary: str
    """In one sentence, what it finds."""
    find: Callable[[Material], Iterator[Remark]]
    """The rule itself; its docstring says why, and how to mend what it finds."""
