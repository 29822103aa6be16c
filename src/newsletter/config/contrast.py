"""Whether people can read a text in one colour on another: WCAG 2.2, success criterion 1.4.3 (level AA)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.config.settings import Palette

LEAST = 4.5
"""For text of ordinary size."""

PAIRS = (
    ("text", "card"),
    ("text", "tint"),
    ("text", "background"),
    ("muted", "card"),
    ("muted", "tint"),
    ("muted", "background"),
    ("accent", "card"),
    ("accent", "tint"),
    ("accent", "background"),
    ("on_accent", "accent"),
)
"""Which colour the templates write on which: a test looks at all that they write. Code in a mail stands on the
background, and a link in it is an accent there."""

_LINEAR_BELOW = 0.04045
_STEPS = 100


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours `#rrggbb`, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance, from 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= _LINEAR_BELOW else ((value + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def readable(colour: str, grounds: list[str]) -> str:
    """Return the nearest shade of a colour that can be read on all the grounds; empty if there is none."""
    candidates = [_towards(colour, target, step) for step in range(_STEPS + 1) for target in (0, 255)]
    return next((shade for shade in candidates if all(contrast(shade, ground) >= LEAST for ground in grounds)), "")


def _towards(colour: str, target: int, step: int) -> str:
    mixed = (round(channel + (target - channel) * step / _STEPS) for channel in _channels(colour))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A colour that cannot be read where it is written."""

    ink: str
    """The key of the colour that is written in."""
    grounds: tuple[str, ...]
    """The keys of the colours that it cannot be read on."""
    ratio: float
    """The worst contrast."""
    better: str
    """The nearest shade that can be read on all that it is written on; empty if there is none."""


def unreadable(palette: Palette) -> Iterator[Unreadable]:
    """Yield the colours of a palette that cannot be read on one that the templates write them on."""
    written_on: dict[str, list[str]] = {}
    for ink, ground in PAIRS:
        written_on.setdefault(ink, []).append(ground)
    for ink, names in written_on.items():
        colour = getattr(palette, ink)
        ratios = {name: contrast(colour, getattr(palette, name)) for name in names}
        bad = tuple(name for name, ratio in ratios.items() if ratio < LEAST)
        if bad:
            better = readable(colour, [getattr(palette, name) for name in names])
            yield Unreadable(ink, bad, min(ratios.values()), better)
