"""What becomes of the bytes of a picture: its size, its kind, its colours, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from random import Random
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageCms

from newsletter.issue.kinds import OVERLAYS as NAMES
from newsletter.render.pictures.drawing import OVERLAYS
from newsletter.render.pictures.raster import make
from newsletter.render.pictures.recipe import MAX_ANIMATION_BYTES, Recipe, megabytes
from tests.render.drawings import animation, drawing, encoded, made, photo

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = "is broken or cut short; save it again"


def refusal(data: bytes, name: str = "PNG") -> str:
    with pytest.raises(ValueError, match=r".+") as caught:
        make(data, Recipe(1072, format=name))
    return str(caught.value)


@pytest.mark.parametrize(
    ("size", "wide", "high", "expected"),
    [
        ((2000, 1000), 1072, 5000, (1072, 536)),
        ((1072, 500), 1072, 5000, (1072, 500)),
        ((300, 200), 1072, 5000, (300, 200)),
        ((1000, 100), 480, 80, (480, 48)),
        ((100, 1000), 480, 80, (8, 80)),
        ((5000, 1), 100, 100, (100, 1)),
    ],
)
def test_a_picture_is_scaled_into_its_place_and_never_up(
    size: tuple[int, int], wide: int, high: int, expected: tuple[int, int]
) -> None:
    assert made(encoded(drawing(*size), "PNG"), wide_px=wide, high_px=high).size == expected


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_a_photo_becomes_a_progressive_jpeg(name: str) -> None:
    picture = made(encoded(photo(1600, 900), name), name)
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (1072, 603), "RGB")
    assert picture.info["progressive"]


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "1"])
@pytest.mark.parametrize("name", ["PNG", "GIF"])
def test_a_drawing_stays_a_png_in_its_colours(mode: str, name: str) -> None:
    source = drawing(1600, 900).convert(mode, dither=Image.Dither.NONE)
    picture = made(encoded(source, name), name)
    assert (picture.format, picture.mode) == ("PNG", "P")
    for place in ((300, 400), (900, 400), (300, 100)):
        scaled = (place[0] * 1600 // 1072, place[1] * 900 // 603)
        expected, found = (p.convert("RGB").getpixel(at) for p, at in ((source, scaled), (picture, place)))
        assert isinstance(expected, tuple)
        assert isinstance(found, tuple)
        assert all(abs(a - b) <= 4 for a, b in zip(expected, found, strict=True))


def test_a_drawing_of_a_few_kilobytes_stays_one() -> None:
    assert len(encoded(made(encoded(drawing(1600, 900), "PNG")), "PNG", optimize=True)) < 4000


def test_what_is_transparent_stays_so() -> None:
    source = photo(400, 400).convert("RGBA")
    source.paste((0, 0, 0, 0), (0, 0, 200, 400))
    picture = made(encoded(source, "PNG"))
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    assert picture.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize("name", ["PNG", "GIF"])
def test_a_drawing_with_a_transparent_colour_keeps_it(name: str) -> None:
    source = drawing(100, 100).quantize(8)
    corner = source.getpixel((0, 0))
    picture = made(encoded(source, name, transparency=corner), name).convert("RGBA")
    assert picture.getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert picture.getpixel((90, 90)) == (255, 255, 255, 255)


def test_an_alpha_channel_that_hides_nothing_goes() -> None:
    assert made(encoded(photo(1200, 800).convert("RGBA"), "PNG")).format == "JPEG"


def test_a_photo_stands_upright_and_tells_nothing_of_where_it_was_taken() -> None:
    source = photo(600, 400)
    exif = source.getexif()
    exif[0x0112] = 6  # turned a quarter to the right
    exif[0x010F] = "Camera of Anna"
    data = encoded(source, "JPEG", exif=exif, comment=b"at home")
    assert b"Camera of Anna" in data
    raster = make(data, Recipe(1072, format="JPEG"))
    assert (raster.width_px, raster.height_px) == (400, 600)
    assert b"Exif" not in raster.content
    assert b"at home" not in raster.content


def test_the_colours_of_a_profile_become_those_of_the_web() -> None:
    """Of the web's own profile nothing changes but that it goes; on a straight curve, the same numbers are lighter."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = Image.new("RGB", (64, 64), (200, 30, 60))
    kept = made(encoded(source, "PNG", icc_profile=profile))
    assert "icc_profile" not in kept.info
    assert close(kept, (200, 30, 60))
    assert close(made(encoded(source, "PNG", icc_profile=_gamma(1.0))), (228, 95, 133))


def close(picture: Image.Image, expected: tuple[int, int, int]) -> bool:
    found = picture.convert("RGB").getpixel((32, 32))
    assert isinstance(found, tuple)
    return all(abs(a - b) <= 6 for a, b in zip(found, expected, strict=True))


def _gamma(value: float) -> bytes:
    """Return a profile with the web's colours on another curve: the web's own, its curves replaced."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = struct.unpack(">I", profile[128:132])[0]
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256)) + bytes(2)
    found = bytearray(profile)
    for number in range(count):
        entry = 132 + 12 * number
        if profile[entry : entry + 4] in {b"rTRC", b"gTRC", b"bTRC"}:
            found[entry + 4 : entry + 12] = struct.pack(">II", len(profile), 14)
    found += curve
    found[:4] = struct.pack(">I", len(found))
    return bytes(found)


@pytest.mark.parametrize("profile", [b"no profile", b""])
def test_a_profile_that_cannot_be_read_is_left_out(profile: bytes) -> None:
    picture = made(encoded(Image.new("RGB", (64, 64), (200, 30, 60)), "PNG", icc_profile=profile))
    assert close(picture, (200, 30, 60))


def test_a_profile_of_other_colours_is_left_out() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert close(made(encoded(Image.new("RGB", (64, 64), (200, 30, 60)), "PNG", icc_profile=lab)), (200, 30, 60))


def test_four_printing_colours_become_three_of_light() -> None:
    picture = made(encoded(photo(300, 200).convert("CMYK"), "JPEG"), "JPEG")
    assert (picture.mode, picture.format) == ("RGB", "JPEG")


def test_sixteen_bits_of_grey_become_eight() -> None:
    source = Image.new("I;16", (64, 64), 0x8000)
    assert close(made(encoded(source, "PNG")), (128, 128, 128))


def test_a_jpeg_that_was_compressed_harder_is_not_blown_up() -> None:
    data = encoded(photo(900, 600), "JPEG", quality=20, optimize=True, progressive=True)
    assert len(make(data, Recipe(1072, format="JPEG")).content) <= len(data) * 1.02


def test_an_animation_stays_as_it_is() -> None:
    data = animation()
    raster = make(data, Recipe(20, format="GIF", overlay="play", colours=("#5b2be0", "#ffffff")))
    assert (raster.content, raster.media_type, raster.width_px, raster.height_px) == (data, "image/gif", 60, 40)


def test_an_animation_may_weigh_so_much() -> None:
    noise = [Image.frombytes("L", (400, 400), Random(seed).randbytes(160_000)) for seed in range(8)]
    data = encoded(noise[0], "GIF", save_all=True, append_images=noise[1:])
    assert len(data) > MAX_ANIMATION_BYTES
    said = f"is an animation of {megabytes(len(data))}, and one may weigh 1.0 MB; leave out frames or colours"
    assert refusal(data, "GIF") == said


def test_an_animation_that_was_cut_short_is_refused() -> None:
    assert refusal(animation()[:-40], "GIF") == BROKEN


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_what_was_cut_short_is_refused(name: str, share: float) -> None:
    source = photo(500, 400)
    data = encoded(source.quantize(64) if name == "GIF" else source, name)
    assert refusal(data[: int(len(data) * share)], name) == BROKEN


def png_of(width: int, height: int, content: bytes = b"") -> bytes:
    """Return a PNG whose header says this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", content) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("side", "message"),
    [
        (
            9_000,
            (
                "has 9000 × 9000 pixels, and a picture may have 25 million; save it smaller: "
                "1072 pixels wide are enough for any screen"
            ),
        ),
        (12_000, "has far more than 25 million pixels; save it smaller"),
        (60_000, "has far more than 25 million pixels; save it smaller"),
    ],
)
def test_a_bomb_is_refused_by_its_header(side: int, message: str) -> None:
    """It would unpack to gigabytes; here there is nothing behind its header, which would be told otherwise."""
    assert refusal(png_of(side, side)) == message


def test_a_picture_of_no_size_is_refused() -> None:
    assert refusal(png_of(0, 10)) == BROKEN


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF"])
def test_another_format_under_its_name_is_never_opened(name: str) -> None:
    """The library reads seventy formats, some of which run other programs."""
    assert refusal(encoded(drawing(20, 20), "PPM"), name) == BROKEN


def test_noise_is_refused_or_made_and_never_crashes() -> None:
    data = encoded(photo(80, 60), "PNG")
    for place in range(8, len(data), max(1, len(data) // 150)):
        spoilt = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        try:
            made(spoilt)
        except ValueError as error:
            assert str(error) == BROKEN or "million pixels" in str(error)  # noqa: PT017 - either may come


def test_the_play_button_is_drawn_in_the_middle_and_nowhere_else() -> None:
    source = Image.new("RGB", (1072, 600), "#204060")
    plain = made(encoded(source, "PNG")).convert("RGB")
    played = made(encoded(source, "PNG"), overlay="play", colours=("#5b2be0", "#ffffff")).convert("RGB")
    assert played.getpixel((536, 300)) == (255, 255, 255)  # the triangle
    disc = played.getpixel((536, 230))
    assert isinstance(disc, tuple)
    assert all(abs(a - b) <= 12 for a, b in zip(disc, (91, 43, 224), strict=True))
    assert disc != (91, 43, 224), "the picture shimmers through"
    for corner in ((0, 0), (440, 300), (536, 200), (640, 300)):
        assert played.getpixel(corner) == plain.getpixel(corner)


def test_every_overlay_of_a_schema_can_be_drawn() -> None:
    assert set(OVERLAYS) == set(NAMES)


def test_a_transparent_cover_stays_so_under_its_button() -> None:
    source = drawing(400, 300).convert("RGBA")
    source.putpixel((0, 0), (0, 0, 0, 0))
    picture = made(encoded(source, "PNG"), overlay="play", colours=("#5b2be0", "#ffffff")).convert("RGBA")
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert picture.getpixel((200, 150)) == (255, 255, 255, 255)


def test_a_transparent_logo_can_be_seen_on_white_and_in_the_dark() -> None:
    logo = Image.new("RGBA", (80, 80))
    logo.paste((20, 20, 30, 255), (30, 0, 50, 80))
    picture = made(encoded(logo, "PNG"), outlined=True).convert("RGBA")
    assert picture.size == (80, 80)
    for ground, shade in (("#ffffff", 255), ("#181b24", 24)):
        below = Image.new("RGBA", picture.size, ground)
        below.alpha_composite(picture)
        row = [below.getpixel((x, 40)) for x in range(80)]
        assert row[0] == row[79]
        assert row[0][0] == shade  # type: ignore[index]
        assert row[40] == (20, 20, 30, 255)
        assert (255, 255, 255, 255) in row  # beside the bar
    edge = [picture.getpixel((x, 0)) for x in range(80)]
    assert edge[40][:3] == (255, 255, 255)  # type: ignore[index]  # the line has room at the top too


def test_a_logo_that_fills_its_square_gets_no_line() -> None:
    assert made(encoded(drawing(80, 80), "PNG"), outlined=True).mode == "RGB"


def test_the_same_file_gives_the_same_bytes() -> None:
    for data, name in ((encoded(photo(1200, 700), "PNG"), "PNG"), (encoded(drawing(1200, 700), "PNG"), "PNG")):
        recipe = Recipe(1072, format=name, overlay="play", colours=("#5b2be0", "#ffffff"))
        assert make(data, recipe) == make(data, recipe)


def test_a_picture_is_made_from_its_bytes_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(encoded(drawing(20, 20), "PNG"))
    assert Image.open(io.BytesIO(make(path.read_bytes(), Recipe(10, format="PNG")).content)).size == (10, 10)
    assert [file.name for file in tmp_path.iterdir()] == ["x.png"]
