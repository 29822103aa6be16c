"""The drawn pictures: what shows when a page is shared, and the icon of a site without a logo."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from newsletter.render import draw_card, draw_icon
from newsletter.render.pictures.cards import CARD_PX, ICON_PX
from tests.render.issues import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

GROUND, INK = (0x5B, 0x2B, 0xE0), (0xFF, 0xFF, 0xFF)
"""The accent of this newsletter, and what can be read on it."""


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def card(title: str, day: str = "dinsdag 24 november 2026") -> Image.Image:
    return opened(draw_card(title, "AI Report", day, SETTINGS))


def inked(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where anything is drawn: left, top, right, bottom."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, GROUND)).getbbox()
    assert box
    return box


def test_a_card_has_the_size_that_networks_ask_for_and_the_colours_of_the_theme() -> None:
    picture = card("Een traan in de cleanroom")
    assert picture.size == CARD_PX
    assert picture.getpixel((0, 0)) == GROUND
    colours = picture.getcolors(100_000) or []
    assert INK in {colour for _, colour in colours}


@pytest.mark.parametrize(
    "title",
    ["", "Kort", "Een traan in de cleanroom", "woord " * 60, "Onafgebrokenheidsvoorbeeld" * 3, "日本語 😀"],
    ids=["none", "short", "usual", "endless", "one-word", "unknown"],
)
def test_words_stay_within_the_margins(title: str) -> None:
    left, top, right, bottom = inked(card(title))
    assert left >= 60
    assert top >= 60
    assert bottom <= CARD_PX[1] - 60
    if "Onafgebroken" not in title:  # one word wider than the card is cut by its edge
        assert right <= CARD_PX[0] - 60


def test_a_longer_title_is_smaller_and_what_does_not_fit_is_cut() -> None:
    longest = card("woord " * 60)
    assert longest == card("woord " * 59)
    assert longest != card("woord " * 5)


@pytest.mark.parametrize("marked", ["één", "über", "où", "août", "señor", "ÉÉN", "coördinatie"])
def test_a_letter_with_a_mark_is_drawn_with_it(marked: str) -> None:
    plain = marked.translate(str.maketrans("éüùûñÉö", "euuunEo"))
    with_mark, without = card(marked), card(plain)
    changed = ImageChops.difference(with_mark, without).getbbox()
    assert changed
    assert changed[3] < inked(without)[3] // 2, "the mark is above its letter, in the first line"


def test_typographic_signs_are_spelt_with_those_that_the_font_has() -> None:
    assert card("“Ja” – ‘nee’ … €5") == card("\"Ja\" - 'nee' ... EUR 5")
    assert card("\u0301Los") == card("Los"), "a mark on nothing is left out"


@pytest.mark.parametrize("draw", [lambda: draw_card("Één", "AI", "vandaag", SETTINGS), lambda: draw_icon(SETTINGS)])
def test_the_same_words_give_the_same_bytes(draw: Callable[[], bytes]) -> None:
    assert draw() == draw()


def test_a_card_weighs_little() -> None:
    assert len(draw_card("Een traan in de cleanroom", "AI Report", "vandaag", SETTINGS)) < 40_000


def test_an_icon_is_a_letter_on_the_accent() -> None:
    picture = opened(draw_icon(SETTINGS))
    assert picture.size == (ICON_PX, ICON_PX)
    assert picture.getpixel((0, 0)) == GROUND
    left, top, right, bottom = inked(picture)
    assert abs(left - (ICON_PX - right)) <= 3
    assert abs(top - (ICON_PX - bottom)) <= 3
