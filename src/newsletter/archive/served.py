"""How a file of the archive is served: as what, and how long a browser may keep it."""

from __future__ import annotations

import mimetypes
import os
import re

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""A browser keeps it, and asks each time whether it is still the same."""

_NAMED_BY_CONTENT = re.compile(r"\.[0-9a-f]{8}(?:\.\d+)?\.\w+\Z")
"""A picture, and a narrower one of it: such a file never changes."""
_TYPES = {
    ".avif": "image/avif",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".json": "application/json",
    ".vtt": "text/vtt",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


def media_type_of(name: str) -> str:
    """Return the media type of a file by its name."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a path for each of thousands takes as long again
    media_type = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def cache_control_of(name: str) -> str:
    """Return how long a browser may keep a file: for ever where its name changes with its content."""
    return FOR_EVER if _NAMED_BY_CONTENT.search(name) else ASK_AGAIN
