"""What is to be made of a picture, and what came of it. Plain data: nothing here needs the picture library."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

MAX_BYTES = 5_000_000
"""Of a file as it is read."""
MAX_PIXELS = 25_000_000
"""Of a file as its header tells: a few kilobytes can unpack to gigabytes."""
MAX_ANIMATION_BYTES = 1_000_000
"""An animation cannot be made smaller here, and every reader loads it whole."""
AVIF = "AVIF"
WEBP = "WEBP"
DENSITY = 2
"""Screens show up to this many pixels for one CSS pixel; more is weight that nobody sees."""


def megabytes(size: int) -> str:
    """Return a weight as people say it, rounded up: what is over a limit is seen to be."""
    return f"{ceil(size / 100_000) / 10:.1f} MB"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be made of the file of a picture. The same file and recipe give the same bytes."""

    wide_px: int
    """The widest and the highest that it may come out; a picture is never made larger."""
    high_px: int = MAX_PIXELS
    overlay: str = ""
    """What is drawn on it; empty for nothing."""
    colours: tuple[str, str] = ("", "")
    """Of what is drawn, each `#rrggbb`: the ground, and what stands on it."""
    outlined: bool = False
    """Whether a light line is drawn around the shape of a transparent picture."""
    written: str = ""
    """What it is written as: `AVIF`, `WEBP`, or empty for what its own format becomes."""
    format: str = ""
    """What the file is: `PNG`, `JPEG` or `GIF`; empty until it is read."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture that was made: its bytes, and what they hold."""

    media_type: str
    width_px: int
    height_px: int
    content: bytes
