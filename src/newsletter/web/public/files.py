"""The archive's files: each as it is on the disk at this moment, from memory where it is the same as before.

A build puts a new site in the place of the old one in one step, and the next request finds the new files: each time, a
file is looked at (which takes microseconds) and read again where it is another. What is read is kept with its digest,
by which a browser asks again, and compressed once, up to a bound on the memory.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import stat
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import FileResponse

from newsletter.archive.served import ASK_AGAIN, FOR_EVER, cache_control_of, media_type_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    Headers = list[tuple[bytes, bytes]]

MOST_BYTES = 64 * 1024 * 1024
"""Of all that is kept in memory."""
MOST_BYTES_OF_ONE = 1024 * 1024
"""A larger file is read from the disk each time."""

_PART = re.compile(r"[^\x00-\x1f\x7f/\\]{1,255}")
_COMPRESSED_FROM_BYTES = 512
_TEXTS = ("text/", "application/json", "application/xml", "application/manifest+json", "image/svg+xml")
_ACTIVE = ("text/html", "text/javascript")
"""What may do something by itself; a worker, such as that of the search, takes the policy of its script's file."""
PAGE_POLICY = b"frame-ancestors 'none'; object-src 'none'; base-uri 'none'"
"""Beside the policy that each page of the archive carries in itself."""
FILE_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""Of what is no page: shown by itself, as a picture in SVG can be, it does nothing."""

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    """One file in memory."""

    stamp: _Stamp
    etag: bytes
    headers: Headers
    """All but the length and the encoding."""
    body: bytes
    compressed: bytes
    """By gzip; empty where that is not worth it."""

    @property
    def size(self) -> int:
        return len(self.body) + len(self.compressed)


class Files:
    """Serves the files below one folder, with GET and HEAD, to whoever asks; an ASGI application."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = str(folder)
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    @property
    def kept_bytes(self) -> int:
        """How much is kept in memory."""
        return self._bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            await answer(send, 405, b"This page can only be looked at.\n", [(b"allow", b"GET, HEAD")])
            return
        path = scope["path"].removeprefix(scope["root_path"])
        found = self._find(path)
        if found is None:
            await self.not_found(scope, send)
        elif not path.endswith("/") and stat.S_ISDIR(found[1].st_mode):
            await _lead_on(send, scope, f"{scope['path']}/")
        else:
            await self._serve(scope, receive, send, *found)

    async def not_found(self, scope: Scope, send: Send) -> None:
        """Answer with the archive's own page of what is not there."""
        found = self._find("/404.html")
        kept = await self._keep(*found) if found else None
        if kept is None:
            await answer(send, 404, b"There is no such page.\n", [])
            return
        headers = [(name, value) for name, value in kept.headers if name not in {b"etag", b"vary"}]
        await _send(send, scope, 404, [*headers, (b"cache-control", ASK_AGAIN.encode())], kept.body)

    def _find(self, path: str) -> tuple[str, os.stat_result] | None:
        """Return the file that a path of the site names, and how it is now; None where there is none to be shown."""
        parts = path.split("/")[1:]
        if parts and not parts[-1]:
            parts[-1] = "index.html"
        # Names that begin like this are not for readers: what a build keeps for itself, and lists for other hosts.
        if not parts or any(part.startswith((".", "_")) or not _PART.fullmatch(part) for part in parts):
            return None
        name = "/".join((self._folder, *parts))
        try:
            return name, os.stat(name)  # noqa: PTH116 - a Path would take longer to make than the file to look at
        except (OSError, ValueError):
            return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send, name: str, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode) or not self._is_inside(name):
            await self.not_found(scope, send)
            return
        if found.st_size > MOST_BYTES_OF_ONE:
            await _serve_large(scope, receive, send, name, found)
            return
        kept = await self._keep(name, found)
        if kept is None:  # it went away in between
            await self.not_found(scope, send)
            return
        headers = [*kept.headers, (b"cache-control", _cache_control(scope, name))]
        if _is_known(scope["headers"], kept.etag):
            await _send(send, scope, 304, headers, b"")
        elif kept.compressed and _takes_gzip(scope["headers"]):
            await _send(send, scope, 200, [*headers, (b"content-encoding", b"gzip")], kept.compressed)
        else:
            await _send(send, scope, 200, headers, kept.body)

    def _is_inside(self, name: str) -> bool:
        """Say whether a file lies in the folder itself: a link could lead to any other."""
        if name in self._kept:
            return True
        return os.path.realpath(name).startswith(os.path.realpath(self._folder) + os.sep)

    async def _keep(self, name: str, found: os.stat_result) -> _Kept | None:
        stamp = _stamp(found)
        kept = self._kept.get(name)
        if kept is None or kept.stamp != stamp:
            self._forget(name)
            kept = await asyncio.to_thread(_read, name)
            if kept is None:
                return None
            self._forget(name)  # as two may have asked at once
            self._kept[name] = kept
            self._bytes += kept.size
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._kept)))
        else:
            self._kept.move_to_end(name)
        return kept

    def _forget(self, name: str) -> None:
        if (kept := self._kept.pop(name, None)) is not None:
            self._bytes -= kept.size


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(name: str) -> _Kept | None:
    """Read a file, and compress it; None if it is not there any more."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - a name that was looked at already
            stamp = _stamp(os.fstat(file.fileno()))
            body = file.read(MOST_BYTES_OF_ONE + 1)
    except OSError:
        return None
    media_type = media_type_of(name)
    compressed = b""
    if media_type.startswith(_TEXTS) and len(body) >= _COMPRESSED_FROM_BYTES:
        compressed = gzip.compress(body, 6, mtime=0)
    etag = b'"%s"' % sha256(body).hexdigest()[:20].encode()
    headers = [
        (b"content-type", media_type.encode()),
        # Weak, as it stands for the content however it is encoded on the way (RFC 9110 section 8.8.1).
        (b"etag", b"W/" + etag if compressed else etag),
        (b"content-security-policy", PAGE_POLICY if media_type.startswith(_ACTIVE) else FILE_POLICY),
    ]
    if compressed:
        headers.append((b"vary", b"accept-encoding"))
    return _Kept(stamp, etag, headers, body, compressed)


def _cache_control(scope: Scope, name: str) -> bytes:
    """Say how long a browser may keep a file: for ever where its address changes with its content."""
    is_versioned = scope["query_string"].startswith(b"v=") and "/assets/" in scope["path"]
    return (FOR_EVER if is_versioned else cache_control_of(name)).encode()


def _is_known(headers: Headers, etag: bytes) -> bool:
    """Say whether a browser has this already (RFC 9110 section 13.1.2)."""
    for name, value in headers:
        if name == b"if-none-match":
            known = (word.strip().removeprefix(b"W/") for word in value.split(b","))
            return any(word in {etag, b"*"} for word in known)
    return False


def _takes_gzip(headers: Headers) -> bool:
    for name, value in headers:
        if name == b"accept-encoding":
            return any(_is_wanted(word) for word in value.lower().split(b","))
    return False


def _is_wanted(word: bytes) -> bool:
    coding, _, weight = word.partition(b";")
    return coding.strip() == b"gzip" and weight.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}


async def _serve_large(scope: Scope, receive: Receive, send: Send, name: str, found: os.stat_result) -> None:
    etag = b'"%x-%x"' % (found.st_mtime_ns, found.st_size)
    headers = {
        "etag": etag.decode(),
        "cache-control": _cache_control(scope, name).decode(),
        "content-security-policy": FILE_POLICY.decode(),
    }
    if _is_known(scope["headers"], etag):
        await _send(send, scope, 304, [(key.encode(), value.encode()) for key, value in headers.items()], b"")
        return
    await FileResponse(name, headers=headers, stat_result=found, media_type=media_type_of(name))(scope, receive, send)


async def _lead_on(send: Send, scope: Scope, path: str) -> None:
    query = scope["query_string"]
    # From the path that was asked for, so that it stays on this site whatever stands before it.
    where = "/" + path.lstrip("/\\")
    location = _quoted(where) + (b"?" + query if query else b"")
    await answer(send, 308, b"", [(b"location", location)])


def _quoted(path: str) -> bytes:
    return quote(path, safe="/~!$&'()*+,;=:@").encode()


async def answer(send: Send, status: int, words: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Send a few words as plain text, which nobody keeps."""
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    length = (b"content-length", b"%d" % len(words))
    await send({"type": "http.response.start", "status": status, "headers": [*plain, length, *headers]})
    await send({"type": "http.response.body", "body": words})


async def _send(send: Send, scope: Scope, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole answer; of one to HEAD, and of a 304, only what stands before the body."""
    given = headers if status == 304 else [*headers, (b"content-length", b"%d" % len(body))]  # noqa: PLR2004 - not modified
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
