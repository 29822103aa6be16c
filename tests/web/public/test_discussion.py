"""What is handed on to the server of the discussion and handed back, by a server that shows what it got."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from newsletter.config import Discussion
from newsletter.web.public.discussion import routes
from tests.web.public.sites import desk_in
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from newsletter.web.public.site import Site
    from tests.web_server import Asked, WebServer

READER = "203.0.113.9"


@dataclass(frozen=True, slots=True)
class Door:
    """Our site, and the server of its discussion."""

    site: Site
    isso: WebServer

    def ask(self, method: str, path: str, *, root: str = "", **options: Any) -> httpx.Response:
        """Ask our site, as a reader at READER; `root` is the path that the site stands at."""
        app = Starlette(routes=routes(self.site))
        whole = Starlette(routes=[Mount(root, app)]) if root else app

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(whole, client=(READER, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url="https://proef.example") as client:
                return await client.request(method, root + path, **options)

        return asyncio.run(once())


def site_with(folder: Path, discussion: Discussion) -> Site:
    site = desk_in(folder).site
    return replace(site, settings=replace(site.settings, discussion=discussion))


@pytest.fixture
def isso() -> Iterator[WebServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def door(isso: WebServer, tmp_path: Path) -> Iterator[Door]:
    site = site_with(tmp_path, Discussion("isso", server=isso.url("").rstrip("/")))
    yield Door(site, isso)
    site.engine.dispose()


@pytest.mark.parametrize(
    "discussion", [Discussion(), Discussion("link", "https://forum.example/"), Discussion(server="http://127.0.0.1")]
)
def test_without_a_discussion_of_its_own_the_site_has_no_such_pages(discussion: Discussion, tmp_path: Path) -> None:
    site = site_with(tmp_path, discussion)

    assert routes(site) == []
    site.engine.dispose()


def test_a_question_goes_to_the_server_as_it_came(isso: WebServer, door: Door) -> None:
    isso.serve("/?uri=%2Fp%2Fproef%2F&limit=3", b'{"replies": []}', Content_Type="application/json")

    answer = door.ask("GET", "/comments/?uri=%2Fp%2Fproef%2F&limit=3", headers={"accept-language": "nl"})

    assert (answer.status_code, answer.json()) == (200, {"replies": []})
    (asked,) = isso.log
    assert (asked.command, asked.path) == ("GET", "/?uri=%2Fp%2Fproef%2F&limit=3")
    assert dict(asked.headers) == {
        "Host": f"127.0.0.1:{isso.port}",
        "accept": "*/*",
        "accept-language": "nl",
        "x-forwarded-for": READER,
        "x-forwarded-proto": "https",
        "accept-encoding": "identity",
    }


def test_who_asks_is_said_by_us_alone(isso: WebServer, door: Door) -> None:
    isso.serve("/config", b"{}")
    claims = {
        "x-forwarded-for": "198.51.100.1",
        "forwarded": "for=198.51.100.1",
        "x-script-name": "/evil",
        "authorization": "Basic YTpi",
        "proxy-authorization": "Basic YTpi",
        "connection": "x-hop",
        "x-hop": "1",
        "te": "trailers",
        "origin": "https://proef.example",
        "cookie": "session=1; 12=WzEy.a-_; isso-12=x; 7=ok; admin-session=secret; 8=a,b",
    }

    door.ask("GET", "/comments/config", headers=claims)

    (asked,) = isso.log
    kept = {name: value for name, value in asked.headers.items() if name in claims}
    assert kept == {"x-forwarded-for": READER, "origin": "https://proef.example", "cookie": "12=WzEy.a-_; 7=ok"}


def test_a_comment_is_handed_on_with_its_words(isso: WebServer, door: Door) -> None:
    isso.serve("/new?uri=%2Fp%2Fproef%2F", b"{}")
    comment = {"text": "Met é en <b>", "author": None}

    answer = door.ask("POST", "/comments/new?uri=%2Fp%2Fproef%2F", json=comment)

    assert answer.status_code == 200
    (asked,) = isso.log
    assert httpx.Response(200, content=asked.body).json() == comment
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "js/embed.min.js"),
        ("GET", "feed?uri=%2Fp%2F"),
        ("GET", "id/12?plain=1"),
        ("PUT", "id/12"),
        ("DELETE", "id/12"),
        ("POST", "count"),
        ("POST", "preview"),
        ("POST", "id/12/like"),
        ("GET", "id/12/activate/MTI.awk.x-y_z"),
        ("POST", "id/12/delete/MTI.awk.x-y_z"),
    ],
)
def test_what_the_discussion_needs_is_handed_on(method: str, path: str, isso: WebServer, door: Door) -> None:
    isso.serve(f"/{path}", b"yes")
    isso.serve(f"/{path}".replace("%40", "@"), b"yes")

    assert door.ask(method, f"/comments/{path}", content=b"{}").content == b"yes"
    assert [asked.command for asked in isso.log] == [method]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "admin/"),
        ("POST", "login/"),
        ("GET", "demo/"),
        ("GET", "js/embed.dev.js"),
        ("GET", "js/embed-min.js"),
        ("GET", "id/x"),
        ("GET", "id/12/edit/key"),
        ("POST", ""),
        ("DELETE", ""),
        ("OPTIONS", "new"),
        ("PATCH", "id/12"),
        ("GET", "%2E%2E/config"),
        ("GET", "config%0d%0aX-Evil:%201"),
        ("GET", "config/"),
        ("GET", "http://evil.example/"),
        ("GET", "id/12/activate/a/b"),
        ("PUT", "id/12/unsubscribe/anna%40example.org/key"),
    ],
)
def test_nothing_else_reaches_the_server(method: str, path: str, isso: WebServer, door: Door) -> None:
    answer = door.ask(method, f"/comments/{path}", content=b"{}")

    assert (answer.status_code, isso.log) == (404, [])


def cookies(asked: Asked) -> None:
    asked.send_response_only(201)
    for name, value in (
        ("Content-Length", "2"),
        ("Content-Type", "application/json"),
        ("Set-Cookie", "12=signed; Max-Age=900; Path=/; SameSite=Lax"),
        ("Set-Cookie", "13=signed; Domain=example.org; path=/x; Secure"),
        ("X-Set-Cookie", "isso-12=signed; Max-Age=900; Path=/; SameSite=Lax"),
        ("Access-Control-Allow-Origin", "https://evil.example"),
        ("Connection", "X-Secret"),
        ("X-Secret", "1"),
        ("Location", "https://evil.example/"),
        ("Server", "Isso"),
    ):
        asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(b"{}")


@pytest.mark.parametrize("root", ["", "/news"])
def test_cookies_stay_below_the_comments(root: str, isso: WebServer, door: Door) -> None:
    isso.routes["/new"] = cookies

    answer = door.ask("POST", "/comments/new", root=root, content=b"{}")

    assert answer.status_code == 201
    assert answer.headers.multi_items() == [
        ("content-length", "2"),
        ("content-type", "application/json"),
        ("set-cookie", f"12=signed; Max-Age=900; SameSite=Lax; Path={root}/comments/; HttpOnly"),
        ("set-cookie", f"13=signed; Secure; Path={root}/comments/; HttpOnly"),
        ("x-set-cookie", "isso-12=signed; Max-Age=900; SameSite=Lax"),
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex"),
    ]


def test_a_page_of_the_moderator_may_run_its_own_script_and_no_other(isso: WebServer, door: Door) -> None:
    isso.serve("/id/1/activate/key", b"<script>confirm()</script>", Content_Type="text/html; charset=utf-8")

    answer = door.ask("GET", "/comments/id/1/activate/key")

    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"
    )


def test_the_script_may_be_kept_and_asked_for_again(isso: WebServer, door: Door) -> None:
    isso.routes["/js/embed.min.js"] = lambda asked: asked.answer(
        304 if asked.headers["If-None-Match"] == '"a"' else 200, ETag='"a"', Cache_Control="max-age=600"
    )

    first = door.ask("GET", "/comments/js/embed.min.js")
    again = door.ask("GET", "/comments/js/embed.min.js", headers={"if-none-match": '"a"'})
    head = door.ask("HEAD", "/comments/js/embed.min.js")

    assert [answer.status_code for answer in (first, again, head)] == [200, 304, 200]
    assert (first.headers["cache-control"], first.headers["etag"]) == ("max-age=600", '"a"')
    assert head.content == b""


def test_a_body_longer_than_any_comment_is_refused(isso: WebServer, door: Door) -> None:
    answer = door.ask("POST", "/comments/new", content=b"x" * (64 * 1024 + 1))

    assert (answer.status_code, answer.text, isso.log) == (413, "That is too long.\n", [])


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Door]:
    """A site whose server is away."""
    with running_server() as gone:
        server = gone.url("").rstrip("/")
    site = site_with(tmp_path, Discussion("isso", server=server))
    yield Door(site, gone)
    site.engine.dispose()


def test_a_server_that_is_away_is_said_in_a_line(alone: Door) -> None:
    answer = alone.ask("GET", "/comments/config")

    assert (answer.status_code, answer.text) == (502, "The discussion cannot be reached just now.\n")


def sent(door: Door, path: str) -> list[Any]:
    """All that the site hands to its server as the answer to a GET."""
    *_, route = routes(door.site)
    messages: list[Any] = []

    scope: dict[str, Any] = {"method": "GET", "path_params": {"path": path}, "query_string": b"", "headers": []}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        messages.append(message)

    async def once() -> None:
        await route.app({**scope, "type": "http", "root_path": "", "client": None, "scheme": "https"}, receive, send)

    asyncio.run(once())
    return messages


def test_an_answer_that_breaks_off_is_no_whole_one(isso: WebServer, door: Door) -> None:
    def break_off(asked: Asked) -> None:
        asked.send_response(200)
        asked.send_header("Content-Length", "100")
        asked.end_headers()
        asked.wfile.write(b"half")

    isso.routes["/config"] = break_off

    start, *pieces = sent(door, "config")

    assert start["status"] == 200
    assert [(piece["body"], piece["more_body"]) for piece in pieces] == [(b"half", True)]


def test_an_answer_without_end_is_cut(isso: WebServer, door: Door) -> None:
    isso.serve("/latest", b"x" * (4 * 1024 * 1024 + 1))

    _, *pieces = sent(door, "latest")

    assert sum(len(piece["body"]) for piece in pieces) <= 4 * 1024 * 1024
    assert all(piece["more_body"] for piece in pieces)


LEAVE = "id/12/unsubscribe/anna+news%40example.org/WyJ1.awk.x-y_z"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_that_ends_mails_about_answers_asks_first(method: str, isso: WebServer, door: Door) -> None:
    answer = door.ask(method, f"/comments/{LEAVE}", headers={"accept-language": "en"})

    assert (answer.status_code, isso.log) == (200, [])
    if method == "GET":
        assert "<h1>No more mails about answers?</h1>" in answer.text
        assert '<form class="form" method="post">' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_its_button_ends_them(isso: WebServer, door: Door) -> None:
    isso.serve("/id/12/unsubscribe/anna%2Bnews@example.org/WyJ1.awk.x-y_z", b"<p>unsubscribed</p>")

    answer = door.ask("POST", f"/comments/{LEAVE}", data={"lang": "nl"})

    assert (answer.status_code, [asked.command for asked in isso.log]) == (200, ["GET"])
    assert "<h1>Geen mails meer over antwoorden</h1>" in answer.text
    assert "unsubscribed" not in answer.text


def test_a_link_that_isso_does_not_know_is_none_of_ours(isso: WebServer, door: Door) -> None:
    isso.routes["/id/12/unsubscribe/anna%2Bnews@example.org/WyJ1.awk.x-y_z"] = lambda asked: asked.answer(403)

    assert door.ask("POST", f"/comments/{LEAVE}").status_code == 404


def test_where_isso_is_away_the_button_stays(alone: Door) -> None:
    answer = alone.ask("POST", f"/comments/{LEAVE}", data={"lang": "en"})

    assert answer.status_code == 502
    assert "That is not possible just now. Please try again in a few minutes." in answer.text
    assert '<form class="form" method="post">' in answer.text
