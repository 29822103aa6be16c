"""Who may ask: the person at this machine, from the page that was opened for them, and no other page of theirs.

Any web page can make a browser ask 127.0.0.1, and a name can be made to lead there (DNS rebinding). So a request needs
the token of this run in its path, a Host that is this server's own address, and no foreign page as its origin.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For the page of the preview."""
_FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src {pictures}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
FRAME_POLICY = _FRAME_POLICY.format(pictures="'self' data: https:")
"""For what an issue and the templates say: no script, no form, nothing from elsewhere but pictures."""
BARE_FRAME_POLICY = _FRAME_POLICY.format(pictures="'none'")
"""The same for a mail program that shows no pictures."""

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_SAME = {b"same-origin", b"none"}


class Guard:
    """Lets requests pass that come from the page of this run, with the token taken out of their path."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost")}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            return
        status, reason = self._refusal(scope)
        if status:
            await PlainTextResponse(f"{reason}\n", status)(scope, receive, _with_headers(send))
            return
        prefix = f"/{self._token}"
        inner = {**scope, "path": scope["path"].removeprefix(prefix)}
        await self._app(inner, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        """Return the status and the reason of a refusal; 0 for none."""
        headers = dict(scope["headers"])
        names = [name for name, _ in scope["headers"]]
        if names.count(b"host") != 1 or headers[b"host"].lower() not in self._hosts:
            return 421, "This is a preview, and only answers to the address of this machine."
        if headers.get(b"origin", b"http://" + headers[b"host"]).lower() not in self._origins:
            return 403, "Another page asked for this."
        if headers.get(b"sec-fetch-site", b"none") not in _SAME:
            return 403, "Another page asked for this."
        if scope["method"] != "GET":
            return 405, "A preview is only looked at."
        token = scope["path"].split("/")[1] if scope["path"].count("/") > 1 else ""
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()):
            return 404, "Open the address that newsletter preview printed last: each run has its own."
        return 0, ""


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name, value) for name, value in message["headers"] if name != b"cache-control"]
            message = {**message, "headers": [*given, *_HEADERS]}
        await send(message)

    return sent
