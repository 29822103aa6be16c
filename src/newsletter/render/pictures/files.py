"""The files of pictures: read with care, known by their first bytes, named for the web."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.render.pictures.recipe import MAX_BYTES, megabytes
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = MappingProxyType({"PNG": (".png",), "JPEG": (".jpg", ".jpeg"), "GIF": (".gif",)})
"""The formats that every mail program shows, and how their files are called."""
MEDIA_TYPES = MappingProxyType(
    {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/avif": ".avif"}
)

_SIGNATURES = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("GIF", re.compile(rb"GIF8[79]a")),
)
_ELSEWHERE = (
    ("a WebP picture", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("an AVIF picture", re.compile(rb".{4}ftypavi[fs]", re.DOTALL)),
    ("a HEIC photo", re.compile(rb".{4}ftyp(?:hei|mif|msf)", re.DOTALL)),
    ("an SVG drawing", re.compile(rb"\s*(?:<(?:\?xml|!)[^\0]*?)?<svg", re.IGNORECASE)),
    ("a TIFF picture", re.compile(rb"II\*\0|MM\0\*")),
    ("a BMP picture", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL)),
    ("a PDF document", re.compile(rb"%PDF-")),
)
"""What people have lying about that some mail program does not show."""
_HEAD_BYTES = 1024
_HASH_DIGITS = 8


def stamp_of(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does; nothing where there is none."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def read_file(folder: Path, name: str) -> bytes:
    """Return the bytes of a picture in a folder, or in one below it.

    Raises:
        ValueError: why the file cannot be used, to be said behind its name. A link is refused: it could lead to any
            file of this machine.
    """
    path = folder / name
    if not path.is_file():
        message = "is not there"
        raise ValueError(message)
    if path.resolve() != folder.resolve() / name:
        message = "is a link to another place; put the file itself there, as it will be published"
        raise ValueError(message)
    # Not followed where it has become a link since.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        message = (
            f"weighs {megabytes(size)}, and a picture may weigh {megabytes(MAX_BYTES)}; "
            "save it smaller: a mail shows it 536 pixels wide at most, and 1072 are enough for any screen"
        )
        raise ValueError(message)
    return data


def sort_of(data: bytes) -> str:
    """Return the format that the first bytes tell: `PNG`, `JPEG` or `GIF`.

    Raises:
        ValueError: it is another one, or none at all.
    """
    found = next((name for name, signature in _SIGNATURES if signature.match(data)), "")
    if not found:
        other = next((name for name, signature in _ELSEWHERE if signature.match(data[:_HEAD_BYTES])), "")
        mend = "save it as .png (a drawing) or .jpg (a photo)"
        message = f"is {other}, which some mail programs do not show; {mend}"
        raise ValueError(message if other else f"is not a picture that can be read; {mend}")
    return found


def format_of(data: bytes, name: str) -> str:
    """Return the format that the first bytes tell, as the file's name promises it.

    Raises:
        ValueError: as `sort_of`, or it is not the one that the name promises.
    """
    found = sort_of(data)
    path = PurePosixPath(name)
    if path.suffix.lower() not in SUFFIXES[found]:
        right = path.with_suffix(SUFFIXES[found][0]).name
        message = f"is a {found} file by its content; call it {quoted(right)}"
        raise ValueError(message)
    return found


def published_name(name: str, data: bytes, variant: str, media_type: str) -> str:
    """Return what a picture is called on the web, such as `cover.3f9c2a1b.jpg`.

    The digits follow from the file as it was written, and from which variant of it this is. So a changed picture has
    a new name and never shows stale, and mails that were sent still find theirs after the program has learnt to
    compress better.
    """
    digest = sha256(variant.encode() + b"\0" + data).hexdigest()
    return f"{PurePosixPath(name).stem.lower()}.{digest[:_HASH_DIGITS]}{MEDIA_TYPES[media_type]}"
