"""A provider's address on this machine: HTTP/1.1 on a port of the system's choice, with faults on order."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tests.providers.account import Account
from tests.providers.every import PROVIDERS
from tests.providers.faults import Script
from tests.providers.post import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.providers.faults import Fault
    from tests.providers.post import Letter

NEVER_S = 20.0
_HEAD_BYTES = 1 << 16


class Lines:
    """Every line to one account. It answers one request after the other on a line, and lines beside each other."""

    def __init__(self, account: Account, faults: Iterable[Fault | None] = (), pause_s: float = 0.0) -> None:
        """`faults` is what befalls the next requests, whoever their readers are; None for nothing."""
        self.account = account
        self.heard: Callable[[Request], object] = lambda _: None
        """Is told of every request that was read to its end."""
        self._faults = iter(faults)
        self.script = Script()
        self.most_at_once = 0
        self._open = 0
        self._pause_s = pause_s
        self._never = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one line until it ends."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer_one(reader, writer):
                pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; return whether the line is good for another one."""
        path, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        fault = next(self._faults, None)
        if fault and fault.line == "unread":
            writer.transport.abort()
            return False
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(path, headers, body)
        self.heard(request)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            await self._pause()
            fault = fault or self.script.fault_for(one.recipient for one in self.account.letters_for(request))
            answer = self._answer(request, fault)
        finally:
            self._open -= 1
        return await self._say(writer, answer, fault.line if fault else "whole")

    def _answer(self, request: Request, fault: Fault | None) -> Answer | None:
        if fault is None:
            return self.account.receive(request)
        own = self.account.receive(request) if fault.takes else None
        return own if fault.line == "within" else fault.answer

    async def _say(self, writer: asyncio.StreamWriter, answer: Answer | None, line: str) -> bool:
        if line == "silent":
            await self._never.wait()
        if answer is None:
            writer.transport.abort()
            return False
        octets = _written(answer)
        if line == "within":
            writer.write(octets[: len(octets) - max(1, len(answer.body) // 2)])
            await writer.drain()
            return False
        writer.write(octets)
        await writer.drain()
        return True

    async def _pause(self) -> None:
        if self._pause_s:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._never.wait(), self._pause_s)


def _head(octets: bytes) -> tuple[str, dict[str, str]]:
    """Return the path and the headers, by their names in lower case."""
    first, *lines = octets.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return first.split(" ")[1].partition("?")[0], {name.strip().lower(): value.strip() for name, _, value in pairs}


def _written(answer: Answer) -> bytes:
    headers: Mapping[str, str] = {
        "Content-Type": answer.kind,
        "Content-Length": str(len(answer.body)),
        **answer.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} x\r\n{head}\r\n".encode() + answer.body


class ProviderServer:
    """One provider, in a thread of its own."""

    def __init__(self, name: str, *faults: Fault | None, pause_s: float = 0.0, account: Account | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.account = account or Account(PROVIDERS[name])
        self._faults, self._pause_s = faults, pause_s
        self.lines: Lines
        self.port = 0
        self.requests: list[Request] = []
        """All that were read to their end."""

    @property
    def url(self) -> str:
        """Where the provider's paths begin."""
        return f"http://127.0.0.1:{self.port}{self.account.provider.base}"

    @property
    def letters(self) -> list[Letter]:
        """What the readers have got."""
        return self.account.letters

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(NEVER_S)
        return self

    async def _listen(self) -> None:
        self.lines = Lines(self.account, self._faults, self._pause_s)
        self.lines.heard = self.requests.append
        self._server = await asyncio.start_server(self.lines.serve, "127.0.0.1", 0, limit=_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

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
