#!/usr/bin/env python3
r"""Picture the beginning of a mail twice: wide and light, and beside it on a telephone in the dark.

    python tests/clients/side_by_side.py out/demo/mail/asml.html docs/images/mail.png \
        --images out/demo/site=https://aireport.email

makes the picture of the README, after `make demo`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from tests.clients.chromium import NEEDS, shoot
    from tests.clients.mail_html import IMAGES_HELP, embed_images, html_of, usage_fault
else:  # run as a script, its own folder is where Python looks
    from chromium import NEEDS, shoot
    from mail_html import IMAGES_HELP, embed_images, html_of, usage_fault

DENSITY = 2
"""Dots of the picture for each pixel of the mail."""
DESK_PX, TELEPHONE_PX = (664, 1220), (375, 1150)
MARGIN_PX, GAP_PX, RADIUS_PX = 32, 28, 14
SURFACE, SHADOW = "#dfe3ec", "#8a93a8"
COLOURS = 256
"""A picture of so many colours is a quarter of the size, and looks the same."""


def screen(html: str, size_px: tuple[int, int], *, dark: bool, program: str) -> Image.Image:
    """Give the top of the mail as a screen of that size shows it."""
    width, height = size_px
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole.png")
        shoot(html, whole, width, dark=dark, program=program, density=DENSITY)
        with Image.open(whole) as picture:
            return picture.convert("RGB").crop((0, 0, width * DENSITY, height * DENSITY))


def put(canvas: Image.Image, shown: Image.Image, left_px: int, top_px: int) -> None:
    """Lay a screen with round corners on the canvas, and its shadow under it."""
    mask = Image.new("L", shown.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, shown.width - 1, shown.height - 1), RADIUS_PX * DENSITY, fill=255)
    place = (left_px * DENSITY, top_px * DENSITY)
    shade = Image.new("L", canvas.size, 0)
    shade.paste(mask.point(lambda level: level // 3), (place[0], place[1] + 6 * DENSITY))
    canvas.paste(SHADOW, mask=shade.filter(ImageFilter.GaussianBlur(9 * DENSITY)))
    canvas.paste(shown, place, mask)


def side_by_side(html: str, program: str) -> Image.Image:
    """Give the whole picture."""
    desk = screen(html, DESK_PX, dark=False, program=program)
    telephone = screen(html, TELEPHONE_PX, dark=True, program=program)
    width_px = MARGIN_PX + DESK_PX[0] + GAP_PX + TELEPHONE_PX[0] + MARGIN_PX
    height_px = MARGIN_PX + DESK_PX[1] + MARGIN_PX
    canvas = Image.new("RGB", (width_px * DENSITY, height_px * DENSITY), SURFACE)
    put(canvas, desk, MARGIN_PX, MARGIN_PX)
    middle_px = MARGIN_PX + (DESK_PX[1] - TELEPHONE_PX[1]) // 2
    put(canvas, telephone, MARGIN_PX + DESK_PX[0] + GAP_PX, middle_px)
    return canvas


def main() -> int:
    """Exit 0 with a picture, 2 on a wrong call."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a .eml, or a page")
    parser.add_argument("out", type=Path, help="the PNG to write")
    parser.add_argument("--images", help=IMAGES_HELP)
    options = parser.parse_args()
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not program:
        return usage_fault(f"side_by_side.py: {NEEDS}")
    html = embed_images(html_of(options.file), options.images)
    side_by_side(html, program).quantize(COLOURS).save(options.out, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
