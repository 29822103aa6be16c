"""The two directions of the line: replies out of bytes, and bytes out of commands and messages.

Whoever runs a server decides what it says, and a reader's address ends in a command. So a reply is bounded
in the length of its lines and in their number, and there is one writer of commands, which refuses whatever
could end one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REPLY_LINES = 100
MAX_REPLY_LINE_OCTETS = 2048
"""RFC 5321 section 4.5.3.1.5 says 512, and real servers send more. Both bounds are for a hostile one."""

DOT = b".\r\n"

_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class OutOfStepError(DeliveryError):
    """The server said something that no answer can be; nothing that follows on this line can be believed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a server, of one line or more (RFC 5321 section 4.2)."""

    code: int
    words: bytes
    """Its lines without the code, with LF between them."""


class ReplyReader:
    """Cuts what arrives into replies, however it was split on its way."""

    def __init__(self) -> None:
        self._unread = b""
        self._code = b""
        self._words: list[bytes] = []

    @property
    def is_between_replies(self) -> bool:
        """Whether nothing was read beyond the last reply."""
        return not self._unread and not self._words

    def read(self, octets: bytes) -> Iterator[Reply]:
        """Yield the replies that are complete.

        Raises:
            OutOfStepError: a line or a reply without end, or what is no reply.
        """
        self._unread += octets
        while b"\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\n")
            if reply := self._reply(line.rstrip(b"\r")):
                yield reply
        _check_length(self._unread)

    def _reply(self, line: bytes) -> Reply | None:
        _check_length(line)
        found = _REPLY_LINE.fullmatch(line)
        if not found or (self._words and found[1] != self._code):
            raise OutOfStepError("the server answered something that is no reply")
        self._code = found[1]
        self._words.append((found[3] or b"").strip())
        if found[2] != b"-":
            reply = Reply(int(found[1]), b"\n".join(self._words))
            self._words = []
            return reply
        if len(self._words) == MAX_REPLY_LINES:
            raise OutOfStepError(f"the server answered with more than {MAX_REPLY_LINES} lines")
        return None


def _check_length(line: bytes) -> None:
    if len(line) > MAX_REPLY_LINE_OCTETS:
        raise OutOfStepError(f"the server answered with a line of more than {MAX_REPLY_LINE_OCTETS} octets")


def command(verb: str, argument: str = "", *, utf8: bool = False) -> bytes:
    """Return one command as it goes over the line: the one door for every word that is no message.

    With `utf8`, where SMTPUTF8 was agreed on for it (RFC 6531 section 3.4), it may hold more than ASCII.

    Raises:
        UnsafeValueError: it holds a control character, a line break of any kind, or what is not ASCII.
    """
    line = f"{verb} {argument}" if argument else verb
    # An argument may be a log-in: it is not shown.
    if _UNSAFE.search(line):
        raise UnsafeValueError(f"an argument of the command {quoted(verb[:9])} holds a control character")
    if not (utf8 or line.isascii()):
        raise UnsafeValueError(f"an argument of the command {quoted(verb[:9])} holds characters beyond ASCII")
    return f"{line}\r\n".encode()
