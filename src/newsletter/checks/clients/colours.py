"""Colours as CSS writes them, and what mail programs make of them that darken a mail by themselves."""

from __future__ import annotations

import re
from colorsys import hls_to_rgb
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of sRGB; channels from 0 to 255."""

    red: int
    green: int
    blue: int
    alpha: float = 1
    """From 0, which nobody can see, to 1."""

    def __str__(self) -> str:
        if self.alpha == 1:
            return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"
        return f"rgba({self.red},{self.green},{self.blue},{self.alpha:g})"

    def over(self, ground: Colour) -> Colour:
        """Return what is seen where this colour lies on an opaque ground."""
        pairs = zip((self.red, self.green, self.blue), (ground.red, ground.green, ground.blue), strict=True)
        return Colour(*(round(top * self.alpha + below * (1 - self.alpha)) for top, below in pairs))


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)

_NAMES = dict(
    re.findall(
        r"(\w+)=(\w+)",
        """
    aliceblue=f0f8ff antiquewhite=faebd7 aqua=00ffff aquamarine=7fffd4 azure=f0ffff beige=f5f5dc bisque=ffe4c4
    black=000000 blanchedalmond=ffebcd blue=0000ff blueviolet=8a2be2 brown=a52a2a burlywood=deb887
    cadetblue=5f9ea0 chartreuse=7fff00 chocolate=d2691e coral=ff7f50 cornflowerblue=6495ed cornsilk=fff8dc
    crimson=dc143c cyan=00ffff darkblue=00008b darkcyan=008b8b darkgoldenrod=b8860b darkgray=a9a9a9
    darkgreen=006400 darkgrey=a9a9a9 darkkhaki=bdb76b darkmagenta=8b008b darkolivegreen=556b2f darkorange=ff8c00
    darkorchid=9932cc darkred=8b0000 darksalmon=e9967a darkseagreen=8fbc8f darkslateblue=483d8b
    darkslategray=2f4f4f darkslategrey=2f4f4f darkturquoise=00ced1 darkviolet=9400d3 deeppink=ff1493
    deepskyblue=00bfff dimgray=696969 dimgrey=696969 dodgerblue=1e90ff firebrick=b22222 floralwhite=fffaf0
    forestgreen=228b22 fuchsia=ff00ff gainsboro=dcdcdc ghostwhite=f8f8ff gold=ffd700 goldenrod=daa520
    gray=808080 green=008000 greenyellow=adff2f grey=808080 honeydew=f0fff0 hotpink=ff69b4 indianred=cd5c5c
    indigo=4b0082 ivory=fffff0 khaki=f0e68c lavender=e6e6fa lavenderblush=fff0f5 lawngreen=7cfc00
    lemonchiffon=fffacd lightblue=add8e6 lightcoral=f08080 lightcyan=e0ffff lightgoldenrodyellow=fafad2
    lightgray=d3d3d3 lightgreen=90ee90 lightgrey=d3d3d3 lightpink=ffb6c1 lightsalmon=ffa07a lightseagreen=20b2aa
    lightskyblue=87cefa lightslategray=778899 lightslategrey=778899 lightsteelblue=b0c4de lightyellow=ffffe0
    lime=00ff00 limegreen=32cd32 linen=faf0e6 magenta=ff00ff maroon=800000 mediumaquamarine=66cdaa
    mediumblue=0000cd mediumorchid=ba55d3 mediumpurple=9370db mediumseagreen=3cb371 mediumslateblue=7b68ee
    mediumspringgreen=00fa9a mediumturquoise=48d1cc mediumvioletred=c71585 midnightblue=191970 mintcream=f5fffa
    mistyrose=ffe4e1 moccasin=ffe4b5 navajowhite=ffdead navy=000080 oldlace=fdf5e6 olive=808000 olivedrab=6b8e23
    orange=ffa500 orangered=ff4500 orchid=da70d6 palegoldenrod=eee8aa palegreen=98fb98 paleturquoise=afeeee
    palevioletred=db7093 papayawhip=ffefd5 peachpuff=ffdab9 peru=cd853f pink=ffc0cb plum=dda0dd
    powderblue=b0e0e6 purple=800080 rebeccapurple=663399 red=ff0000 rosybrown=bc8f8f royalblue=4169e1
    saddlebrown=8b4513 salmon=fa8072 sandybrown=f4a460 seagreen=2e8b57 seashell=fff5ee sienna=a0522d
    silver=c0c0c0 skyblue=87ceeb slateblue=6a5acd slategray=708090 slategrey=708090 snow=fffafa
    springgreen=00ff7f steelblue=4682b4 tan=d2b48c teal=008080 thistle=d8bfd8 tomato=ff6347 turquoise=40e0d0
    violet=ee82ee wheat=f5deb3 white=ffffff whitesmoke=f5f5f5 yellow=ffff00 yellowgreen=9acd32
    """,
    )
)
"""CSS Color Module Level 4, section 6.1."""

_TOKEN = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\([^()]*\)|(?<![-\w#(./])[a-z]{3,20}(?![-\w(:./])", re.IGNORECASE)
_NUMBER = re.compile(r"(-?[\d.]+)(%|deg)?")
_SKIPPED = re.compile(r"""(url\([^)]*\)|"[^"]*"|'[^']*')""")
_GRADIENT = re.compile(r"[-\w]*gradient\((?:[^()]|\([^()]*\))*\)", re.IGNORECASE)
_SHORT = {3, 4}
_HEX = {3, 4, 6, 8}


@lru_cache(maxsize=1024)
def read_colour(text: str) -> Colour | None:
    """Return the colour that a value of CSS or HTML names; nothing where it is none, such as `inherit`."""
    text = text.strip().lower()
    if text == "transparent":
        return Colour(0, 0, 0, 0)
    if text.startswith("#"):
        return _read_hex(text[1:])
    if text.startswith(("rgb", "hsl")):
        return _read_function(text)
    return _read_hex(_NAMES[text]) if text in _NAMES else None


def _read_hex(digits: str) -> Colour | None:
    if len(digits) not in _HEX or not re.fullmatch("[0-9a-f]+", digits):
        return None
    if len(digits) in _SHORT:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = bytes.fromhex(digits)
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1)


def _read_function(text: str) -> Colour | None:
    found = _NUMBER.findall(text)
    try:
        numbers = [float(number) / (100 if unit == "%" else 1) for number, unit in found]
        first, second, third = numbers[:3]
    except ValueError:
        return None
    alpha = min(max(numbers[3], 0), 1) if len(numbers) > 3 else 1  # noqa: PLR2004 - three channels, then alpha
    if text.startswith("hsl"):
        channels = [255 * channel for channel in hls_to_rgb(first / 360, min(third, 1), min(second, 1))]
    else:
        channels = [255 * channel if found[0][1] == "%" else channel for channel in (first, second, third)]
    red, green, blue = (round(min(max(channel, 0), 255)) for channel in channels)
    return Colour(red, green, blue, alpha)


def first_colour(value: str) -> Colour | None:
    """Return the first colour in a value of several parts, such as that of `background`; not that of a gradient."""
    for piece in _SKIPPED.split(_GRADIENT.sub("", value))[::2]:
        for match in _TOKEN.finditer(piece):
            if colour := read_colour(match[0]):
                return colour
    return None


def recoloured(value: str, change: Callable[[Colour], Colour]) -> str:
    """Return a value with each colour in it changed; addresses and quoted texts stay as they are."""

    def changed(match: re.Match[str]) -> str:
        colour = read_colour(match[0])
        return str(change(colour)) if colour and colour.alpha else match[0]

    pieces = _SKIPPED.split(value)
    pieces[::2] = [_TOKEN.sub(changed, piece) for piece in pieces[::2]]
    return "".join(pieces)


# CIE L*a*b*, by which a program turns the lightness of a colour around and leaves its hue

_WHITE_POINT = (0.95047, 1.0, 1.08883)
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.072175), (0.0193339, 0.119192, 0.9503041))
_TO_RGB = ((3.240454, -1.537139, -0.498531), (-0.969266, 1.876011, 0.041556), (0.055643, -0.204026, 1.057225))
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27
_DARKEST = 21.247
"""L* of #333333, what white becomes: roosterjs, getDarkColor.ts."""
_MIDDLE = 50


@lru_cache(maxsize=1024)
def darkened(colour: Colour) -> Colour:
    """Return a colour with its lightness turned around, as Outlook does: white becomes #333333, black white."""
    fx, fy, fz = _lab_parts(colour)
    turned = (100 - _lightness(colour)) * (100 - _DARKEST) / 100 + _DARKEST
    y = (turned + 16) / 116
    xyz = [_cubed(part) * white for part, white in zip((y + fx - fy, y, y - fy + fz), _WHITE_POINT, strict=True)]
    red, green, blue = (round(255 * min(max(_gamma(channel), 0), 1)) for channel in _times(_TO_RGB, xyz))
    return Colour(red, green, blue, colour.alpha)


def is_light(colour: Colour) -> bool:
    """Tell whether the eye sees more of light than of dark in a colour."""
    return _lightness(colour) > _MIDDLE


def _lightness(colour: Colour) -> float:
    return 116 * _lab_parts(colour)[1] - 16


@lru_cache(maxsize=1024)
def _lab_parts(colour: Colour) -> tuple[float, float, float]:
    linear = [_linear(channel / 255) for channel in (colour.red, colour.green, colour.blue)]
    x, y, z = (_root(part / white) for part, white in zip(_times(_TO_XYZ, linear), _WHITE_POINT, strict=True))
    return x, y, z


def _times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix]


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own number


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055  # noqa: PLR2004 - as above


def _root(value: float) -> float:
    return float(value ** (1 / 3)) if value > _EPSILON else (_KAPPA * value + 16) / 116


def _cubed(value: float) -> float:
    return value**3 if value**3 > _EPSILON else (116 * value - 16) / _KAPPA
