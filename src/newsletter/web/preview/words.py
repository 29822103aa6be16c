"""The page of the preview, in a language that the editor reads."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.i18n import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC = Path(__file__).parent / "static"
PAGE = "page.html"
_IN_HTML = re.compile(r'\{\{ _\("([^"]+)"\) \}\}')
_IN_SCRIPTS = re.compile(r'\b_\("([^"]+)"')
_WORDS = "{{ words }}"
_MEDIA_TYPES = MappingProxyType({".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"})


@cache
def static_files() -> Mapping[str, tuple[bytes, str]]:
    """Return what the page is made of, by name: each file's content and its media type."""
    return MappingProxyType(
        {
            path.name: (path.read_bytes(), _MEDIA_TYPES[path.suffix])
            for path in STATIC.iterdir()
            if path.suffix in _MEDIA_TYPES
        }
    )


@cache
def page_in(language: str) -> str:
    """Return the page in a language, with the words that its scripts say."""
    words = catalogue(language)
    html = (STATIC / PAGE).read_text("utf-8")
    said = sorted({word for content, _ in static_files().values() for word in _IN_SCRIPTS.findall(content.decode())})
    # Within <script>, nothing may look like a tag.
    document = json.dumps({word: words.gettext(word) for word in said}, ensure_ascii=False).replace("<", "\\u003c")
    translated = _IN_HTML.sub(lambda match: escape(words.gettext(match[1])), html)
    return translated.replace("{{ language }}", language).replace(_WORDS, document)
