"""Whether the words of a finished mail can be read on what stands behind them, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.checks.clients.paint import painted_words, seen
from newsletter.config.contrast import LEAST, contrast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.clients.colours import Colour
    from newsletter.checks.clients.paint import Paint, Scheme

LEAST_LARGE = 3.0
"""For large text: from 24 px, or from 18.66 px where it is bold (WCAG 2.2, "large scale")."""

_LARGE_PX, _LARGE_BOLD_PX = 24, 18.66


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Words that cannot be read."""

    words: str
    scheme: Scheme
    ink: Colour
    ground: Colour
    ratio: float
    needed: float


def unreadable_words(html: str) -> Iterator[Unreadable]:
    """Yield the words of a mail whose contrast is below that of WCAG 2.2, success criterion 1.4.3 (level AA)."""
    for painted in painted_words(html):
        ratio, needed = _contrast(painted.paint)
        if ratio >= needed:
            continue
        ink, ground = seen(painted.paint), painted.paint.ground
        if ink and ground:
            yield Unreadable(painted.words, painted.scheme, ink, ground, ratio, needed)


@lru_cache(maxsize=1024)
def _contrast(paint: Paint) -> tuple[float, float]:
    """Return the contrast of words, and what it must be at least; nothing is needed on a picture."""
    ink = seen(paint)
    if ink is None or paint.ground is None:
        return 0, 0
    is_large = paint.size_px >= (_LARGE_BOLD_PX if paint.is_bold else _LARGE_PX)
    return contrast(str(ink), str(paint.ground)), LEAST_LARGE if is_large else LEAST
