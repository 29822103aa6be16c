"""Long lists on several pages whose addresses stay.

The pages are numbered from the oldest on, so that a full one never changes when something new comes: the newest stand
on a page without a number, which holds between one and two pages' worth, until its older half moves to its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """One page of a list."""

    path: str
    """Its folder, below that of the list: empty for the newest, else `1/`."""
    items: tuple[T, ...]
    """The newest first."""
    newer: str | None
    """The path of the page with what is newer; None on the newest."""
    older: str | None


def leaves(items: Sequence[T], per_page: int = PER_PAGE) -> list[Leaf[T]]:
    """Return the pages of a list, given with the newest first; of an empty one, a single empty page."""
    full = max(0, len(items) // per_page - 1)
    paths = ["", *(f"{number}/" for number in range(full, 0, -1))]
    newest = len(items) - full * per_page
    bounds = [0, *range(newest, len(items) + 1, per_page)]
    return [
        Leaf(
            path=path,
            items=tuple(items[bounds[number] : bounds[number + 1]]),
            newer=paths[number - 1] if number else None,
            older=paths[number + 1] if number + 1 < len(paths) else None,
        )
        for number, path in enumerate(paths)
    ]
