"""A provider of few words on this machine: it reads a request and does what its script says."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

CUT = b""
"""In the place of an answer: the line is cut."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


def answer(status: int, told: object = None, **headers: str) -> bytes:
    """Return an answer in JSON; names of headers with `_` for `-`."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Answering:
    """A server on a port of the system's choice; each line is served by a thread of its own."""

    script: Callable[[Heard], bytes | None]
    """What is said to a request: `CUT` for a cut line, None for nothing at all."""
    tls: ssl.SSLContext | None = None
    heard: list[Heard] = field(default_factory=list)
    _listener: socket.socket = field(init=False)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._listener.close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError):
            self._speak(self.tls.wrap_socket(line, server_side=True) if self.tls else line)

    def _speak(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as reader:
            while first := reader.readline():
                headers = {}
                while (header := reader.readline().strip()) != b"":
                    name, _, value = header.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = reader.read(int(headers.get("content-length", 0)))
                request = Heard(first.split()[1].decode(), headers, body)
                self.heard.append(request)
                said = self.script(request)
                if said is None:
                    self._over.wait()
                if not said:
                    return
                line.sendall(said)
