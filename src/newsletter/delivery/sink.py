"""A mail server that takes everything and delivers nothing: for rehearsals, on this machine alone.

It speaks as much SMTP as a sender may ask of a good server (PIPELINING, 8BITMIME, SMTPUTF8, SIZE), counts what it is
given, and keeps the first messages in an mbox file that any mail program opens. It runs in a process of its own, so
that the sender's speed is measured and not its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

HOST = "127.0.0.1"
KEPT_MESSAGES = 50
MAX_MESSAGE_BYTES = 50_000_000
_START_S = 20.0
_END_OF_DATA = b"\r\n.\r\n"
_GREETING = b"220 localhost, a rehearsal\r\n"
_EHLO = b"250-localhost\r\n250-PIPELINING\r\n250-SIZE %d\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n" % MAX_MESSAGE_BYTES
_REPLIES = {
    b"EHLO": _EHLO,
    b"HELO": b"250 localhost\r\n",
    b"MAIL": b"250 2.1.0 ok\r\n",
    b"RCPT": b"250 2.1.5 ok\r\n",
    b"RSET": b"250 2.0.0 ok\r\n",
    b"NOOP": b"250 2.0.0 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sink was given."""

    messages: int
    bytes: int
    largest_bytes: int
    largest_for: str
    """Whom the largest message was for."""


class _Counter:
    def __init__(self, mbox: Path) -> None:
        self.taken = Taken(0, 0, 0, "")
        self._mbox = mbox

    def add(self, content: bytes, recipient: str) -> None:
        before, size = self.taken, len(content)
        if before.messages < KEPT_MESSAGES:
            # For its owner alone: it holds the addresses and the links of readers.
            with os.fdopen(os.open(self._mbox, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as file:
                file.write(_mbox_entry(content))
        largest = (size, recipient) if size > before.largest_bytes else (before.largest_bytes, before.largest_for)
        self.taken = Taken(before.messages + 1, before.bytes + size, *largest)


def _mbox_entry(content: bytes) -> bytes:
    """Return a message as it stands in an mbox file (RFC 4155), with `From ` at the start of a line quoted."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    quoted = (b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)
    return b"From rehearsal " + formatdate().encode() + b"\n" + b"\n".join(quoted) + b"\n"


class _Session(asyncio.Protocol):
    """One connection; everything that has come is answered in one write, as pipelining wants (RFC 2920)."""

    def __init__(self, counter: _Counter) -> None:
        self._counter = counter
        self._unread = b""
        self._recipient = ""
        self._in_data = False
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - what a protocol of streams is given
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        replies = b"".join(self._replies())
        if replies and self._transport:
            self._transport.write(replies)
            if replies.endswith(_REPLIES[b"QUIT"]):
                self._transport.close()

    def _replies(self) -> Iterator[bytes]:
        while True:
            if self._in_data:
                content, end, rest = self._unread.partition(_END_OF_DATA)
                if not end:
                    return
                self._unread, self._in_data = rest, False
                self._counter.add(content.replace(b"\r\n..", b"\r\n.") + b"\r\n", self._recipient)
                yield b"250 2.0.0 taken\r\n"
            else:
                line, end, rest = self._unread.partition(b"\r\n")
                if not end:
                    return
                self._unread = rest
                yield self._answer(line)

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
        self._in_data = verb == b"DATA"
        return _REPLIES.get(verb, b"502 5.5.1 not known here\r\n")


def _serve(ours: Connection, mbox: Path) -> None:
    """Serve until the other end of the connection says so, then tell what was taken."""
    asyncio.run(_served(ours, mbox))


async def _served(ours: Connection, mbox: Path) -> None:
    counter, loop, over = _Counter(mbox), asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(lambda: _Session(counter), HOST, 0)
    ours.send(server.sockets[0].getsockname()[1])
    loop.add_reader(ours.fileno(), over.set)  # a word, or the end of the process that started this one
    await over.wait()
    server.close()
    with suppress(OSError):  # whoever started it may be gone, and then nobody asks
        ours.send(counter.taken)


class Sink:
    """A running sink."""

    def __init__(self, port: int, theirs: Connection) -> None:
        self.port = port
        self._theirs = theirs

    def close(self) -> Taken:
        """End it and return what it was given."""
        self._theirs.send(None)
        taken = self._theirs.recv()
        assert isinstance(taken, Taken)  # noqa: S101 - the other end is a few lines above
        return taken


@contextmanager
def open_sink(mbox: Path) -> Iterator[Sink]:
    """Run a sink in a process of its own that keeps its first messages in the file `mbox`.

    Raises:
        DeliveryError: it did not start.
    """
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe()
    process = context.Process(target=_serve, args=(ours, mbox), daemon=True)
    process.start()
    ours.close()
    try:
        try:
            port = theirs.recv() if theirs.poll(_START_S) else None
        except EOFError:
            port = None
        if port is None:
            message = "the mail server for the rehearsal did not start on this machine"
            raise DeliveryError(message)
        yield Sink(port, theirs)
    finally:
        theirs.close()
        process.terminate()
        process.join()
