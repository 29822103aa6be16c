"""The built archive on an address of this machine, to look at."""

from __future__ import annotations

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from newsletter.cli.output import Mark, say
from newsletter.errors import UsageError

_HEADERS = (
    ("Content-Security-Policy", "frame-ancestors 'none'; object-src 'none'; base-uri 'none'"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
)
"""What a good host sends with each page; the rest of the policy stands in the pages themselves."""


class _Pages(SimpleHTTPRequestHandler):
    """Answers as a good host of static files does: with headers that protect, and the site's own page of 404."""

    def end_headers(self) -> None:
        for name, value in _HEADERS:
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        own = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not own.is_file():
            super().send_error(code, message, explain)
            return
        content = own.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class LocalSite(ThreadingHTTPServer):
    """A web server for one person."""

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # its caller gives them
        """Tell in a line why a page could not be served, unless it is only that nobody listens any more."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            say(Mark("error:", "red"), f"a page could not be served: {error}")


def open_site(folder: Path, port: int) -> LocalSite:
    """Return a server for the files in `folder`, on 127.0.0.1 alone; port 0 takes any free one.

    Raises:
        UsageError: the port cannot be used.
    """
    try:
        return LocalSite(("127.0.0.1", port), partial(_Pages, directory=str(folder)))
    except OSError as error:
        message = f"port {port} of 127.0.0.1 cannot be used: {error.strerror}; choose another with --port"
        raise UsageError(message) from error
