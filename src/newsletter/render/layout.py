"""The look of a mail, compiled and kept: the frame, and each piece that stands in it.

A piece is what a block's template makes of it: MJML with placeholders for the editor's words. Two blocks of one
shape give the same piece, in the same issue or in another, so what is compiled depends on which pieces there are and
not on how many blocks there are, or in which order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from newsletter.errors import TemplateError
from newsletter.model import Finding, Position
from newsletter.render.compact import compact
from newsletter.render.inline import inline_document
from newsletter.render.mjml import compile_mjml
from newsletter.render.mjml_lint import lint_mjml
from newsletter.render.slots import Skeleton, cut, refuse_changed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FRAME = "email/mail.mjml.j2"
BLOCKS = Markup("<mj-raw>zq7fz</mj-raw>")
"""Stands in the frame where the blocks go."""

_MARK = re.compile(r"zq7f[0-9]*z")


@dataclass(frozen=True, slots=True)
class Layout:
    """A mail without its words: the HTML before the blocks, that of each piece, and the HTML after them."""

    before: Skeleton
    after: Skeleton
    pieces: Mapping[str, Skeleton]
    """By the MJML that they were compiled from."""


def open_layout(frame: str, pieces: Collection[str], css: str) -> Layout:
    """Return the layout of a mail: `frame` is its MJML around `BLOCKS`, `css` the rules for content.

    Raises:
        TemplateError: the templates' MJML is wrong, or the frame does not show the blocks once; at its line.
    """
    return compile_layout(frame, tuple(sorted(set(pieces))), css)


@lru_cache(maxsize=32)
def compile_layout(frame: str, pieces: tuple[str, ...], css: str) -> Layout:
    """Compile a layout; kept, as issues share it. `pieces` is sorted and holds none twice.

    Raises:
        TemplateError: as `open_layout`.
    """
    # All pieces in one document: what stands in its head, such as the widths of columns, depends on them.
    for document in (frame, *pieces):
        refuse_changed(document)
    if frame.count(BLOCKS) != 1:
        raise TemplateError([_blocks_fault()])
    marked = "".join(f"<mj-raw>zq7f{number}z</mj-raw>{piece}" for number, piece in enumerate(pieces))
    document = frame.replace(BLOCKS, f"{marked}<mj-raw>zq7f{len(pieces)}z</mj-raw>")
    findings = lint_mjml(document)
    if findings:
        raise TemplateError(findings)
    # White space between two sections is the template's own layout.
    html = compact(inline_document(compile_mjml(document), css))
    before, *compiled, after = (part.strip() for part in _MARK.split(html))
    return Layout(cut(before), cut(after), dict(zip(pieces, map(cut, compiled), strict=True)))


def _blocks_fault() -> Finding:
    message = "the blocks must be shown once: put {{ blocks }} into <mj-body>"
    return Finding(Position(f"templates/{FRAME}"), message, "template-blocks")
