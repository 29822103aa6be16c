"""The built archive on an address of this machine, to look at."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from newsletter.cli.output import Mark, say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


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
        return LocalSite(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    except OSError as error:
        message = f"port {port} of 127.0.0.1 cannot be used: {error.strerror}; choose another with --port"
        raise UsageError(message) from error
