"""How wide words are in Arial Bold."""

from __future__ import annotations

import pytest

from newsletter.render.measure import bold_width_px


@pytest.mark.parametrize(
    ("text", "width_px"),
    [
        ("", 0),
        ("i", 5),
        ("W", 16),
        ("Aanmelden", 87),
        ("Beluister de aflevering", 172),
        ("Één", 30),
        ("Een", 30),
        ("漢字", 32),
        ("👩‍💻", 48),
    ],
)
def test_a_line_is_as_wide_as_its_letters(text: str, width_px: int) -> None:
    assert bold_width_px(text, 16) == width_px


def test_twice_the_size_is_twice_as_wide() -> None:
    assert bold_width_px("0" * 1000, 32) == 2 * bold_width_px("0" * 1000, 16)
