"""A question handed on to one server of ours, and its answer handed back piece by piece.

Another server's address stands in newsletter.toml, and whoever asks cannot change it: neither by a path, nor by a
redirect, which is handed back like any other answer. No cookie is kept, no proxy of the environment obeyed, and no
connection held open.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import httpx

from newsletter.errors import FetchError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Sequence

_CONNECT_S, _WAIT_S = 5.0, 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is handed on."""

    method: str
    target: str
    """Path and query, as they stand in a request: `/id/3?plain=1`."""
    headers: Sequence[tuple[bytes, bytes]]
    """All that go along, but for Host and the length."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back, with its body still on the wire."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    """Names in lower case; of one name there may be several."""
    pieces: AsyncIterator[bytes]
    """Raises FetchError where the server breaks off, or what comes is more than may come."""


@asynccontextmanager
async def relay(server: str, question: Question, *, most_bytes: int) -> AsyncIterator[Answer]:
    """Hand a question on, and give the answer.

    Args:
        server: Its address, without a slash at its end.
        question: What is asked.
        most_bytes: Of the answer's body.

    Raises:
        FetchError: the server does not answer, or cannot be asked so.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncHTTPTransport(verify=_authorities(), limits=limits) as transport:
        try:
            answer = await transport.handle_async_request(_request(server, question))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(f"{server} does not answer: {str(error) or type(error).__name__}") from error
        try:
            headers = tuple((name.lower(), value) for name, value in answer.headers.raw)
            yield Answer(answer.status_code, headers, _pieces(answer, server, most_bytes))
        finally:
            await answer.aclose()


@cache
def _authorities() -> ssl.SSLContext:
    """Return whom to trust; to read them takes some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def _request(server: str, question: Question) -> httpx.Request:
    url = httpx.URL(server).copy_with(raw_path=question.target.encode("ascii", "replace"))
    timeout = httpx.Timeout(_WAIT_S, connect=_CONNECT_S).as_dict()
    headers, body = [*question.headers], question.body or None
    return httpx.Request(question.method, url, headers=headers, content=body, extensions={"timeout": timeout})


async def _pieces(answer: httpx.Response, server: str, most_bytes: int) -> AsyncIterator[bytes]:
    count = 0
    try:
        async for piece in answer.aiter_raw():
            count += len(piece)
            if count > most_bytes:
                raise FetchError(f"{server} answers with more than {most_bytes:,} bytes")
            yield piece
    except httpx.HTTPError as error:
        raise FetchError(f"{server} broke off") from error
