"""Whether the words of a finished mail can be read on what stands behind them, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
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


def unreadable_words(html: str, scheme: Scheme) -> Iterator[Unreadable]:
    """Yield the words of a mail whose contrast is below that of WCAG 2.2, success criterion 1.4.3 (level AA)."""
    for painted in painted_words(html, scheme):
        paint = painted.paint
        ink = seen(paint)
        if ink is None or paint.ground is None:
            continue
        ratio, needed = contrast(str(ink), str(paint.ground)), _needed(paint)
        if ratio < needed:
            yield Unreadable(painted.words, scheme, ink, paint.ground, ratio, needed)


def _needed(paint: Paint) -> float:
    is_large = paint.size_px >= (_LARGE_BOLD_PX if paint.is_bold else _LARGE_PX)
    return LEAST_LARGE if is_large else LEAST
