"""One connection to a mail server, whose every reply is bounded in time, lines and length.

Of `smtplib` only the exchange of commands is used. Its own way to read replies has no bound, it would go on
in clear where STARTTLS is missing, and it rewrites addresses that it does not understand.
"""

from __future__ import annotations

import re
import smtplib
import socket
import time
from typing import TYPE_CHECKING

from newsletter.errors import UnsafeValueError

if TYPE_CHECKING:
    import ssl
    from typing import NoReturn

    from _typeshed import ReadableBuffer

MAX_REPLY_LINES = 100
MAX_REPLY_LINE_OCTETS = 2048
"""RFC 5321 section 4.5.3.1.5 says 512, and real servers send more. Both bounds are for a hostile one."""

_RECEIVE_OCTETS = 4096
_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Session(smtplib.SMTP):
    """One connection; every reply is bounded in time, lines and length."""

    unread = b""
    """What the server said beyond its last reply: it talks out of turn."""

    def __init__(self, sock: socket.socket, ehlo_name: str, timeout_s: float) -> None:
        super().__init__(local_hostname=ehlo_name, timeout=timeout_s)
        # The dot is a small packet behind a large one. Nagle's algorithm would hold it back until the other
        # side has confirmed the large one: 42 ms for a message of 50 KB on one machine, and 0.2 ms without.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._wire = sock

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go over to TLS; nothing may be left that was read in clear (RFC 3207 section 4.2)."""
        if self.unread:
            self.give_up("the server talked out of turn before TLS began")
        self.sock = self._wire = context.wrap_socket(self._wire, server_hostname=host)

    def send(self, s: ReadableBuffer | str) -> None:
        """Write, unless the server talks out of turn: those words would be taken for the answer to these."""
        if self.unread:
            self.give_up("the server talked out of turn")
        try:
            self._wire.settimeout(self.timeout)
            self._wire.sendall(s.encode() if isinstance(s, str) else s)
        except TimeoutError:
            self.give_up("the server stopped reading")
        except OSError as error:
            self.give_up(f"the connection was lost ({error.strerror or error})")

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Write one command: the one door, through which no control character passes."""
        if _CONTROL.search(cmd) or _CONTROL.search(args):
            message = f"an argument of the command {cmd[:4]} holds a control character"
            raise UnsafeValueError(message)
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply within the session's time; see `reply`."""
        return self.reply(self.timeout)

    def reply(self, timeout_s: float) -> tuple[int, bytes]:
        """Read one reply, of any number of lines, within `timeout_s` seconds in all.

        Raises:
            SMTPServerDisconnected: the line is lost, or the reply is too slow, too long or no reply at all.
        """
        deadline = time.monotonic() + timeout_s
        words: list[bytes] = []
        code = b""
        while True:
            found = _REPLY_LINE.fullmatch(self._line(deadline))
            if not found or (code and found[1] != code):
                self.give_up("the server answered something that is no reply")
            code = found[1]
            words.append((found[3] or b"").strip())
            if found[2] != b"-":
                return int(code), b"\n".join(words)
            if len(words) == MAX_REPLY_LINES:
                self.give_up(f"the server answered with more than {MAX_REPLY_LINES} lines")

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self.unread:
            if len(self.unread) > MAX_REPLY_LINE_OCTETS:
                self.give_up(f"the server answered with a line of more than {MAX_REPLY_LINE_OCTETS} octets")
            self.unread += self._received(deadline)
        line, _, self.unread = self.unread.partition(b"\n")
        return line.rstrip(b"\r")

    def _received(self, deadline: float) -> bytes:
        try:
            # Zero would mean not to wait at all, which is another error.
            self._wire.settimeout(max(deadline - time.monotonic(), 0.001))
            received = self._wire.recv(_RECEIVE_OCTETS)
        except TimeoutError:
            self.give_up("the server did not answer in time")
        except OSError as error:
            self.give_up(f"the connection was lost ({error.strerror or error})")
        if not received:
            self.give_up("the server closed the connection")
        return received

    def give_up(self, reason: str) -> NoReturn:
        """Close the line and raise SMTPServerDisconnected."""
        self.close()
        raise smtplib.SMTPServerDisconnected(reason)
