"""Which bare addresses in a text become links.

`https://…`, `http://…`, `www.…` and mail addresses do. A bare domain does not: `README.md`, `node.js` and `e.g.this`
have the shape of one, and a link that nobody meant is worse than one that has to be written out.

The parser would ask linkify-it; this is asked in its place, as its search takes the square of a text's length: 20,000
characters of `www.` kept it busy for 13 s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = rf"(?>(?:{_LABEL}\.)+[^\W\d_](?:[\w-]{{0,61}}[^\W_]))"
"""A domain of two labels or more. The last is no number: `react@18.2.0` is a version."""
_REST = r"""[^\s<>\[\]{}|\\^`"“”‘’«»]{0,2000}"""
_WITH_SCHEME = re.compile(rf"https?://(?:\[[0-9a-f:.]+\]|\w){_REST}", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(
    rf"(?<![\w./:@-])(?P<web>www\.{_HOST}(?:[/?#:]{_REST})?)"
    rf"|(?<![\w.+/@-])(?:mailto:)?\w[\w.+-]{{0,63}}@{_HOST}(?![:/@]\w)",
    re.IGNORECASE,
)
_TRAILING = frozenset("?!.,:;*_~'…")
"""What ends a sentence or a mark rather than an address: GitHub Flavored Markdown, section 6.9."""


def count_signs(text: str) -> int:
    """Return how often a text may hold an address."""
    return text.count("://") + text.count("@") + text.lower().count("www.")


def has_signs(text: str) -> bool:
    """Tell whether a text may hold an address."""
    return "://" in text or "@" in text or "www." in text.lower()


@dataclass(frozen=True, slots=True)
class Address:
    """An address in a text, with the names that the Markdown parser has for its parts."""

    url: str
    """Where it leads, with its scheme."""
    text: str
    """As it is written."""
    index: int
    last_index: int
    schema: str


class AddressFinder:
    """Finds the addresses, by the questions that the Markdown parser asks."""

    def pretest(self, text: str) -> bool:
        """Tell quickly whether there may be one."""
        return has_signs(text)

    def test(self, text: str) -> bool:
        """Tell whether there is one without a scheme."""
        return _WITHOUT_SCHEME.search(text) is not None

    def match(self, text: str) -> list[Address]:
        """Return those without a scheme: the parser asks for the others one by one."""
        return [_address(match) for match in _WITHOUT_SCHEME.finditer(text)]

    def match_at_start(self, text: str) -> Address | None:
        """Return the address with a scheme that a text begins with."""
        match = _WITH_SCHEME.match(text)
        return _address(match) if match else None


def _address(match: re.Match[str]) -> Address:
    text = _without_trailing(match[0])
    schema = ""
    if match.re is _WITHOUT_SCHEME:
        schema = "https://" if match["web"] else "mailto:"
    url = text if text.lower().startswith(schema) else schema + text
    return Address(url, text, match.start(), match.start() + len(text), schema or "https://")


def _without_trailing(address: str) -> str:
    """Return an address without the punctuation behind it, such as a bracket that was opened before it."""
    end = len(address)
    while address[end - 1] in _TRAILING or _closes_nothing(address, end):
        end -= 1
    return address[:end]


def _closes_nothing(address: str, end: int) -> bool:
    return address[end - 1] == ")" and address.count(")", 0, end) > address.count("(", 0, end)
