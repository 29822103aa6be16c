"""A mail as a tree, and back."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from newsletter.checks.clients.features import ELEMENTS, of_picture
from newsletter.checks.clients.support import dropped_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_DOCTYPE = "<!DOCTYPE html>"
_EMPTY = "<html><head></head><body></body></html>"


def read_html(html: str) -> etree._Element:
    """Return the root of a document that has a head and a body; whatever it is, something comes of it."""
    parser = etree.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8")
    root = etree.fromstring(html.encode("utf-8", "replace"), parser) if html.strip() else None
    if root is None or root.tag != "html":
        root = etree.fromstring(_EMPTY, etree.HTMLParser())
    for at, name in enumerate(("head", "body")):
        if root.find(name) is None:
            root.insert(at, etree.Element(name))
    return root


@lru_cache(maxsize=2)
def read_once(html: str) -> etree._Element:
    """Return the root of a document, its tables with bodies; kept for who asks next, so it must not be changed."""
    root = read_html(html)
    _add_table_bodies(root)
    return root


def _add_table_bodies(root: etree._Element) -> None:
    """Put the rows of each table in a `tbody`, as a browser does, so that selectors that name it match."""
    for table in list(root.iter("table")):
        rows = [child for child in table if child.tag == "tr"]
        if rows:
            body = etree.Element("tbody")
            table.insert(table.index(rows[0]), body)
            body.extend(rows)


def add_first_sheet(root: etree._Element, css: str) -> None:
    """Put a style sheet before all others of a document."""
    style = etree.Element("style")
    style.text = css
    root.find("head").insert(0, style)


def write_html(root: etree._Element) -> str:
    """Return a document as text."""
    return str(etree.tostring(root, method="html", encoding="unicode", doctype=_DOCTYPE, with_tail=False))


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements of a tree in order, without comments and the like."""
    return iter(root.iter(etree.Element))


def remove(element: etree._Element) -> None:
    """Take a node out of its tree, with what stands in it and without what stands behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Take an element out of its tree, and leave what stands in it."""
    parent = element.getparent()
    at = parent.index(element)
    marker = etree.Comment("")
    marker.tail = element.text
    children = list(element)
    parent.insert(at, marker)
    for offset, child in enumerate(children, start=1):
        parent.insert(at + offset, child)
    remove(element)
    remove(marker)


def restyle(root: etree._Element, change: Callable[[etree._Element, str], str]) -> None:
    """Give each element with a `style` the one that `change` makes of it; none where that is empty."""
    for element in elements(root):
        style = element.get("style")
        if style is None:
            continue
        changed = change(element, style)
        if changed:
            element.set("style", changed)
        else:
            del element.attrib["style"]


def take_out(root: etree._Element, gone: Collection[str], program: str) -> None:
    """Take what a mail program does not show out of a tree: comments, the elements `gone` with what is in them.

    Of other elements that it does not know, what stands in them stays; of pictures, the words.
    """
    dropped = dropped_by(program)
    unknown = {tag for tag, feature in ELEMENTS.items() if feature in dropped}
    for node in list(root.iter()):
        if node.getparent() is None:
            continue
        if not isinstance(node.tag, str) or node.tag in gone:
            remove(node)
        elif node.tag in unknown or ":" in node.tag:
            unwrap(node)
        elif node.tag == "img" and of_picture(node.get("src", "")) in dropped:
            del node.attrib["src"]
