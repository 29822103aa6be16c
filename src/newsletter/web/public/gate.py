"""What every request passes on its way in, and every answer on its way out; pure ASGI, as it stands before each file.

In: the host must be ours, the body small and in time, the path is told apart from the path that the site itself stands
at, and who asks is known by our own proxies' word alone. Out: the headers that protect, and a line in the access log.
What fails in between is answered in few words, that say nothing of what failed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from newsletter.errors import StoreError
from newsletter.web.public.files import PAGE_POLICY, answer
from newsletter.web.public.forwarded import who_asks
from newsletter.web.public.log import line

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from newsletter.web.public.forwarded import Network

MOST_BODY_BYTES = 64 * 1024
"""More than any form of ours, or of a mail program that unsubscribes its reader."""
BODY_WITHIN_S = 10.0
ANSWER_WITHIN_S = 60.0
"""Until an answer begins, and from each piece of it to the next: whoever reads more slowly is cut off."""

_HEALTH = "/healthz"
_HEADERS = (
    (b"content-security-policy", PAGE_POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)
"""What an answer gets that does not say it for itself."""
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all requests."""

    hosts: frozenset[str]
    """The names that the site has, in lower case, without a port; this machine's own always count too."""
    root_path: str
    """Where on its host the site stands, such as `/news`; empty for all of it."""
    proxies: tuple[Network, ...]
    """Whose word counts on who asks."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what."""

    now_ms: Callable[[], int]
    log: Callable[[str], None]
    """A line for each request."""
    bug: Callable[[BaseException], None]
    """What nobody expected; the request is answered all the same."""


class _RefusedError(Exception):
    """A request that is too large, or too slow. It ends here."""

    def __init__(self, status: int, words: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.words = words


class Gate:
    """An ASGI application before another one."""

    def __init__(self, app: ASGIApp, rules: Rules, told: Told) -> None:
        self._app = app
        self._rules = rules
        self._told = told
        self._hosts = rules.hosts | _LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing that is no request of HTTP is answered at all."""
        if scope["type"] != "http":
            return
        began_s = time.perf_counter()
        asked_path, peer = scope["path"], scope["client"] or ("", 0)
        client, scheme = who_asks(peer[0], scope["scheme"], scope["headers"], self._rules.proxies)
        scope["client"], scope["scheme"] = (client, peer[1]), scheme
        self._set_root(scope)
        exchange = _Exchange(receive, send, is_secure=scheme == "https")
        try:
            await self._pass_on(scope, exchange)
        finally:
            seconds = time.perf_counter() - began_s
            said = (scope["method"], asked_path, exchange.status, seconds, exchange.sent_bytes)
            self._told.log(line(self._told.now_ms(), *said))

    def _set_root(self, scope: Scope) -> None:
        """Tell the site's own path from that within it, whether or not a proxy has taken it off (ASGI `root_path`)."""
        root = self._rules.root_path
        if root and scope["path"] != _HEALTH:
            scope["root_path"] = root
            if scope["path"] != root and not scope["path"].startswith(f"{root}/"):
                scope["path"] = root + scope["path"]

    async def _pass_on(self, scope: Scope, exchange: _Exchange) -> None:
        try:
            self._look(scope)
            async with asyncio.timeout(ANSWER_WITHIN_S) as exchange.deadline:
                await self._app(scope, exchange.receive, exchange.send)
        except _RefusedError as refused:
            await exchange.end(refused.status, refused.words)
        except TimeoutError:
            await exchange.end(503, b"That took too long.\n")
        except ClientDisconnect:
            exchange.status = 499  # as others write it, of somebody who did not wait
        except StoreError:
            await exchange.end(503, b"That is not possible just now. Please try again in a few minutes.\n")
        except Exception as error:  # noqa: BLE001 - one request must not end the site; the bug is written down
            self._told.bug(error)
            await exchange.end(500, b"Something went wrong here. Please try again later.\n")

    def _look(self, scope: Scope) -> None:
        """Refuse what can be refused by its headers.

        Raises:
            _RefusedError: it is for another host, or its body is too large.
        """
        host = length = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"content-length":
                length = value
        if _without_port(host.decode("latin-1")) not in self._hosts and scope["path"] != _HEALTH:
            raise _RefusedError(421, b"This site has another name.\n")
        if length.isdigit() and int(length) > MOST_BODY_BYTES:
            raise _too_large()


def _too_large() -> _RefusedError:
    return _RefusedError(413, b"That is too large.\n")


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


class _Exchange:
    """One request and its answer, on their way through."""

    def __init__(self, receive: Receive, send: Send, *, is_secure: bool) -> None:
        self.status = 0
        """Of the answer; 0 until it begins."""
        self.sent_bytes = 0
        self.deadline: asyncio.Timeout | None = None
        """Put off by each piece that is sent."""
        self._receive = receive
        self._send = send
        self._is_secure = is_secure
        self._received_bytes = 0
        self._has_body = True
        self._body_until_s = 0.0

    async def receive(self) -> Message:
        """Give the next piece of the request.

        Raises:
            _RefusedError: it is too large, or comes too slowly.
        """
        if not self._has_body:  # what comes now is that nobody waits any more, whenever that is
            return await self._receive()
        loop = asyncio.get_running_loop()
        self._body_until_s = self._body_until_s or loop.time() + BODY_WITHIN_S
        try:
            async with asyncio.timeout_at(self._body_until_s):
                message = await self._receive()
        except TimeoutError:
            raise _RefusedError(408, b"That came too slowly.\n") from None
        self._received_bytes += len(message.get("body", b""))
        if self._received_bytes > MOST_BODY_BYTES:
            raise _too_large()
        self._has_body = bool(message.get("more_body"))
        return message

    async def send(self, message: Message) -> None:
        """Send the next piece of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message["headers"])
            names = {name.lower() for name, _ in given}
            given += [header for header in _HEADERS if header[0] not in names]
            if self._is_secure:
                given.append(_HSTS)
            message = {**message, "headers": given}
        else:
            self.sent_bytes += len(message.get("body", b""))
        await self._send(message)
        if message.get("more_body") and self.deadline:
            self.deadline.reschedule(asyncio.get_running_loop().time() + ANSWER_WITHIN_S)

    async def end(self, status: int, words: bytes) -> None:
        """Answer in a few words, if no answer has begun; and close the line, as more of the request may be on it."""
        if not self.status:
            await answer(self.send, status, words, [(b"connection", b"close")])
