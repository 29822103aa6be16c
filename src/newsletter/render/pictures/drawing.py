"""What is drawn on pictures: the play button, and the light line that keeps a logo visible in the dark.

Shapes are drawn larger and scaled down, as the library draws without smoothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SMOOTHING = 4
_BUTTON_SHARE = 0.3
"""The play button's diameter, of the picture's shorter side."""
_RING_SHARE = 0.035
"""Of the diameter: the ring parts the disc from a picture in its own colour."""
_OPACITY = 235
"""Of 255. The picture shimmers through, and what stands on the disc can still be read (WCAG 1.4.11)."""
_TRIANGLE = ((-0.15, -0.235), (-0.15, 0.235), (0.255, 0.0))
"""From the centre, in diameters; its centre of mass is the disc's."""
_LINE_PX = 4
"""How far a logo's outline reaches beyond its shape, in pixels of the file."""
_SHARP = 96
"""What is at least this opaque belongs to the shape; less is a shadow, which needs no line."""


def play_button(picture: Image.Image, ground: str, ink: str) -> Image.Image:
    """Return a picture with a play button in its middle: a disc in `ground`, a triangle and a ring in `ink`."""
    diameter = max(1, round(min(picture.size) * _BUTTON_SHARE))
    size = diameter * _SMOOTHING
    button = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(button)
    draw.ellipse((0, 0, size - 1, size - 1), fill=_rgba(ink, 255))
    ring = round(size * _RING_SHARE)
    draw.ellipse((ring, ring, size - 1 - ring, size - 1 - ring), fill=_rgba(ground, _OPACITY))
    points = [(size * (0.5 + x), size * (0.5 + y)) for x, y in _TRIANGLE]
    draw.polygon(points, fill=_rgba(ink, 255))
    smooth = button.resize((diameter, diameter), Image.Resampling.LANCZOS)
    place = ((picture.width - diameter) // 2, (picture.height - diameter) // 2)
    made = picture.convert("RGBA")
    made.alpha_composite(smooth, place)
    return made if picture.mode == "RGBA" else made.convert("RGB")


def outlined(picture: Image.Image) -> Image.Image:
    """Return a transparent picture with a white line around its shape: on white it is not seen, in the dark it is.

    The picture keeps its size; its shape becomes a little smaller where the line would not fit.
    """
    width, height = picture.size
    inner = (max(1, width - 2 * _LINE_PX), max(1, height - 2 * _LINE_PX))
    shape = Image.new("RGBA", picture.size)
    shape.paste(picture.resize(inner, Image.Resampling.LANCZOS), (_LINE_PX, _LINE_PX))
    sharp = shape.getchannel("A").point(lambda value: 255 if value >= _SHARP else 0)
    grown = sharp.filter(ImageFilter.GaussianBlur(_LINE_PX / 2)).point(lambda value: min(255, value * 12))
    line = Image.new("RGBA", picture.size, (255, 255, 255, 0))
    line.putalpha(grown)
    line.alpha_composite(shape)
    return line


def _rgba(colour: str, opacity: int) -> tuple[int, int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), opacity


OVERLAYS: Mapping[str, Callable[[Image.Image, str, str], Image.Image]] = MappingProxyType({"play": play_button})
"""What can be drawn on a picture, by the name that a schema calls it (`newsletter.issue.kinds.OVERLAYS`)."""
