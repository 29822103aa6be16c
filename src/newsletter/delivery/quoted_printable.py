"""Quoted-printable (RFC 2045 section 6.7) in pieces that are encoded apart and joined later.

Each piece starts at the beginning of a line and ends at one, with a soft break (`=` CRLF) where the text
goes on. So the literal pieces of a mail are encoded once, a reader's values are encoded alone, and joining
them is all that is left to do for each reader.
"""

from __future__ import annotations

import re

from newsletter.errors import UnsafeValueError

MAX_LINE = 76
"""Octets in an encoded line, its soft break included (RFC 2045 section 6.7, rule 5)."""

SOFT_BREAK = b"=\r\n"

_ROOM = MAX_LINE - 1
_LINE_END = re.compile(r"\r\n|\r|\n")
_REFUSED = re.compile(r"[\x00\ud800-\udfff]")
_ENCODED = re.compile(rb"[^ -<>-~]")
_SPACE_AT_END = re.compile(rb" \Z")  # servers may take it away (rule 3)
# Some servers change a line that starts so (RFC 2049 section 3); encoded, it passes.
_FRAGILE_START = (b".", b"From ")
_PLAIN = re.compile(r"(?!From )[!-\-/-<>-~](?:[ -<>-~]{0,73}[!-<>-~])?")
"""A short text that stands for itself, as most of readers' values do."""


def encode_piece(text: str) -> bytes:
    """Return a piece of text as whole encoded lines; every line end in it becomes CRLF.

    Raises:
        UnsafeValueError: the text holds a NUL or a lone surrogate, which no mail can carry.
    """
    if _PLAIN.fullmatch(text):
        return text.encode() + SOFT_BREAK
    if found := _REFUSED.search(text):
        number, sign = found.start() + 1, f"U+{ord(found[0]):04X}"
        message = f"character {number} is {sign}, which no mail can carry; take it out"
        raise UnsafeValueError(message)
    *lines, rest = _LINE_END.split(text)
    encoded = [_wrapped(_SPACE_AT_END.sub(b"=20", _encoded(line))) + b"\r\n" for line in lines]
    if rest:
        encoded.append(_wrapped(_encoded(rest)) + SOFT_BREAK)
    return b"".join(encoded)


def _encoded(line: str) -> bytes:
    return _ENCODED.sub(lambda found: b"=%02X" % found[0][0], line.encode())


def _wrapped(octets: bytes) -> bytes:
    """Break an encoded line softly where it grows too long."""
    lines: list[bytes] = []
    start = 0
    while True:
        first = b""
        if octets.startswith(_FRAGILE_START, start):
            first = b"=%02X" % octets[start]
            start += 1
        end = start + _ROOM - len(first)
        if end >= len(octets):
            return SOFT_BREAK.join([*lines, first + octets[start:]])
        escape = octets.find(b"=", end - 2, end)
        end = escape if escape >= 0 else end  # never inside an `=XX`
        lines.append(first + octets[start:end])
        start = end
