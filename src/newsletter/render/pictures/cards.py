"""Drawn pictures of words alone: the card that shows when a page is shared, and the icon of a site without a logo.

They are drawn in one ink on one ground, with the font that the picture library brings along, so that the same words
give the same bytes on every machine. That font has no letters with marks: the marks are drawn above their letters.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CARD_PX = (1200, 630)
"""What the networks ask for (Open Graph)."""
ICON_PX = 64

_MARGIN_PX = 80
_SIZES_PX = (92, 80, 68, 56, 46)
"""Of a title: the first in which it fits."""
_LINES = 4
_SMALL_PX = 34
_LEADING = 1.22
_SHADES = 255
_COMPRESSION = 3
"""Of zlib: twice as fast as 6 for a quarter more bytes, and a thousand issues have a thousand cards."""

_SPELT: Mapping[int, str] = MappingProxyType(
    str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "€": "EUR "})
    | str.maketrans({"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})
)
_DRAWN = re.compile(r"[ -~\u0300\u0301\u0302\u0303\u0308]")
"""The letters that the font has, and the marks that can be drawn."""
_STROKES: Mapping[str, tuple[tuple[float, float, float, float], ...]] = MappingProxyType(
    {
        "\u0300": ((-0.12, -0.16, 0.06, 0.0),),
        "\u0301": ((0.12, -0.16, -0.06, 0.0),),
        "\u0302": ((-0.14, 0.0, 0.0, -0.14), (0.0, -0.14, 0.14, 0.0)),
        "\u0303": ((-0.16, -0.02, -0.06, -0.1), (-0.06, -0.1, 0.06, -0.02), (0.06, -0.02, 0.16, -0.1)),
        "\u0308": ((-0.18, -0.06, -0.08, -0.06), (0.08, -0.06, 0.18, -0.06)),
    }
)
"""From the middle of the letter, upwards from its top, in ems."""


def draw_card(title: str, name: str, day: str, colours: tuple[str, str]) -> bytes:
    """Return a PNG of a page's title, with the newsletter's name and the day; `colours` are ground and ink."""
    sheet = Image.new("L", CARD_PX)
    draw = ImageDraw.Draw(sheet)
    size_px, lines = _laid_out(_spelt(title))
    top = _MARGIN_PX
    for line in lines:
        _write(draw, (_MARGIN_PX, top), line, size_px)
        top += round(size_px * _LEADING)
    foot = CARD_PX[1] - _MARGIN_PX - _SMALL_PX
    _write(draw, (_MARGIN_PX, foot), _spelt(name), _SMALL_PX)
    words = _spelt(day)
    _write(draw, (CARD_PX[0] - _MARGIN_PX - round(_length(words, _SMALL_PX)), foot), words, _SMALL_PX)
    return _png(sheet, colours)


def draw_icon(letter: str, colours: tuple[str, str]) -> bytes:
    """Return a PNG of the first letter of a name."""
    sheet = Image.new("L", (ICON_PX, ICON_PX))
    ImageDraw.Draw(sheet).text(
        (ICON_PX / 2, ICON_PX / 2), _spelt(letter)[:1].upper() or "N", _SHADES, _font(44), anchor="mm", stroke_width=1
    )
    return _png(sheet, colours)


def _spelt(words: str) -> str:
    """Return words in the letters that can be drawn, each mark behind its letter."""
    apart = unicodedata.normalize("NFD", words.translate(_SPELT))
    return " ".join("".join(_DRAWN.findall(apart)).split())


def _laid_out(words: str) -> tuple[int, list[str]]:
    """Return the size in which words fit on the card, and their lines; what is longer is cut."""
    size_px, lines = 0, list[str]()
    for size_px in _SIZES_PX:
        lines = list(_lines(words, size_px))
        if len(lines) <= _LINES:
            return size_px, lines
    return size_px, [*lines[: _LINES - 1], f"{lines[_LINES - 1]} ..."]


def _lines(words: str, size_px: int) -> Iterator[str]:
    room = CARD_PX[0] - 2 * _MARGIN_PX
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if line and _length(longer, size_px) > room:
            yield line
            longer = word
        line = longer
    yield line


def _length(words: str, size_px: int) -> float:
    return _font(size_px).getlength("".join(filter(str.isascii, words)))


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], words: str, size_px: int) -> None:
    plain = "".join(filter(str.isascii, words))
    stroke = 1 if size_px > _SMALL_PX else 0
    draw.text(place, plain, _SHADES, _font(size_px), stroke_width=stroke)
    before = ""
    for sign in words:
        if sign.isascii():
            before += sign
        elif before:
            _mark(draw, place, (before, sign), size_px)


def _mark(draw: ImageDraw.ImageDraw, place: tuple[int, int], letter: tuple[str, str], size_px: int) -> None:
    """Draw a mark above the last letter of a text that was written."""
    font, (before, sign) = _font(size_px), letter
    box = font.getbbox(before[-1])
    middle = place[0] + font.getlength(before[:-1]) + (box[0] + box[2]) / 2
    top = place[1] + box[1] - size_px * 0.07
    for x, y, to_x, to_y in _STROKES[sign]:
        ends = (middle + x * size_px, top + y * size_px, middle + to_x * size_px, top + to_y * size_px)
        draw.line(ends, _SHADES, max(2, round(size_px * 0.085)))


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size_px))


def _png(sheet: Image.Image, colours: tuple[str, str]) -> bytes:
    """Return a sheet of shades as a PNG: the darkest is the ground, the lightest the ink."""
    sheet.putpalette(_shades(*colours))
    file = io.BytesIO()
    sheet.save(file, "PNG", compress_level=_COMPRESSION)
    return file.getvalue()


@lru_cache(maxsize=4)
def _shades(ground: str, ink: str) -> list[int]:
    """Return the colours between two, as a palette."""
    first, last = (tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (ground, ink))
    return [
        round(low + (high - low) * shade / _SHADES)
        for shade in range(_SHADES + 1)
        for low, high in zip(first, last, strict=True)
    ]
