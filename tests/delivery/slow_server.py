"""A mail server that can be slow, throttle, or take few connections, and that counts."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Self

from tests.delivery.servers import NEVER_S


class SlowServer:
    """A server of its own on asyncio, in a thread, that answers what was written together together.

    `pause_s` is the time before each answer; `least_s` the time between two messages below which it throttles;
    `most` the connections that it takes; `reached` the message with whose dot `was_reached` is set, and
    `silent_after` the message after which it says nothing more; `cuts_at` the command at which it hangs up.
    """

    def __init__(
        self,
        *extensions: str,
        pause_s: float = 0.0,
        least_s: float = 0.0,
        most: int = 1000,
        reached: int = 0,
        silent_after: int = 1_000_000,
        cuts_at: str = "nothing",
    ) -> None:
        self._extensions = extensions
        self._pause_s, self._least_s, self._most = pause_s, least_s, most
        self._reached, self._silent_after, self._cuts_at = reached, silent_after, cuts_at
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open = 0
        self._taken_at = 0.0
        self.was_reached = threading.Event()
        self.port = 0
        self.recipients: list[str] = []
        self.counts: list[int] = []
        """Messages taken, for each connection that was let in."""
        self.most_at_once = 0
        self.round_trips = 0
        self.goodbyes = 0
        self.said_goodbye = threading.Semaphore(0)

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(NEVER_S)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(NEVER_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(NEVER_S)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= self._most:
            writer.write(b"421 4.7.0 Too many connections\r\n")
            writer.close()
            return
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        self.counts.append(0)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._talk(reader, writer, len(self.counts) - 1)
        self._open -= 1
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        said, recipient = b"220 mail.example\r\n", ""
        while True:
            # What was read already is answered together, as servers do.
            if said and not reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to ask
                await self._answer(writer, said)
                said = b""
            line = (await reader.readuntil(b"\r\n")).decode().strip()
            verb = line[:4].upper()
            if verb == self._cuts_at:
                return
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if verb == "EHLO":
                said += "".join(f"250-{name}\r\n" for name in ("mail.example", *self._extensions)).encode()
                said += b"250 HELP\r\n"
            elif verb == "DATA":
                await self._answer(writer, said + b"354 go on\r\n")
                said = b""
                await reader.readuntil(b"\r\n.\r\n")
                said = await self._took(recipient, number)
            elif verb == "QUIT":
                self.goodbyes += 1
                self.said_goodbye.release()
                writer.write(b"221 bye\r\n")
                return
            else:
                said += b"250 ok\r\n"

    async def _answer(self, writer: asyncio.StreamWriter, octets: bytes) -> None:
        self.round_trips += 1
        await self._be_slow(self._pause_s)
        writer.write(octets)

    async def _be_slow(self, seconds: float) -> None:
        if seconds:
            await asyncio.wait([self._loop.create_future()], timeout=seconds)

    async def _took(self, recipient: str, number: int) -> bytes:
        if len(self.recipients) + 1 == self._reached:
            self.was_reached.set()
        if len(self.recipients) + 1 >= self._silent_after:
            await self._be_slow(NEVER_S)
        now = self._loop.time()
        if now - self._taken_at < self._least_s:
            return b"454 4.7.0 Throttling failure\r\n"
        self._taken_at = now
        self.recipients.append(recipient)
        self.counts[number] += 1
        return b"250 2.0.0 taken\r\n"
