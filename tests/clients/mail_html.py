"""Take the HTML part out of a mail, and put pictures from a folder in the place of their addresses."""

from __future__ import annotations

import argparse
import base64
import mimetypes
import re
import sys
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import EmailMessage

IMAGES_HELP = "DIR=URLPREFIX: files in DIR stand for the pictures whose addresses start with URLPREFIX"


def read_message(path: Path) -> EmailMessage:
    """Parse the `.eml` at `path`."""
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())


def html_of(path: Path) -> str:
    """Give the HTML of a mail (`.eml`) or of a page (any other name); exit 2 when there is none."""
    if not path.is_file():
        sys.exit(usage_fault(f"{path}: no such file"))
    if path.suffix != ".eml":
        return path.read_text(encoding="utf-8")
    part = read_message(path).get_body(("html",))
    if part is None:
        sys.exit(usage_fault(f"{path}: the mail has no text/html part"))
    return str(part.get_content())


def usage_fault(message: str) -> int:
    """Write `message` to standard error and give the exit status for a wrong call."""
    sys.stderr.write(f"{message}\n")
    return 2


def picture_options(description: str | None) -> argparse.ArgumentParser:
    """Give the command line of a tool that makes a picture of a mail."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", type=Path, help="a .eml, or a page")
    parser.add_argument("out", type=Path, help="the PNG to write")
    parser.add_argument("--width", type=int, default=680, help="pixels: 375 for a telephone, 680 for a desk")
    parser.add_argument("--dark", action="store_true", help="as a reader whose system is set to dark")
    parser.add_argument("--images", help=IMAGES_HELP)
    return parser


def embed_images(html: str, images: str | None) -> str:
    """Replace picture addresses under a prefix by `data:` addresses; `images` is `DIR=URLPREFIX` or None."""
    if images is None:
        return html
    folder, _, prefix = images.partition("=")

    def embedded(match: re.Match[str]) -> str:
        path = Path(folder, match["name"])
        if not path.is_file():
            return match[0]
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return f"{match['opening']}data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    # Only where a browser would load: a link or a visible address with the same prefix stays as it is.
    opening = r"""(?P<opening>(?:\bsrc=|\bbackground=|\burl\()\s*["']?)"""
    return re.sub(rf"""{opening}{re.escape(prefix)}/?(?P<name>[^"'()?\s>]+)(?:\?[^"')\s>]*)?""", embedded, html)


def main() -> int:
    """Print the HTML part of a mail, or the whole mail with its pictures put in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--images", help=IMAGES_HELP)
    parser.add_argument("--message", action="store_true", help="print the whole mail, not its HTML part")
    options = parser.parse_args()
    if not options.message:
        sys.stdout.buffer.write(embed_images(html_of(options.file), options.images).encode())
        return 0
    message = read_message(options.file)
    part = message.get_body(("html",))
    if part is not None:
        part.set_content(embed_images(str(part.get_content()), options.images), subtype="html", cte="base64")
    sys.stdout.buffer.write(message.as_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
