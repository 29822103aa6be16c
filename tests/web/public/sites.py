"""A newsletter's public pages, a clock of their own, and a browser without a window."""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from typing import TYPE_CHECKING

import httpx
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from newsletter.audience.consent import consents_of
from newsletter.audience.tokens import Purpose, Token, sign
from newsletter.config import load
from newsletter.render import render_page
from newsletter.store import open_store, reading, writing
from newsletter.store.schema import delivery, metadata, send, subscriber
from newsletter.web.public.gate import Told
from newsletter.web.public.routes import routes
from newsletter.web.public.site import Site, open_site
from tests.audience.lists import KEY, NOW_MS, TOML

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Engine
    from starlette.types import ASGIApp

    from newsletter.audience.consent import Consent

MORE = """
[site]
parts = ["weekly", "offers"]
titles.weekly.nl = "Weekoverzicht"
titles.weekly.en = "Weekly digest"
titles.offers = "Aanbiedingen"

[segments]
weekly = "'weekly' in tags"
offers = "'no-offers' not in tags"
"""
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(slots=True)
class Clock:
    """The site's time, which a test moves on."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass(frozen=True, slots=True)
class Browser:
    """Asks the site, from one IP address, and follows nothing."""

    app: Starlette
    client: str = "192.0.2.7"

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, options))

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(self.client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="https://example.org") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("POST", path, **options)


@dataclass(frozen=True, slots=True)
class Desk:
    """A site, and who looks at it."""

    site: Site
    browser: Browser
    clock: Clock
    posted: list[str] = field(default_factory=list)
    """A word for each time that the postman was woken."""

    def token(self, purpose: Purpose, subscriber_id: int, about: int = 0) -> str:
        return sign(self.site.keys, self.site.settings.newsletter.list_id, Token(purpose, subscriber_id, about))

    def fill_in(self, address: str, *, waits_ms: int = 5000, path: str = "/subscribe/", **said: str) -> httpx.Response:
        """Open the form, wait, and send it."""
        fields = hidden(self.browser.get(path).text)
        self.clock.now_ms += waits_ms
        return self.browser.post("/subscribe/", data=fields | {"email": address} | said)

    def add(self, address: str = "anna@example.org", **values: Any) -> int:
        """Add a subscriber; return the id."""
        with writing(self.site.engine) as connection:
            added = subscriber.insert().values(person(address, **values)).returning(subscriber.c.id)
            return int(connection.execute(added).scalar_one())

    def everybody(self) -> list[Any]:
        """All subscribers, oldest first."""
        with reading(self.site.engine) as connection:
            return list(connection.execute(select(subscriber).order_by(subscriber.c.id)))

    def seen_from(self, client: str) -> Desk:
        """The same site, for whoever comes from another IP address."""
        return replace(self, browser=replace(self.browser, client=client))

    def of(self, subscriber_id: int) -> Any:
        """What is kept of a subscriber; None for nobody."""
        with reading(self.site.engine) as connection:
            return connection.execute(select(subscriber).where(subscriber.c.id == subscriber_id)).first()

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        return dump(self.site.engine)


def person(address: str, **values: Any) -> dict[str, Any]:
    """A row of the table of subscribers."""
    return {
        "address": address,
        "address_key": address.lower(),
        "status": "active",
        "language": "nl",
        "created_at_ms": NOW_MS,
        "consent_source": "a test",
    } | values


def dump(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table)).all())) for name, table in metadata.tables.items()
        }


def hidden(html: str) -> dict[str, str]:
    """What the hidden fields of a page's first form hold."""
    form = html.partition("<form")[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


def words(answer: httpx.Response) -> str:
    """What a page says between its tags, in one line."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", f"<{main}")).split())


def mails(desk: Desk) -> list[tuple[str, str]]:
    """The mails of our own in the ledger: what each is, and to whom it goes."""
    with reading(desk.site.engine) as connection:
        chosen = select(send.c.issue_id, delivery.c.address).join(delivery, delivery.c.send_id == send.c.id)
        rows = connection.execute(chosen.where(send.c.issue_id.startswith("own:")).order_by(delivery.c.id))
        return [(row.issue_id.split(":")[1], row.address) for row in rows]


def steps(desk: Desk, subscriber_id: int) -> tuple[Consent, ...]:
    """What somebody did on the pages."""
    with reading(desk.site.engine) as connection:
        return consents_of(connection, subscriber_id)


def desk_in(folder: Path, *, engine: Engine | None = None, more: str = MORE, toml: str = TOML) -> Desk:
    """Open the site of a newsletter in `folder`."""
    (folder / "newsletter.toml").write_text(toml + more, "utf-8")
    settings = load(folder, {"NEWSLETTER_SECRET_KEY": KEY})
    store = engine or open_store("sqlite:///newsletter.db", folder, fresh_id="a-test")
    clock = Clock()
    posted: list[str] = []
    site = open_site(store, settings, clock, lambda: posted.append("post"))
    return Desk(site, Browser(Starlette(routes=routes(site))), clock, posted)


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Serve the pages and their stylesheet on this machine; give the address."""
    site = desk.site
    style = render_page(site.theme, site.settings, "web/style.css.j2", "nl", {})
    look = Route("/assets/style.css", lambda _: PlainTextResponse(style, media_type="text/css"))
    front = Route("/", lambda _: PlainTextResponse("The archive"))
    app = Starlette(routes=[*routes(site), look, front])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="none")
    )
    listening = server.config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def ask(app: ASGIApp, path: str, method: str = "GET", **options: Any) -> httpx.Response:
    """Ask an application for a page; nothing is followed."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    return asyncio.run(asked())


def told(log: list[str], bugs: list[BaseException]) -> Told:
    """Who is told of requests and of bugs: two lists."""
    return Told(lambda: 0, log.append, bugs.append)
