"""Figures side by side: taken in turns, their medians, their ratio, and whether the goal is met."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_T = TypeVar("_T")


class Timed(Protocol):
    """One measurement of time."""

    @property
    def seconds(self) -> float:
        """By the clock on the wall."""

    @property
    def cpu_s(self) -> float:
        """What the processor worked, on all cores."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ours beside the peer's, both medians."""

    name: str
    ours: float
    peer: float
    unit: str
    """`ms` or `MB`."""
    cpu_ratio: float | None = None
    """The ratio of what the processor worked for each, on all cores: other programs hardly change it."""
    goal: float | None = None
    """The ratio that is wanted, or less."""

    @property
    def ratio(self) -> float:
        """Ours as a share of the peer's."""
        return self.ours / self.peer

    @property
    def verdict(self) -> str:
        """Whether the goal is met; empty without one."""
        if self.goal is None:
            return ""
        return "met" if self.ratio <= self.goal else "NOT MET"

    def as_json(self) -> dict[str, Any]:
        """Return the figure as it stands in a JSON document."""
        return asdict(self) | {"ratio": self.ratio, "met": self.verdict == "met" if self.verdict else None}


def in_turns(measurements: Mapping[str, Callable[[int], _T]], rounds: int, unmeasured: int = 0) -> dict[str, list[_T]]:
    """Take each measurement once in every round, given the number of the round from 0; return what they gave.

    The machine's other work hits all of them alike. Each round begins with another one, so that none always follows
    the same. The first, `unmeasured` rounds warm up.
    """
    taken: dict[str, list[_T]] = {name: [] for name in measurements}
    names = list(measurements)
    for number in range(unmeasured + rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            value = measurements[name](number)
            if number >= unmeasured:
                taken[name].append(value)
    return taken


def time_figure(name: str, ours: Sequence[Timed], peer: Sequence[Timed], goal: float | None = None) -> Figure:
    """Return the figure of the medians of two series."""
    ours_ms, peer_ms = (1000 * median(one.seconds for one in series) for series in (ours, peer))
    ours_cpu_s, peer_cpu_s = (median(one.cpu_s for one in series) for series in (ours, peer))
    return Figure(name, ours_ms, peer_ms, "ms", ours_cpu_s / peer_cpu_s, goal)


def table(figures: Sequence[Figure], peer: str) -> str:
    """Return the figures as lines for a person; `peer` names what ours stands beside."""
    width = max(len(figure.name) for figure in figures)
    lines = [f"{'':{width}}  {'ours':>9}  {peer:>13}  ratio  processor  goal"]
    for figure in figures:
        ours, theirs = (f"{value:.1f} {figure.unit}" for value in (figure.ours, figure.peer))
        cpu_ratio = "" if figure.cpu_ratio is None else f"{figure.cpu_ratio:.2f}"
        goal = "" if figure.goal is None else f"<= {figure.goal:g} {figure.verdict}"
        values = f"{ours:>9}  {theirs:>13}  {figure.ratio:5.2f}  {cpu_ratio:>9}  {goal}"
        lines.append(f"{figure.name:{width}}  {values}".rstrip())
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what every figure depends on: the Python, the cores, and how busy the machine is now."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }
