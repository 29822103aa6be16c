"""A mail server that writes down what it takes before it says so, and breaks lines on purpose.

It runs in a process of its own. What it does follows from the recipient's local part, as in `t2-17@…`: `t1-`, `t2-`
is put off once, twice; `p-` is refused for good; all others are taken.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from contextlib import contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.forks import Child, fork

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_GREETING = b"220 chaos\r\n"
_EHLO = b"250-chaos\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class _Server:
    def __init__(self, log: Path, seed: int, cuts: float) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._random = Random(seed)
        self._cuts = cuts
        self._put_off: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(_GREETING)
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient, is_valid = "", False
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                answer = self._judged(recipient)
                is_valid = answer.startswith(b"250")
                writer.write(answer)
            elif verb == b"DATA" and not is_valid:
                writer.write(b"554 5.5.1 no valid recipients\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                if self._random.random() < self._cuts:
                    return  # before it was written down
                os.write(self._log, f"{recipient}\n".encode())
                if self._random.random() < self._cuts:
                    return  # and after
                writer.write(b"250 2.0.0 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                return
            else:
                writer.write(_EHLO if verb == b"EHLO" else b"250 2.0.0 ok\r\n")

    def _judged(self, recipient: str) -> bytes:
        kind = recipient.partition("-")[0]
        if kind == "p":
            return b"550 5.1.1 unknown\r\n"
        if kind in {"t1", "t2"} and self._put_off[recipient] < int(kind[1]):
            self._put_off[recipient] += 1
            return b"450 4.2.1 busy\r\n"
        return b"250 2.1.5 ok\r\n"


@contextmanager
def truthful_server(log: Path, seed: int, cuts: float) -> Iterator[int]:
    """Run a server that cuts so many of its lines, as a chance from 0 to 1; give its port."""
    ours, theirs = os.pipe()

    async def main() -> None:
        server = _Server(log, seed, cuts)
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1_000_000)
        os.write(theirs, str(listening.sockets[0].getsockname()[1]).encode())
        await asyncio.Event().wait()

    child: Child = fork(lambda: asyncio.run(main()))
    try:
        yield int(os.read(ours, 10))
    finally:
        child.kill()
        os.close(ours)
        os.close(theirs)


def copies_in(log: Path) -> Counter[str]:
    """How many copies of the mail each reader has, by the server's log."""
    return Counter(log.read_text().split())
