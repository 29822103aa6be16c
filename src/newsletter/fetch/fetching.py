"""One address in, what stands there out: redirects followed by hand, bytes counted as they are unpacked."""

from __future__ import annotations

import ssl
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

import httpcore
import httpx

from newsletter import __version__
from newsletter.errors import FetchError
from newsletter.fetch.hosts import Resolve, resolve
from newsletter.fetch.wire import Clock, GuardedNetwork, GuardedTransport, RefusedHostError, UnknownHostError
from newsletter.wording import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT)
_FIRST_FAILURE = 400
_AUTO_DETECT = zlib.MAX_WBITS | 32
"""To zlib: gzip, or zlib itself."""
_UNPACKED_AT_ONCE = 65_536
_MAX_REASON_CHARACTERS = 200
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost, with all its redirects."""

    max_bytes: int = 20_000_000
    """Of the body, unpacked."""
    deadline_s: float = 20.0
    """From the first look at the name to the last byte."""
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier answer said of itself, so that the server can say that nothing is new (RFC 9110 section 13)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Web:
    """How the web is reached."""

    named_hosts: frozenset[str] = frozenset()
    """Hosts, in lower case and as DNS has them, that may stand for any number: somebody wrote them down here."""
    resolve: Resolve = resolve
    """The name service."""
    trust: ssl.SSLContext | None = field(default=None, compare=False)
    """Whose certificates are good; the usual authorities where it is None."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stands at an address."""

    content: bytes
    """Unpacked; empty where nothing is new, or where no body was asked for."""
    final_url: str
    """Where the last redirect led."""
    status: int
    content_type: str
    """As the server says it, with its parameters; empty where it says nothing."""
    etag: str
    last_modified: str
    not_modified: bool
    """Nothing is new since the answer that `Known` comes from."""
    moved_to: str = ""
    """Where redirects led that are meant for good (301, 308), before any that is not; empty where it stands."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One answer as it came, a redirect or a refusal too."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case; of several of one name, all of them with commas between."""
    content: bytes
    certificate_ends: datetime | None
    """When the server's certificate does; None without TLS."""


def fetch(
    url: str,
    limits: Limits = Limits(),
    *,
    web: Web = Web(),
    known: Known = Known(),
    method: str = "GET",
    with_body: bool = True,
) -> Fetched:
    """Return what stands at an address; `method` is GET or HEAD, and without `with_body` only what is said of it.

    Raises:
        FetchError: nothing usable does, in one line that names the address; its `status` is that of an answer.
    """
    clock = Clock(limits.deadline_s)
    transport = GuardedTransport(GuardedNetwork(web.resolve, web.named_hosts, clock), web.trust)
    at = _parsed(url, url)
    moved_to, is_for_good = "", True
    with transport:
        for _ in range(limits.max_redirects + 1):
            with _told(at, limits), _answer(transport, method, at, known) as answer:
                if answer.status_code not in _REDIRECTS or "location" not in answer.headers:
                    fetched = _fetched(answer, at, limits, with_body=with_body and method != "HEAD")
                    return replace(fetched, moved_to=moved_to)
                at = _parsed(answer.headers["location"], url, at)
                is_for_good = is_for_good and answer.status_code in _FOR_GOOD
                moved_to = str(at) if is_for_good else moved_to
    raise FetchError(f"{shown_url(url)} redirects more than {limits.max_redirects} times")


def exchange(
    url: str,
    limits: Limits = Limits(),
    *,
    web: Web = Web(),
    method: str = "GET",
    form: str = "",
) -> Exchanged:
    """Ask one server once, and return what it answers; no redirect is followed, and no cookie sent.

    Args:
        url: The address.
        limits: What it may cost; `max_redirects` does not count.
        web: How it is reached.
        method: GET, HEAD or POST.
        form: The body of a POST, encoded as a form is.

    Raises:
        FetchError: no answer can be had, in one line that names the address.
    """
    clock = Clock(limits.deadline_s)
    transport = GuardedTransport(GuardedNetwork(web.resolve, web.named_hosts, clock), web.trust)
    at = _parsed(url, url)
    with transport, _told(at, limits), _answer(transport, method, at, Known(), form) as answer:
        ends = _certificate_ends(answer)  # before the body: at its end the line may be closed
        headers = MappingProxyType(dict(answer.headers))
        return Exchanged(answer.status_code, headers, _body(answer, at, limits), ends)


def _certificate_ends(answer: httpx.Response) -> datetime | None:
    line = answer.extensions["network_stream"].get_extra_info("ssl_object")
    if line is None:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(line.getpeercert()["notAfter"]), UTC)


def shown_url(url: str | httpx.URL) -> str:
    """Return an address as a message shows it: in quotes, and without the user name and password that it may hold."""
    try:
        parsed = httpx.URL(url)
        clean = str(parsed.copy_with(username=None, password=None)) if parsed.userinfo else str(url)
    except httpx.InvalidURL:
        # Whatever stands before the last @ may be a password.
        clean = str(url).rpartition("@")[2]
    return quoted(clean)


def _parsed(written: str, asked: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address in its parts; one that a redirect names counts from `base`.

    Raises:
        FetchError: it is none that can be fetched; the message names the one that was asked for.
    """
    found = f"{shown_url(asked)} redirects to {shown_url(written)}, which" if base else shown_url(written)
    try:
        url = base.join(written) if base else httpx.URL(written)
    except (httpx.InvalidURL, ValueError):  # of the latter, a host that IDNA cannot write
        raise FetchError(f"{found} is not an address that can be read") from None
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > _MAX_PORT:
        raise FetchError(f"{found} is not an address of the web; it begins with https:// or http://")
    return url


@contextmanager
def _answer(
    transport: GuardedTransport, method: str, url: httpx.URL, known: Known, form: str = ""
) -> Iterator[httpx.Response]:
    headers = {"User-Agent": f"newsletter/{__version__}", "Accept": "*/*", "Accept-Encoding": "gzip"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    request = httpx.Request(method, url, headers=headers, content=form or None)
    if url.username:
        request = next(httpx.BasicAuth(url.username, url.password).auth_flow(request))
    # Not by a client, which keeps cookies, and stumbles over a redirect that leads nowhere.
    answer = transport.handle_request(request)
    try:
        yield answer
    finally:
        answer.close()


@contextmanager
def _told(url: httpx.URL, limits: Limits) -> Iterator[None]:
    """Turn all that can go wrong on the wire into one line."""
    try:
        yield
    except RefusedHostError as error:
        message = (
            f"{shown_url(url)} leads to {error.number}, which is no address of the open web; "
            f"only a host that was named may be there, and {quoted(error.host)} was not"
        )
        raise FetchError(message) from error
    except UnknownHostError as error:
        message = f"{shown_url(url)} cannot be reached: there is no host {quoted(error.host)}, or no connection"
        raise FetchError(message) from error
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise FetchError(f"{shown_url(url)} took longer than {limits.deadline_s:g} s") from error
    except httpcore.ConnectError as error:
        raise FetchError(f"{shown_url(url)} cannot be reached: {_reason(error)}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, OSError) as error:
        raise FetchError(f"{shown_url(url)} broke off: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """Return what the system says, in a line: servers have a say in it too."""
    inner = error.__cause__ or error.__context__ or error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({printable(inner.verify_message)})"
    words = inner.strerror if isinstance(inner, OSError) and inner.strerror else str(error)
    return printable(" ".join(words.split()))[:_MAX_REASON_CHARACTERS] or type(error).__name__


def _fetched(answer: httpx.Response, url: httpx.URL, limits: Limits, *, with_body: bool) -> Fetched:
    status = answer.status_code
    if status >= _FIRST_FAILURE:
        raise FetchError(f"{shown_url(url)} answers {status} {_phrase(status)}".rstrip(), status)
    is_same = status == HTTPStatus.NOT_MODIFIED
    headers = answer.headers
    return Fetched(
        content=b"" if is_same or not with_body else _body(answer, url, limits),
        final_url=str(url),
        status=status,
        content_type=headers.get("content-type", ""),
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
        not_modified=is_same,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # of its own making
        return ""


def _body(answer: httpx.Response, url: httpx.URL, limits: Limits) -> bytes:
    """Return the body, unpacked; never more of it is held than may come of it.

    Raises:
        FetchError: it is too large, cut short, or packed in a way that was not asked for.
    """
    packed = answer.headers.get("content-encoding", "").strip().lower()
    pieces: Iterable[bytes] = answer.iter_raw()
    if packed in {"gzip", "x-gzip", "deflate"}:
        pieces = _unpacked(pieces, url)
    elif packed not in {"", "identity"}:
        raise FetchError(f"{shown_url(url)} is packed as {quoted(packed)}, which was not asked for")
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > limits.max_bytes:
            raise FetchError(f"{shown_url(url)} is larger than {limits.max_bytes / 1_000_000:g} MB")
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], url: httpx.URL) -> Iterator[bytes]:
    """Yield what is packed, in pieces of which each is small: a few bytes can hold gigabytes."""
    unpacker = zlib.decompressobj(_AUTO_DETECT)
    try:
        for piece in pieces:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _UNPACKED_AT_ONCE)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise FetchError(f"{shown_url(url)} is packed, and cannot be unpacked") from error
    if not unpacker.eof:
        raise FetchError(f"{shown_url(url)} is packed, and cut short")
