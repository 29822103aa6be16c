"""Texts that would do harm if any of them were taken for markup, and the judge of what came of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

CLOSERS = (
    "",
    '"',
    "'",
    "`",
    '">',
    "'>",
    "-->",
    "<![endif]-->",
    "]]>",
    "</title>",
    "</style>",
    "</mj-text>",
    "</a></td></tr></table>",
)
"""What could end the place that a text stands in."""

ATTACKS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '<svg/onload="alert(1)">',
    "<svg><script>alert(1)</script></svg>",
    '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">',
    "<object data=javascript:alert(1)>",
    "<embed src=data:text/html,x>",
    '<link rel="stylesheet" href="//evil.example/x.css">',
    '<base href="//evil.example/">',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    '<form action="//evil.example"><button>x</button></form>',
    '<style>@import "//evil.example/x.css";</style>',
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<template><img src=x onerror=alert(1)></template>",
    " onmouseover=alert(1) x=",
    " style=x:expression(alert(1)) ",
    '<a href="java\tscript:alert(1)">x</a>',
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "<mj-raw><script>alert(1)</script></mj-raw>",
    "{% include 'web/base.html.j2' %}{# x #}",
)

BAD_ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://a.example/%0aalert(1)",
    "java&#9;script:alert(1)",
    "&#106;avascript:alert(1)",
    "\u00a0javascript:alert(1)",
    "javascript\u200b:alert(1)",
    "vbscript:x",
    "livescript:x",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg/onload=alert(1)>",
    "blob:https://a.example/x",
    "file:///etc/passwd",
    "view-source:https://a.example",
    "//evil.example",
    "\\\\evil.example\\x",
    "ftp://a.example",
    "tel:1",
)

TAGS = frozenset(
    """
    a article aside b blockquote body br code div em figcaption figure footer h1 h2 h3 h4 h5 h6 head header hr html img
    li link main meta nav ol p pre s section span strong style sup table tbody td th thead time title tr ul
    """.split()  # noqa: SIM905 - a list of forty lines says no more
)
"""All that a mail or a page is made of."""

_HEAD_ONLY = frozenset({"link", "meta", "style", "title"})
_ADDRESSES = frozenset({"action", "background", "cite", "data", "formaction", "href", "poster", "src", "srcset"})
_SCHEMES = frozenset({"http", "https", "mailto", "cid"})
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
_SCHEME = re.compile(r"([^/?#:]*):")
_ACTIVE_STYLE = re.compile(r"expression|script|import|behavior|binding|url\(", re.IGNORECASE)
_FOR_OUTLOOK = re.compile(r"\[if [^\]]+\]>(.*)<!\[endif\]", re.DOTALL)
_OUTLOOK_TAGS = frozenset({"center", "noscript", "w:anchorlock", "xml"})
_FOR_ALL_BUT_OUTLOOK = frozenset({"[if !mso]><!", "<![endif]"})


def tree(html: str) -> HtmlElement:
    return lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))


def page_tree(html: str) -> HtmlElement:
    """A page of the archive without its own form to subscribe."""
    return without_own_form(tree(html))


def without_own_form(page: HtmlElement) -> HtmlElement:
    """Take the form to subscribe out of a page, as it is not of the issue."""
    for form in page.xpath("//form[@class='join' and starts-with(@action, '../')][not(ancestor::article)]"):
        form.getparent().remove(form)
    return page


def shape(document: HtmlElement) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a document in their order, each with the names of its attributes."""
    return [(str(element.tag), tuple(element.keys())) for element in document.iter()]


def shown(text: str) -> str:
    """A text as it is read: white space is one space."""
    return " ".join(text.split())


def words_of(document: HtmlElement) -> str:
    """What a document gives to read, in pictures' alternatives and links' titles too."""
    texts = shown("".join(document.xpath("//text()[not(ancestor::style)]")))
    return " | ".join([texts, *(shown(text) for text in document.xpath("//@alt | //@title"))])


def active(document: HtmlElement) -> list[str]:
    """Everything in a document that could do more than be read, in what only Outlook sees too."""
    return list(_active(document, TAGS))


def _active(document: HtmlElement, tags: frozenset[str]) -> Iterator[str]:
    for element in document.iter():
        if element.tag is etree.Comment:
            yield from _active_comment(element.text or "")
        elif element.tag not in tags and not str(element.tag).startswith(("o:", "v:")):
            yield f"<{element.tag}>"
        elif element.tag in _HEAD_ONLY and element.xpath("ancestor::body"):
            yield f"<{element.tag}> in the body"
        for name, value in element.items():
            if _is_active(name, value):
                yield f"{name}={value}"


def _active_comment(text: str) -> Iterator[str]:
    hidden = _FOR_OUTLOOK.fullmatch(text)
    if hidden:
        yield from _active(lxml_html.fragment_fromstring(hidden[1], create_parent="div"), TAGS | _OUTLOOK_TAGS)
    elif text not in _FOR_ALL_BUT_OUTLOOK:
        yield f"<!--{text}-->"


def _is_active(name: str, value: str) -> bool:
    if name in _ADDRESSES:
        address = _UNSEEN.sub("", value).replace("\\", "/")
        scheme = _SCHEME.match(address)
        return scheme[1].lower() not in _SCHEMES if scheme else address.startswith("//")
    return name.startswith("on") or name == "srcdoc" or (name == "style" and bool(_ACTIVE_STYLE.search(value)))
