"""The default colours can be read by everybody."""

from __future__ import annotations

from itertools import product

import pytest

from newsletter.config.settings import DARK, LIGHT, Palette

ON = (
    *product(("text", "muted", "accent"), ("card", "tint", "background")),
    ("on_accent", "accent"),
)


def luminance(colour: str) -> float:
    """Compute the relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Compute the contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("front", "back"), ON)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_a_default_text_has_enough_contrast_with_what_is_behind_it(palette: Palette, front: str, back: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 or more."""
    assert contrast(getattr(palette, front), getattr(palette, back)) >= 4.5
