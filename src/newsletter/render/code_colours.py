"""The colours of code, in shades that can be read on whatever a newsletter chose to put behind it."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING

from newsletter.config.contrast import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.config.settings import Look, Palette

_LIGHT = {"c": "#66707f", "k": "#a3219f", "s": "#1d6526", "n": "#a34d00", "f": "#1a56ae"}
_DARK = {"c": "#98a2b5", "k": "#dda2f2", "s": "#9ad07f", "n": "#efb36b", "f": "#84baff"}
"""By the groups of `issue.highlight`: comments, keywords, strings, numbers, names."""


@lru_cache(maxsize=16)
def code_colours(look: Look) -> SimpleNamespace:
    """Return the colours of each group of tokens, as `light` and `dark`."""
    return SimpleNamespace(light=_shades(_LIGHT, look.light), dark=_shades(_DARK, look.dark))


def _shades(inks: Mapping[str, str], palette: Palette) -> Mapping[str, str]:
    """Return the nearest readable shades; the colour of the text where none can be read on all the grounds."""
    grounds = [palette.background, palette.card, palette.tint]
    return MappingProxyType({group: readable(ink, grounds) or palette.text for group, ink in inks.items()})
