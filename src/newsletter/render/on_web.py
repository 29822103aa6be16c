"""What the HTML of a mail's text needs to stand on a page: a strict policy lets no style in it apply."""

from __future__ import annotations

import re
from html import escape
from itertools import count, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.model import Picture

_CELL = re.compile(r'(<t[dh]\b[^>]*?) style="(?:text-align:(left|center|right))?[^"]*"')
_LINK = re.compile(r'<a (?=href="https?:)(?![^>]*\brel=)')
_IMAGE = re.compile(r'<img src="(?P<folder>(?:[^":]*/)?)(?P<file>[^"/]+)"[^>]*>')
_SHOWN = "(max-width: 44rem) 100vw, 44rem"
"""How wide the column is that pictures fill."""


def with_copies(html: str, copies: Mapping[str, Sequence[Picture]]) -> str:
    """Return HTML in which a browser can choose among the lighter copies of each picture; by the picture's file.

    It takes the first format that it knows, so copies in the lightest format stand first.
    """
    seen = count()

    def chosen(match: re.Match[str]) -> str:
        # The first is mostly seen at once; the others can wait until somebody scrolls to them.
        image = match[0].replace("<img ", '<img loading="lazy" ', 1) if next(seen) else match[0]
        by_format = groupby(copies.get(match["file"], ()), attrgetter("media_type"))
        sources = "".join(_source(media_type, match["folder"], list(several)) for media_type, several in by_format)
        return f"<picture>{sources}{image}</picture>" if sources else image

    return _IMAGE.sub(chosen, html)


def _source(media_type: str, folder: str, copies: Sequence[Picture]) -> str:
    sizes = ", ".join(f"{folder}{copy.file} {copy.width_px}w" for copy in copies)
    return f'<source type="{media_type}" srcset="{escape(sizes)}" sizes="{_SHOWN}">'


def without_styles(html: str) -> str:
    """Return HTML whose cells say how they are aligned without a style; a page needs no widths for them."""
    return _CELL.sub(lambda match: match[1] + (f' data-align="{match[2]}"' if match[2] else ""), html)


def sponsored(html: str) -> Markup:
    """Return finished HTML in which every link elsewhere says that somebody paid for it."""
    return Markup(_LINK.sub('<a rel="sponsored noopener" ', html))  # noqa: S704 - it is finished already
