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
# A line that starts with a dot or with "From " is changed by some servers (RFC 2049 section 3); encoded it
# is not.
_FRAGILE_START = (b".", b"From ")


def encode_piece(text: str, place: str, *, last: bool = False) -> bytes:
    """Return a piece of text as whole encoded lines; every line end in it becomes CRLF.

    The `last` piece of a text ends without a soft break. `place` names the piece in errors.

    Raises:
        UnsafeValueError: the text holds a NUL or a lone surrogate, which no mail can carry.
    """
    if found := _REFUSED.search(text):
        number, sign = found.start() + 1, f"U+{ord(found[0]):04X}"
        message = f"{place}: character {number} is {sign}, which no mail can carry; take it out"
        raise UnsafeValueError(message)
    *lines, rest = _LINE_END.split(text)
    encoded = [_line(line, at_line_end=True) + b"\r\n" for line in lines]
    if rest:
        encoded.append(_line(rest, at_line_end=last) + (b"" if last else SOFT_BREAK))
    return b"".join(encoded)


def _line(text: str, *, at_line_end: bool) -> bytes:
    """Encode one line, soft breaks included; a space that would end it is encoded too (rule 3)."""
    octets = _ENCODED.sub(_escape, text.encode())
    if at_line_end and octets.endswith(b" "):
        octets = octets[:-1] + b"=20"
    lines: list[bytes] = []
    while True:
        if octets.startswith(_FRAGILE_START):
            octets = b"=%02X" % octets[0] + octets[1:]
        if len(octets) <= _ROOM:
            return SOFT_BREAK.join([*lines, octets])
        # Never inside an `=XX`.
        cut = _ROOM - 1 if octets[_ROOM - 1 : _ROOM] == b"=" else _ROOM
        cut = cut - 2 if octets[cut - 2 : cut - 1] == b"=" else cut
        lines.append(octets[:cut])
        octets = octets[cut:]


def _escape(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]
