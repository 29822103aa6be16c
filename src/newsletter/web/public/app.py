"""The whole site as one application: the pages of readers, the archive's files, and a word on its health."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Router

from newsletter.archive.full_text import FullText
from newsletter.errors import StoreError
from newsletter.store import reading
from newsletter.web.public import discussion
from newsletter.web.public.files import Files, answer
from newsletter.web.public.forwarded import networks
from newsletter.web.public.gate import Gate, Rules
from newsletter.web.public.routes import routes
from newsletter.web.public.search import Search, is_question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Engine
    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

    from newsletter.config import Settings
    from newsletter.web.public.gate import Told
    from newsletter.web.public.site import Site

HEALTH = "/healthz"


def build_app(site: Site, told: Told, trouble: Callable[[], str]) -> ASGIApp:
    """Return the application.

    Args:
        site: What the pages need.
        told: Who is told of each request, and of what nobody expected.
        trouble: Says whether mails cannot be sent just now; empty where they can.
    """
    settings = site.settings
    pages = [*routes(site), *discussion.routes(site)]
    inner = _Inside(
        pages=Router(pages, redirect_slashes=False),
        words=frozenset(route.path.split("/")[1] for route in pages),
        files=Files(settings.archive.out),
        search=Search(site, FullText(settings.archive.out)),
        moved=_moved(pages, settings),
        health=_Health(site, trouble),
    )
    where = urlsplit(settings.newsletter.url)
    rules = Rules(frozenset({where.hostname or ""}), where.path, networks(settings.site.proxies))
    return Gate(inner, rules, told)


@dataclass(frozen=True, slots=True)
class _Inside:
    """Who answers what, behind the gate."""

    pages: Router
    words: frozenset[str]
    """The first words of the paths that are pages of readers."""
    files: Files
    search: Search
    moved: Mapping[str, str]
    """Paths that are no page's, and what they lead to."""
    health: _Health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == HEALTH:
            await self.health(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope["root_path"])
        if (target := self.moved.get(path)) is not None:
            await _lead_to(send, scope["root_path"], target)
        elif path[1:].partition("/")[0] in self.words:
            await self._page(scope, receive, send)
        elif is_question(scope, path):
            await self.search(scope, receive, send)
        else:
            await self.files(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # by which Starlette knows that somebody takes its exceptions
        try:
            await self.pages(scope, receive, send)
        except HTTPException as refused:
            if refused.status_code == HTTPStatus.NOT_FOUND:
                await self.files.not_found(scope, send)
                return
            headers = [(name.encode(), value.encode()) for name, value in (refused.headers or {}).items()]
            await answer(send, refused.status_code, f"{refused.detail}\n".encode(), headers)


def _moved(pages: Sequence[Route], settings: Settings) -> Mapping[str, str]:
    """Return the old addresses that the settings name, and those of pages without the slash at their end."""
    typed = {route.path.rstrip("/"): route.path for route in pages if route.path.endswith("/")}
    return {**dict(settings.archive.redirects), **typed, "": "/"}


async def _lead_to(send: Send, root_path: str, target: str) -> None:
    """Answer that an address has changed for good; what was posted to it is posted to the new one."""
    where = f"{root_path}{target}" if target.startswith("/") else target
    await answer(send, HTTPStatus.PERMANENT_REDIRECT, b"", [(b"location", where.encode())])


@dataclass(frozen=True, slots=True)
class _Health:
    """Says whether all is well, for a program that watches: no data, and no word that is not always the same."""

    site: Site
    trouble: Callable[[], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await run_in_threadpool(_ask, self.site.engine)
            is_there = True
        except StoreError:
            is_there = False
        is_well = not self.trouble() and not self.site.allowance.is_used_up
        said = {
            "status": ("ok" if is_well else "degraded") if is_there else "down",
            "database": "ok" if is_there else "down",
            "postman": "waiting" if self.trouble() else "ok",
            "leaving": "waiting" if self.site.wishes.waiting() else "ok",
            "sign_ups": "used up" if self.site.allowance.is_used_up else "ok",
        }
        # Mails that wait are no reason to take the site away from its readers.
        await JSONResponse(said, 200 if is_there else 503, {"cache-control": "no-store"})(scope, receive, send)


def _ask(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.exec_driver_sql("select count(*) from meta")
