"""Pictures made for a test, and a workspace to lay them in."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from newsletter.render import prepare_pictures
from newsletter.render.pictures.raster import make
from newsletter.render.pictures.recipe import Recipe
from tests.render.issues import SETTINGS, issue_of

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.model import Picture, Pictures


COFFEE = Path(__file__).with_name("coffee.jpg").read_bytes()
"""A true photo of 600 × 400 pixels, as we publish one; Rachel Michetti took it and gave it to the public (CC0)."""


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return what has as many colours as a photo, smooth as one."""
    noise = random.Random(seed).randbytes(24 * 24 * 3)
    return Image.frombytes("RGB", (24, 24), noise).resize((width, height), Image.Resampling.BICUBIC)


def drawing(width: int, height: int) -> Image.Image:
    """Return three flat colours."""
    picture = Image.new("RGB", (width, height), "#ffffff")
    picture.paste((91, 43, 224), (0, 0, width // 2, height))
    picture.paste((16, 20, 30), (0, 0, width, height // 3))
    return picture


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, name, **options)
    return file.getvalue()


def animation(frames: int = 3, size: tuple[int, int] = (60, 40), seed: int = 1) -> bytes:
    pictures = [photo(*size, seed + number).quantize(64) for number in range(frames)]
    return encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=100)


def made(data: bytes, name: str = "PNG", **recipe: Any) -> Image.Image:
    """Return what comes of a file, opened again."""
    raster = make(data, replace(Recipe(1072, format=name), **recipe))
    picture = Image.open(io.BytesIO(raster.content))
    assert picture.size == (raster.width_px, raster.height_px)
    assert picture.get_format_mimetype() == raster.media_type
    return picture


def workspace(root: Path, **theme: Any) -> Settings:
    """Return the settings of an empty workspace without a logo."""
    (root / "issues").mkdir(parents=True)
    return replace(SETTINGS, root=root, theme=replace(SETTINGS.theme, **({"logo": "", "logo_dark": ""} | theme)))


def prepared(settings: Settings, body: str) -> Pictures:
    """Make the pictures of an issue ready whose files lie in `issues`."""
    return prepare_pictures(issue_of(body), settings.root / "issues", settings)


def only(pictures: Pictures) -> Picture:
    """Return the one picture there is."""
    (picture,) = {picture.file: picture for _, picture in pictures.entries}.values()
    return picture
