"""A web server on 127.0.0.1 whose every answer a test writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

Route = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request, and the pen that answers it."""

    protocol_version = "HTTP/1.1"
    server: _Server

    body = b""
    """Of a POST."""

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    do_PUT = do_POST  # noqa: N815 - as the base calls it

    def do_GET(self) -> None:
        self.server.log.append(self)
        self.close_connection = True
        self.server.routes.get(self.path, _not_found)(self)

    do_HEAD = do_DELETE = do_GET  # noqa: N815 - as the base calls them

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def drip(self, piece: bytes) -> None:
        """Write a piece again and again, until the other side is gone or the test is over."""
        try:
            while not self.server.is_over.wait(0.02):
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its caller names it
        pass


def _not_found(asked: Asked) -> None:
    asked.answer(404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.routes: dict[str, Route] = {}
        self.log: list[Asked] = []
        self.is_over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # who asked has gone away, as some tests want it


@dataclass(frozen=True, slots=True)
class WebServer:
    """A server that runs, and what it was asked."""

    port: int
    routes: dict[str, Route]
    log: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, path: str, body: bytes, **headers: str) -> str:
        """Let a path answer with a body; return its address."""
        self.routes[path] = lambda asked: asked.answer(200, body, **headers)
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 301) -> str:
        self.routes[path] = lambda asked: asked.answer(status, Location=to)
        return self.url(path)


@contextmanager
def running_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    server = _Server()
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield WebServer(server.server_address[1], server.routes, server.log)
    finally:
        server.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
