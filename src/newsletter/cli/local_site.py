"""The built archive on an address of this machine, to look at."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from newsletter.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class LocalSite(ThreadingHTTPServer):
    """A web server for one person: a browser that hangs up half-way is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of an error, unless it is only that nobody listens any more."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def open_site(folder: Path, port: int) -> LocalSite:
    """Return a server for the files in `folder`, on 127.0.0.1 alone; port 0 takes any free one.

    Raises:
        UsageError: the port cannot be used.
    """
    try:
        return LocalSite(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    except OSError as error:
        message = f"port {port} of 127.0.0.1 cannot be used: {error.strerror}; choose another with --port"
        raise UsageError(message) from error
