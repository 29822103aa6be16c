"""Whether a picture is dark ink on nothing, which nobody sees on a dark screen."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from newsletter.model import Picture
from newsletter.render.pictures import dark_share

NOTHING = (0, 0, 0, 0)
INK = (20, 24, 40, 255)
LIGHT = (240, 240, 240, 255)


def picture(name: str, *halves: tuple[int, int, int, int], mode: str = "RGBA") -> Picture:
    """A PNG file of two halves."""
    image = Image.new("RGBA", (8, 8), halves[0])
    image.paste(halves[1], (4, 0, 8, 8))
    file = io.BytesIO()
    image.convert(mode).save(file, "PNG")
    return Picture(f"{name}.png", 8, 8, "image/png", file.getvalue())


@pytest.mark.parametrize(
    ("made", "share"),
    [
        (picture("ink", NOTHING, INK), 1.0),
        (picture("light", NOTHING, LIGHT), 0.0),
        (picture("ink-on-light", LIGHT, INK), 0.0),
        (picture("nothing", NOTHING, NOTHING), 0.0),
        (picture("shadow", NOTHING, (0, 0, 0, 60)), 0.0),
        (picture("no-alpha", NOTHING, INK, mode="RGB"), 0.0),
    ],
    ids=lambda value: getattr(value, "file", value),
)
def test_the_dark_share_of_what_is_drawn(made: Picture, share: float) -> None:
    assert dark_share(made) == share


def test_a_transparent_colour_in_a_palette_counts() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 255, 255, 20, 24, 40])
    image.paste(1, (4, 0, 8, 8))
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0)

    assert dark_share(Picture("few.png", 8, 8, "image/png", file.getvalue())) == 1.0


def test_a_photo_has_no_transparent_places() -> None:
    assert dark_share(Picture("photo.jpg", 8, 8, "image/jpeg", b"\xff\xd8\xff tRNS")) == 0.0
