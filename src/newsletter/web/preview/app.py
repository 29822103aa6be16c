"""What the server answers: the page, its files, the stream of events, and the pictures of an issue."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from newsletter.config.settings import LANGUAGES
from newsletter.i18n import preferred_language
from newsletter.web.preview.guard import BARE_FRAME_POLICY, FRAME_POLICY, PAGE_POLICY
from newsletter.web.preview.protocol import FILE, HOUSE, LOOK, OVERVIEW
from newsletter.web.preview.words import page_in, static_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from newsletter.web.preview.desk import Desk, Question
    from newsletter.web.preview.protocol import Answer

_EMPTY_FRAME = "<!DOCTYPE html>\n<html><head><title></title></head><body></body></html>\n"
_MAX_SHOWS = 8


def make_app(desk: Desk) -> Starlette:
    """Return the application; `Guard` stands before it."""

    async def page(request: Request) -> Response:
        house = await desk.answer({"do": HOUSE})
        language = json.loads(house.body)["language"] if house.kind == HOUSE else "en"
        html = page_in(preferred_language(request.headers.get("accept-language", ""), LANGUAGES) or language)
        return HTMLResponse(html, headers={"content-security-policy": PAGE_POLICY})

    async def static(request: Request) -> Response:
        content, media_type = static_files().get(request.path_params["name"], (b"", ""))
        return Response(content, media_type=media_type) if media_type else Response(status_code=404)

    async def events(request: Request) -> Response:
        return EventStream(desk.stream(_question(request)))

    async def frame(request: Request) -> Response:
        bare = request.query_params.get("pictures") == "off"
        policy = BARE_FRAME_POLICY if bare else FRAME_POLICY
        return HTMLResponse(_EMPTY_FRAME, headers={"content-security-policy": policy})

    async def file(request: Request) -> Response:
        answer = await desk.file(request.path_params["path"])
        if answer.kind != FILE:
            return Response(status_code=404)
        return Response(answer.body, media_type=answer.media_type, headers={"content-security-policy": FRAME_POLICY})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/static/{name}", static),
            Route("/events", events),
            Route("/site/p/{slug}/", frame),
            Route("/site/{path:path}", file),
        ]
    )


def _question(request: Request) -> Question:
    asked = request.query_params
    if not asked.get("issue"):
        return {"do": OVERVIEW}
    shows = sorted(filter(None, asked.get("shows", "").split(",")[:_MAX_SHOWS]))
    reader, client = asked.get("reader", ""), asked.get("client", "")
    return {"do": LOOK, "issue": asked["issue"], "reader": reader, "client": client, "shows": shows}


class EventStream(Response):
    """Server-sent events, until whoever listens is gone or there are no more."""

    def __init__(self, answers: AsyncIterator[tuple[int, Answer]]) -> None:
        super().__init__(media_type="text/event-stream")
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI gives it
        """Send each answer as an event of its kind."""
        del self.headers["content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sending = asyncio.ensure_future(self._send_all(send))
        gone = asyncio.ensure_future(_gone(receive))
        done, running = await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for task in done:
            task.result()

    async def _send_all(self, send: Send) -> None:
        async for version, answer in self._answers:
            event = b"event: %b\nid: %d\ndata: %b\n\n" % (answer.kind.encode(), version, answer.body)
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
