"""What is not ordinary in a text, as far as can be seen before it is read: there the two parsers may differ."""

from __future__ import annotations

import re


class NotOrdinaryError(Exception):
    """A text is left to markdown-it."""


_ODD_SIGNS = (*"\t\0\v\f\r\x1c\x1d\x1e\x1f", "~~", "[^", "^[")
"""White space that the two see differently; what is struck out; footnotes."""
_BROKEN_ADDRESS = re.compile(r"\]\([^()\n]*\n")
"""An address that ends on another line."""
_FAR_TO_THE_RIGHT = re.compile(r"\n    +(?:#|[-=*_ ]+(?:\n|\Z))")
"""What would be a heading or a rule, were it not there."""
_WHITE = r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_ANY_WHITE = re.compile(rf"[\x85\u2028\u2029\ufeff{_WHITE[1:]}")
"""Whether there is any such white space at all: few texts have any, and it is looked for where they are not ASCII."""
_ODD_BEYOND_ASCII = re.compile(rf"[\x85\u2028\u2029\ufeff]|^[ >#*+\d.)-]*{_WHITE}|{_WHITE}[ #]*$", re.MULTILINE)
"""More of such white space, and any at the ends of a line."""
_BELOW_A_HEAD = re.compile(r"^[ >*+\d.)-]*[|:-][-|: ]*$", re.MULTILINE)
"""The second line of a table, or what looks like it."""
_QUOTE, _INDENT = re.compile(r"^[ *+\d.)-]*>", re.MULTILINE), re.compile(r"^ {4,}\S", re.MULTILINE)
"""Where a quote begins, and a line that may belong to the one above it, or be code, as one looks at it."""
_DEFINITIONS = re.compile(r"(?:\A\n*|\n\n)(?:\[[^\[\]\n]+\]: [^\s<>()\\]+(?:\n|\Z))+(?=\n|\Z)")
"""The addresses of links, each on a line, and nothing else in their paragraph."""


def is_ordinary(source: str) -> bool:
    """Tell whether nothing in a text is known to be read in two ways."""
    return not (
        any(sign in source for sign in _ODD_SIGNS)
        or _BROKEN_ADDRESS.search(source)
        or _FAR_TO_THE_RIGHT.search(source)
        or (not source.isascii() and _ANY_WHITE.search(source) and _ODD_BEYOND_ASCII.search(source))
        or ("|" in source and _BELOW_A_HEAD.search(source))
        or (">" in source and any(map(_has_odd_quote, source.split("\n\n"))))
        or ("]:" in source and "]:" in _DEFINITIONS.sub("", source))
    )


def _has_odd_quote(lines: str) -> bool:
    if ">" not in lines or "    " not in lines:
        return False
    quote = _QUOTE.search(lines)
    return quote is not None and _INDENT.search(lines, quote.end()) is not None
