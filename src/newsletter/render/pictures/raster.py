"""The door to the picture library: the bytes of a file in, those of a smaller one out.

A header is read before anything is unpacked. What comes out has no metadata, stands upright, and is in sRGB.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from threading import Lock
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageCms, ImageOps

from newsletter.render.pictures.drawing import OVERLAYS, outlined
from newsletter.render.pictures.recipe import AVIF, MAX_ANIMATION_BYTES, MAX_PIXELS, WEBP, Raster, megabytes

if TYPE_CHECKING:
    from newsletter.render.pictures.recipe import Recipe

JPEG_QUALITY = 80
"""Where artefacts cannot be seen at twice the density yet."""
WEBP_QUALITY = 80
AVIF_QUALITY = 65
"""As near to the photo as WebP of 80 is, in an eighth fewer bytes: measured on 24 photos of 768 × 512 and 6 others, by
their structural similarity (0.953 and 0.953) and their noise (34.0 and 33.9 dB)."""
AVIF_SPEED = 8
"""0.2 s for a million pixels; 6 takes thrice as long for no fewer bytes, 9 gives 3 % more of them."""
FEW_COLOURS = 4096
"""A drawing or a screenshot has fewer, a photo of any size has more."""
PALETTE = 256
SMALL_PIXELS = 50_000
"""Below it, a logo or an icon, every colour is kept: fewer would save nothing."""
DARK = 90
"""Of 255: on a dark card a shade below it has a contrast of less than 3 (WCAG 1.4.11)."""
_DRAWN = 96
"""What is at least this opaque is drawn; less is a shadow."""
_EXACT = 64
"""So many of the commonest colours are kept as they are."""

_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    MemoryError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What the library raises for files that are not what they say; most of it undocumented."""
_BROKEN = "is broken or cut short; save it again"
_lock = Lock()
"""For the list of warnings, which is the process's own."""


def make(data: bytes, recipe: Recipe) -> Raster:
    """Return a picture made by a recipe.

    Raises:
        ValueError: why it cannot be made, to be said behind the file's name.
    """
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)  # of tags that are of no use here
        picture = _opened(data, recipe.format)
        plain, is_animation = _unpacked(picture)
    return _animation(picture, data) if is_animation else _made(plain, picture, data, recipe)


def dark_share(content: bytes) -> float:
    """Return how much of what is drawn in a PNG file with transparent places is dark, from 0 to 1; 0 without them."""
    plain = Image.open(io.BytesIO(content), formats=["PNG"]).convert("RGBA")
    drawn = plain.getchannel("A").point(lambda value: 255 if value >= _DRAWN else 0)
    if drawn.getextrema() != (0, 255):  # it fills its square, or nothing is drawn
        return 0.0
    shades = plain.convert("L").histogram(mask=drawn)
    return sum(shades[:DARK]) / sum(shades)


def _opened(data: bytes, name: str) -> Image.Image:
    """Read the header alone, and refuse what would unpack to too much."""
    try:
        picture = Image.open(io.BytesIO(data), formats=[name])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        message = f"has far more than {MAX_PIXELS // 1_000_000} million pixels; save it smaller"
        raise ValueError(message) from error
    except _FAULTS as error:
        raise ValueError(_BROKEN) from error
    width, height = picture.size
    if width * height > MAX_PIXELS:
        message = (
            f"has {width} × {height} pixels, and a picture may have {MAX_PIXELS // 1_000_000} million; "
            "save it smaller: 1072 pixels wide are enough for any screen"
        )
        raise ValueError(message)
    return picture


def _unpacked(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return a picture upright and in the colours of the web, and whether it is only the first of an animation."""
    try:
        is_animation = bool(getattr(picture, "is_animated", False))
        picture.load()
        plain = _srgb(ImageOps.exif_transpose(picture))
    except _FAULTS as error:
        raise ValueError(_BROKEN) from error
    plain.info = {}  # of which the library would write down comments and profiles again
    return plain, is_animation


def _animation(picture: Image.Image, data: bytes) -> Raster:
    """Return an animation as it is: every frame of it would have to be made anew."""
    if not data.rstrip(b"\0").endswith(b";"):
        raise ValueError(_BROKEN)
    if len(data) > MAX_ANIMATION_BYTES:
        message = (
            f"is an animation of {megabytes(len(data))}, and one may weigh {megabytes(MAX_ANIMATION_BYTES)}; "
            "leave out frames or colours"
        )
        raise ValueError(message)
    return Raster("image/gif", *picture.size, data)


def _made(plain: Image.Image, picture: Image.Image, data: bytes, recipe: Recipe) -> Raster:
    is_drawing = recipe.format != "JPEG" and plain.getcolors(FEW_COLOURS) is not None
    colours = _scaled(plain, recipe)
    if recipe.overlay:
        colours = OVERLAYS[recipe.overlay](colours, *recipe.colours)
    if colours.mode == "RGBA" and recipe.outlined:
        colours = outlined(colours)
    if recipe.written == AVIF:
        return _avif(colours)
    if recipe.written == WEBP:
        return _webp(colours, lossless=is_drawing)
    if colours.mode == "RGBA" or is_drawing:
        is_small = colours.width * colours.height <= SMALL_PIXELS
        return _png(colours if is_small or not is_drawing else _quantised(colours))
    return _jpeg(colours, picture, data)


def _srgb(picture: Image.Image) -> Image.Image:
    """Return a picture as RGB, or as RGBA where something of it is transparent, in the colours of the web."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # grey in 16 bits
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
        profile = None
    alpha = None
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
    if picture.mode in {"P", "1", "RGBA"}:
        picture = picture.convert("RGB")
    colours = (_by_profile(picture, profile) if profile else picture).convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        colours.putalpha(alpha)
    return colours


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture in sRGB; one whose profile cannot be read, or is of other colours, as it is."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return made or picture


def _scaled(picture: Image.Image, recipe: Recipe) -> Image.Image:
    width, height = picture.size
    share = min(1, recipe.wide_px / width, recipe.high_px / height)
    if share == 1:
        return picture
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _quantised(picture: Image.Image) -> Image.Image:
    """Return a drawing in 256 colours: only what scaling mixed at its edges goes.

    Measured on three drawings, the library's other methods give files a third larger, or other colours. This one
    turns white into almost white, which shows on a white card; so the commonest colours are put back.
    """
    made = picture.quantize(PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    flat, bands = made.getpalette(picture.mode) or [], len(picture.mode)
    palette = [tuple(flat[start : start + bands]) for start in range(0, len(flat), bands)]
    counted = cast("list[tuple[int, tuple[int, ...]]]", picture.getcolors(picture.width * picture.height))
    set_right: set[int] = set()
    for _, colour in sorted(counted, key=lambda entry: (-entry[0], entry[1]))[:_EXACT]:
        nearest = min(range(len(palette)), key=lambda index: _distance(palette[index], colour))
        if nearest not in set_right:
            palette[nearest] = colour
            set_right.add(nearest)
    made.putpalette([value for colour in palette for value in colour], picture.mode)
    return made


def _distance(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return sum((a - b) ** 2 for a, b in zip(first, second, strict=True))


def _webp(picture: Image.Image, *, lossless: bool) -> Raster:
    file = io.BytesIO()
    picture.save(file, WEBP, lossless=lossless, quality=WEBP_QUALITY)
    return Raster("image/webp", *picture.size, file.getvalue())


def _avif(picture: Image.Image) -> Raster:
    file = io.BytesIO()
    # With more threads the bytes are others.
    picture.save(file, AVIF, quality=AVIF_QUALITY, speed=AVIF_SPEED, max_threads=1)
    return Raster("image/avif", *picture.size, file.getvalue())


def _png(picture: Image.Image) -> Raster:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return Raster("image/png", *picture.size, file.getvalue())


def _jpeg(picture: Image.Image, written: Image.Image, data: bytes) -> Raster:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    if written.format == "JPEG" and file.tell() > len(data) and written.mode == "RGB" and written.size == picture.size:
        # It was compressed harder than that already: by its own measure it loses nothing more.
        file = io.BytesIO()
        tables = {"qtables": written.quantization}  # type: ignore[attr-defined]  # of a JPEG
        picture.save(file, "JPEG", optimize=True, progressive=True, **tables)
    return Raster("image/jpeg", *picture.size, file.getvalue())
