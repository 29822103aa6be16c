"""Colours that nobody can read are noticed, and a shade that everybody can read is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.config.contrast import LEAST, contrast, readable, unreadable
from newsletter.config.settings import DARK, LIGHT


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#ffffff", "#777777", 4.48)],
)
def test_contrast_is_measured_as_wcag_does(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == pytest.approx(ratio, abs=0.005)


def test_the_default_palettes_can_be_read() -> None:
    assert [*unreadable(LIGHT), *unreadable(DARK)] == []


def test_an_unreadable_ink_is_told_with_the_grounds_that_it_fails_on() -> None:
    (pair,) = unreadable(replace(LIGHT, muted="#9aa3b2"))
    assert (pair.ink, pair.grounds) == ("muted", ("card", "tint", "background"))
    assert pair.ratio == pytest.approx(2.26, abs=0.01)
    assert all(contrast(pair.better, ground) >= LEAST for ground in (LIGHT.card, LIGHT.tint, LIGHT.background))


def test_the_nearest_shade_is_darker_on_light_and_lighter_on_dark() -> None:
    assert readable("#ffb000", ["#ffffff"]) < "#ffb000"
    assert readable("#402080", ["#101010"]) > "#402080"
    assert readable("#123456", ["#ffffff"]) == "#123456"


def test_there_is_no_shade_for_grounds_of_both_kinds() -> None:
    assert readable("#808080", ["#000000", "#767676", "#ffffff"]) == ""
