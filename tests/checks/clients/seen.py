"""What a reader sees of a mail's HTML, for the tests of what a mail program makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import html as lxml_html

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HIDDEN = "//head | //style | //script | //comment() | //noscript"


def tree(html: str) -> HtmlElement:
    return lxml_html.document_fromstring(html)


def words_of(html: str) -> list[str]:
    """Return the words of a document's text, in order."""
    root = tree(html)
    for element in root.xpath(_HIDDEN):
        element.drop_tree()
    return re.findall(r"\w+", " ".join(root.itertext()))


def styles_of(html: str, path: str) -> list[str]:
    """Return the `style` of each element at an XPath; empty where it has none."""
    return [element.get("style", "") for element in tree(html).xpath(path)]


def css_of(html: str) -> str:
    """Return all style sheets of a document."""
    return "".join(element.text or "" for element in tree(html).iter("style"))
