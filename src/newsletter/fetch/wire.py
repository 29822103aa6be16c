"""The wire below httpx: it connects to numbers that were looked at, and to no others, and everything ends in time.

The number is looked at where the connection is made, so a name that means something else a moment later (DNS
rebinding) gains nothing. Each wait is cut to what is left of the whole, so a server that drips is not waited for.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from newsletter.fetch.hosts import is_public, resolved_within

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

    from newsletter.fetch.hosts import Resolve


class RefusedHostError(Exception):
    """A host stands for a number that is not of the open web."""

    def __init__(self, host: str, number: str) -> None:
        super().__init__(host, number)
        self.host, self.number = host, number


class UnknownHostError(Exception):
    """A host stands for nothing."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class Clock:
    """What is left of the time for all of one fetch."""

    def __init__(self, deadline_s: float) -> None:
        self._ends_at = time.monotonic() + deadline_s

    def left_s(self) -> float:
        """Return the seconds left.

        Raises:
            TimeoutError: there are none.
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the clock."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the clock's counts
        return self._inner.read(max_bytes, self._clock.left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as in `read`
        self._inner.write(buffer, self._clock.left_s())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as in `read`
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._clock.left_s()), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedNetwork(httpcore.NetworkBackend):
    """Makes connections to the open web, and to hosts that were named."""

    def __init__(self, resolver: Resolve, named_hosts: frozenset[str], clock: Clock) -> None:
        self._resolver = resolver
        self._named_hosts = named_hosts
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the clock's counts
        local_address: str | None = None,  # noqa: ARG002 - nobody asks for one
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of a host's numbers that answers.

        Raises:
            RefusedHostError: one of them is not of the open web.
            UnknownHostError: it has none.
            httpcore.ConnectError: none answers.
            TimeoutError: the time is up.
        """
        *others, last = self._numbers(host, port)
        for index, number in enumerate(others):
            # One that is silent must not take the time of those behind it: many networks have half an IPv6.
            share_s = self._clock.left_s() / (len(others) - index + 1)
            try:
                return self._connect(number, port, share_s, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, self._clock.left_s(), socket_options)

    def _connect(
        self, number: str, port: int, timeout_s: float, socket_options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        inner = self._inner.connect_tcp(number, port, timeout_s, socket_options=socket_options)
        return _Stream(inner, self._clock)

    def _numbers(self, host: str, port: int) -> list[str]:
        try:
            numbers = resolved_within(self._resolver, host, port, self._clock.left_s())
        except TimeoutError:
            raise
        except OSError as error:
            raise UnknownHostError(host) from error
        refused = next((number for number in numbers if not is_public(number)), "")
        if refused and host.lower() not in self._named_hosts:
            raise RefusedHostError(host, refused)
        return numbers


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx's way to the wire: HTTP/1.1, over a guarded network and nothing else."""

    def __init__(self, network: GuardedNetwork, trust: ssl.SSLContext | None) -> None:
        context = trust or httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, and return the answer with its body still on the wire."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
