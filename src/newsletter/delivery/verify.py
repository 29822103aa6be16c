"""The last look at a message: does it hold what was meant, and nothing else?

It does not trust the code that built the message. Headers are looked at for each message. The body is looked
at piece by piece, as it was built: what is the same for all readers once, a reader's values each time. Pieces
of whole, sound lines make a whole, sound body; so the look costs microseconds for each reader.

`Lines` carries that knowledge on: there are none that were not looked at, so nobody on their way to the wire has to
look again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.delivery.headers import MAX_LINE
from newsletter.errors import UnsafeValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

_IS_CR = bytes(octet == ord("\r") for octet in range(256))
_IS_LF = bytes(octet == ord("\n") for octet in range(256))
_DOT_AT_START = re.compile(rb"\n\.")


@dataclass(frozen=True, slots=True)
class Lines:
    r"""Whole lines of a message, looked through when this is made: none can be that are not sound.

    Each ends in CRLF, none is too long (RFC 5322 section 2.1.1), and no NUL stands anywhere. A lone CR or LF is how
    one message is made to arrive as two: some servers take `\n.\n` for the end of a message, and others do not
    (RFC 5321 section 2.3.8 forbids both to senders).

    Raises:
        UnsafeValueError: the lines break one of these rules.
    """

    octets: bytes
    may_be_utf8: bool = False
    """They may hold more than ASCII, as headers do where SMTPUTF8 is asked for (RFC 6532)."""
    is_ascii: bool = field(init=False, compare=False)
    stuffed: bytes = field(init=False, compare=False, repr=False)
    """As they go over the wire: with the dots at the starts of lines doubled (RFC 5321 section 4.5.2)."""

    def __post_init__(self) -> None:
        _check_lines(self.octets, utf8=self.may_be_utf8)
        object.__setattr__(self, "is_ascii", self.octets.isascii())
        object.__setattr__(self, "stuffed", _dot_stuffed(self.octets))


def check_headers(head: Lines, names: Sequence[str]) -> None:
    """Raise unless the headers of `head` are exactly `names`, each once and in this order, and an empty line ends them.

    Raises:
        UnsafeValueError: a header too many, too few or out of its place.
    """
    lines = head.octets.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if not (head.octets.endswith(b"\r\n\r\n") and all(map(bytes.strip, lines))):
        message = "an empty line stands before the end of the headers, or none stands there"
        raise UnsafeValueError(message)
    found = [line.partition(b":")[0].decode("latin-1") for line in lines if line[0] not in b" \t"]
    if found != list(names):
        message = f"the headers are {', '.join(found)}; they should be {', '.join(names)}"
        raise UnsafeValueError(message)


def _check_lines(octets: bytes, *, utf8: bool) -> None:
    if _is_one_line(octets):  # as most readers' values are
        return
    # Where the CRs are and where the LFs are: one octet apart, everywhere. As two strings of zeros
    # and ones they are compared in 1 µs per KB; a regular expression takes ten.
    if octets and not (
        octets.endswith(b"\r\n")
        and not octets.startswith(b"\n")
        and octets.translate(_IS_CR)[:-1] == octets.translate(_IS_LF)[1:]
    ):
        message = "the message holds a CR or LF alone, or its last line has no end"
        raise UnsafeValueError(message)
    start = 0
    while start < len(octets):
        # The last line end in reach: the lines before it are shorter still.
        end = octets.rfind(b"\r\n", start, start + MAX_LINE + 2)
        if end < 0:
            message = f"the message holds a line of more than {MAX_LINE} octets"
            raise UnsafeValueError(message)
        start = end + 2
    if b"\0" in octets:
        message = "the message holds a NUL octet"
        raise UnsafeValueError(message)
    if not (utf8 or octets.isascii()):
        message = "the message holds octets beyond ASCII where only ASCII may stand"
        raise UnsafeValueError(message)


def _is_one_line(octets: bytes) -> bool:
    end = len(octets) - 2
    return (
        0 <= end <= MAX_LINE
        and octets.find(b"\r") == end
        and octets.find(b"\n") == end + 1
        and b"\0" not in octets
        and octets.isascii()
    )


def _dot_stuffed(lines: bytes) -> bytes:
    if lines.startswith(b"."):
        lines = b"." + lines
    # Quoted-printable mostly leaves no such dot, and to find none takes half of the time that replacing none does.
    return lines.replace(b"\r\n.", b"\r\n..") if _DOT_AT_START.search(lines) else lines
