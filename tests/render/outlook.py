"""A mail as Outlook's engine, Word's, reads it: with what stands in comments for it, and boxes of fixed widths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.render.payloads import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

COMMENT = re.compile(r"<!--\[if .*?\]>.*?<!\[endif\]-->", re.DOTALL)
_FOR_OTHERS = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
_FOR_OUTLOOK = re.compile(r"<!--\[if (?:mso|gte mso 9|mso \| IE)\]>(.*?)<!\[endif\]-->", re.DOTALL)
_DECLARATION = re.compile(r"([-\w]+)\s*:\s*([^;]+)")
_PX = re.compile(r"(\d+(?:\.\d+)?)(?:px)?")
_SIDES = {1: (0, 0), 2: (1, 1), 3: (1, 1), 4: (3, 1)}
"""Which of one to four values of `padding` are the left one and the right one."""


def conditional_comments(html: str) -> list[str]:
    """What Outlook alone reads, in order, comment by comment."""
    return COMMENT.findall(html)


def as_outlook_reads(html: str) -> str:
    """A mail without what is hidden from Outlook, and with what is in comments for it."""
    return _FOR_OUTLOOK.sub(r"\1", _FOR_OTHERS.sub("", html))


def too_wide(html: str) -> list[str]:
    """Whatever is wider than what it stands in: tables, the cells of a row together, pictures, shapes."""
    (body,) = tree(as_outlook_reads(html)).xpath("//body")
    return list(_too_wide(body, float("inf")))


def _too_wide(element: HtmlElement, room_px: float) -> Iterator[str]:
    for child in element.iterchildren("*"):
        width_px = _width_px(child)
        if child.tag == "tr":
            cells_px = sum(_width_px(cell) or 0 for cell in child.iterchildren("td"))
            if cells_px > room_px:
                yield f"cells of {cells_px:g} px in {room_px:g} px"
        elif width_px is not None and width_px > room_px:
            yield f"<{child.tag}> of {width_px:g} px in {room_px:g} px"
        yield from _too_wide(child, (room_px if width_px is None else width_px) - _around_px(child))


def _style(element: HtmlElement) -> dict[str, str]:
    return {name: value.strip() for name, value in _DECLARATION.findall(element.get("style") or "")}


def _width_px(element: HtmlElement) -> float | None:
    # Word knows no width of a div.
    if element.tag == "div":
        return None
    width = _PX.fullmatch(element.get("width") or _style(element).get("width", ""))
    return float(width[1]) if width else None


def _around_px(element: HtmlElement) -> float:
    """The room that a cell's padding and lines take on its left and right."""
    if element.tag != "td":
        return 0
    style = _style(element)
    padding = style.get("padding", "0").split()
    left, right = _SIDES[len(padding)]
    lines = [style.get(name, style.get("border", "")) for name in ("border-left", "border-right")]
    return sum(_px(value) for value in (padding[left], padding[right], *(line.partition(" ")[0] for line in lines)))


def _px(value: str) -> float:
    found = _PX.fullmatch(value)
    return float(found[1]) if found else 0
