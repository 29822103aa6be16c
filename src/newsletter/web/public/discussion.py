"""The discussion below an issue: Isso, a program beside this one, under `/comments/` of our own site.

A reader's browser knows one site alone, so the page needs no exception to its policy, and no cookie of another site.
Handed on is what the discussion on a page and the links of its moderator ask for, by a table; Isso's own pages for
administrators are reached on its machine, and not through here. Who asks is said by us, and by nobody else. Isso's
cookies, by which somebody may mend a comment for a quarter of an hour, stay below that path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from newsletter.errors import FetchError
from newsletter.fetch.relay import Question, relay
from newsletter.web.public import replies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.types import Receive, Scope, Send

    from newsletter.fetch.relay import Answer
    from newsletter.web.public.site import Site

FOLDER = "/comments/"
MOST_BODY_BYTES = 64 * 1024
"""Of a comment with all that belongs to it."""
_MOST_ANSWER_BYTES = 4 * 1024 * 1024

_ID, _KEY = r"id/[0-9]{1,12}", r"[\w.~-]{1,500}"
_ASKED = tuple(
    (method, re.compile(path, re.ASCII))
    for method, path in (
        ("GET", ""),
        ("GET", r"js/embed\.min\.js"),
        ("GET", r"config|feed|latest"),
        ("GET", _ID),
        ("GET", rf"{_ID}/(?:activate|delete)/{_KEY}"),
        ("POST", r"new|preview|count"),
        ("POST", rf"{_ID}/(?:like|dislike)"),
        ("POST", rf"{_ID}/(?:activate|delete)/{_KEY}"),
        ("PUT", _ID),
        ("DELETE", _ID),
    )
)
"""What is handed on: a method, and the whole path below `/comments/`."""
_HANDED_ON = frozenset(
    {b"accept", b"accept-language", b"content-type", b"if-modified-since", b"if-none-match", b"origin", b"referer"}
)
_HANDED_BACK = frozenset(
    {b"cache-control", b"content-length", b"content-type", b"etag", b"expires", b"last-modified", b"retry-after"}
)
_COOKIES = re.compile(r"(?:^|;)\s*([0-9]{1,12}=[^;,\s]+)(?=;|$)", re.ASCII)
"""Isso's own of a request: each is named after its comment."""
_PATH = re.compile(r";\s*(?:path|domain)=[^;]*", re.IGNORECASE)
_SCRIPT_OF_ITS_PAGE = b"default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"
"""A moderator's link shows a page whose script asks once more before it does something."""


def routes(site: Site) -> list[Route]:
    """Return the routes of the discussion; none where it is not below the issues."""
    discussion = site.settings.discussion
    if discussion.kind != "isso":
        return []
    return [
        Route(f"{FOLDER}{replies.PATH}", partial(replies.ask, site), methods=["GET"]),
        Route(f"{FOLDER}{replies.PATH}", partial(replies.press, site), methods=["POST"]),
        Route(f"{FOLDER}{{path:path}}", _Door(discussion.server)),
    ]


class _TooLargeError(Exception):
    """A body is larger than any comment."""


@dataclass(frozen=True, slots=True)
class _Door:
    """Hands requests on to Isso; an ASGI application."""

    server: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as Isso does, or say that it cannot."""
        path = scope["path_params"]["path"]
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if not any(method == allowed and pattern.fullmatch(path) for allowed, pattern in _ASKED):
            await PlainTextResponse("There is no such page.\n", HTTPStatus.NOT_FOUND)(scope, receive, send)
            return
        try:
            question = Question(method, _target(scope, path), list(_handed_on(scope)), await _body(receive))
            async with relay(self.server, question, most_bytes=_MOST_ANSWER_BYTES) as answer:
                await _hand_back(answer, scope, send)
        except _TooLargeError:
            words = "That is too long.\n"
            await PlainTextResponse(words, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
        except FetchError:
            words = "The discussion cannot be reached just now.\n"
            await PlainTextResponse(words, HTTPStatus.BAD_GATEWAY)(scope, receive, send)


def _target(scope: Scope, path: str) -> str:
    """Return path and query as they came; what a path has to be escaped for has been read by now."""
    query = scope["query_string"].decode("latin-1")
    return f"/{quote(path, safe='/@')}{f'?{query}' if query else ''}"


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            raise _TooLargeError
        if not message.get("more_body"):
            return bytes(body)


def _handed_on(scope: Scope) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers that Isso gets: some of those that came, and who asks, as we know it."""
    for name, value in scope["headers"]:
        if name in _HANDED_ON:
            yield name, value
        elif name == b"cookie" and (own := _COOKIES.findall(value.decode("latin-1"))):
            yield b"cookie", "; ".join(own).encode("latin-1")
    client = scope["client"]
    yield b"x-forwarded-for", (client[0] if client else "127.0.0.1").encode("latin-1")
    yield b"x-forwarded-proto", scope["scheme"].encode()
    yield b"accept-encoding", b"identity"


async def _hand_back(answer: Answer, scope: Scope, send: Send) -> None:
    headers = list(_handed_back(answer.headers, f"{scope['root_path']}{FOLDER}"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if scope["method"] != "HEAD":
        try:
            async for piece in answer.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except FetchError:
            return  # without its end, the server cuts the line, and the browser knows that something is missing
    await send({"type": "http.response.body", "body": b""})


def _handed_back(headers: Iterable[tuple[bytes, bytes]], folder: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers that a browser gets; cookies are of no other path than ours."""
    names = set()
    for name, value in headers:
        names.add(name)
        if name in _HANDED_BACK:
            yield name, value
        elif name == b"set-cookie":
            yield name, f"{_PATH.sub('', value.decode('latin-1'))}; Path={folder}; HttpOnly".encode("latin-1")
        elif name == b"x-set-cookie":
            # By it the script knows which comments may be mended: set by the page, it is the page's own.
            yield name, _PATH.sub("", value.decode("latin-1")).encode("latin-1")
        if name == b"content-type" and value.startswith(b"text/html"):
            yield b"content-security-policy", _SCRIPT_OF_ITS_PAGE
    if b"cache-control" not in names and b"etag" not in names:
        yield b"cache-control", b"no-store"
    yield b"x-robots-tag", b"noindex"
