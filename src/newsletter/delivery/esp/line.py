"""The way to a provider. A request is posted once: whether once more is safe, others decide.

What a library of HTTP calls a lost connection says nothing of how much of the request was written before. So its own
account of what it does is listened to: of a request whose last octet was not handed to the system, the provider cannot
have the whole.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from newsletter.delivery.esp.calls import Lost, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from ssl import SSLContext

    from newsletter.delivery.esp.calls import Call

MAX_ANSWER_BYTES = 1_000_000
"""Far more than any provider answers; what is longer is no answer to us."""
PIECE_BYTES = 16_384
WAITS = 3
"""So often the time for one wait may a whole answer take; one that drips would have no end."""
_WRITTEN = "http11.send_request_body.complete"
_CONNECT_S = 20.0


class Line:
    """The connections to one provider."""

    def __init__(self, client: httpx.AsyncClient, total_s: float) -> None:
        """`total_s` is for a request and its answer, however many times either is waited for."""
        self._client = client
        self._total_s = total_s

    async def post(self, call: Call) -> Reply | Lost:
        """Post a request and return the answer, or how far it came."""
        progress = Progress()
        try:
            async with asyncio.timeout(self._total_s):
                return await self._post(call, progress)
        except TimeoutError:
            return Lost("it did not answer in time", progress.was_written)
        except (httpx.HTTPError, httpx.StreamError) as error:
            return Lost(_spoken(error), progress.was_written)

    async def _post(self, call: Call, progress: Progress) -> Reply | Lost:
        headers = {**call.headers, "Content-Length": str(len(call.body))}
        request = self._client.build_request("POST", call.url, headers=headers, content=_in_pieces(call.body))
        request.extensions["trace"] = progress.note
        answer = await self._client.send(request, stream=True)
        body = bytearray()
        try:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    return Lost("its answer had no end", was_written=True)
        finally:
            await answer.aclose()
        return Reply(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, bytes(body))


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Yield a body piece by piece: that a line was cut while one was written is told when the next one is."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


class Progress:
    """How far a request came."""

    def __init__(self) -> None:
        self.was_written = False

    async def note(self, event: str, _details: Any) -> None:
        """Be told by the library what it did."""
        if event == _WRITTEN:
            self.was_written = True


@asynccontextmanager
async def open_line(connections: int, timeout_s: float, context: SSLContext | None = None) -> AsyncIterator[Line]:
    """Give the way to a provider; `context` says whom to trust instead of the usual certificate authorities.

    No redirect is followed, and nothing is tried twice. `timeout_s` is for each wait.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=5)
    timeout = httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s), pool=None)
    async with httpx.AsyncClient(
        verify=context or True, limits=limits, timeout=timeout, follow_redirects=False
    ) as client:
        yield Line(client, WAITS * timeout_s)


def _spoken(error: Exception) -> str:
    """Say what happened. The words of the library are not shown: they may hold the address with what is in it."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return "it could not be reached in time"
    if isinstance(error, httpx.ConnectError):
        return "it could not be reached"
    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return "the line was cut, or what came was no answer"
    return "the line was lost"
