"""Whether addresses answer, asked politely; what answered well is kept for a day."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from newsletter.fetch import Asked, Web, ask_all, fetch, keep, read_kept
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web_server import Asked as Asking
    from tests.web_server import WebServer

HERE = Web(named_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def server() -> Iterator[WebServer]:
    with running_server() as running:
        yield running


def asked(*urls: str) -> list[Asked]:
    found = ask_all(urls, HERE, pause_s=0)
    return [found[url] for url in urls]


def test_an_address_is_asked_by_head_alone_where_that_is_enough(server: WebServer) -> None:
    assert asked(server.serve("/a", b"x" * 1000)) == [Asked(200)]
    assert [one.command for one in server.log] == ["HEAD"]


def test_where_head_is_refused_get_decides(server: WebServer) -> None:
    server.routes["/a"] = lambda one: one.answer(405 if one.command == "HEAD" else 200)
    server.routes["/b"] = lambda one: one.answer(403)

    assert asked(server.url("/a"), server.url("/b")) == [Asked(200), Asked(403, "answers 403 Forbidden")]
    assert [one.command for one in server.log] == ["HEAD", "GET"] * 2


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (410, "Gone")])
def test_what_is_gone_is_known_to_be(server: WebServer, status: int, phrase: str) -> None:
    server.routes["/a"] = lambda one: one.answer(status)

    assert asked(server.url("/a")) == [Asked(status, f"answers {status} {phrase}", is_gone=True)]


def test_a_host_that_is_not_there_is_gone_unless_nobody_answers(server: WebServer) -> None:
    def nowhere(host: str, _port: int) -> list[str]:
        if host == "127.0.0.1":
            return [host]
        raise OSError

    web, url = Web(HERE.named_hosts, nowhere), "https://nowhere.invalid/a"
    reason = 'cannot be reached: there is no host "nowhere.invalid", or no connection'

    assert ask_all([url], web)[url] == Asked(0, reason)
    assert ask_all([url, server.serve("/a", b"")], web)[url] == Asked(0, reason, is_gone=True)


def test_an_address_that_leads_inwards_is_not_asked(server: WebServer) -> None:
    url = server.serve("/a", b"")
    [found] = ask_all([url]).values()

    assert (found.status, found.is_gone) == (0, False)
    assert found.reason.startswith("leads to 127.0.0.1, which is no address of the open web")
    assert server.log == []


def test_what_is_no_address_is_told(server: WebServer) -> None:
    assert asked("https://[::1") == [Asked(0, "is not an address that can be read")]


def test_where_it_has_moved_for_good_is_told(server: WebServer) -> None:
    server.redirect("/old", "/new", 301)
    server.redirect("/new", "/login", 302)
    server.redirect("/login", "/gone-on", 301)
    server.redirect("/for-now", "/login", 307)
    server.serve("/gone-on", b"")

    assert asked(server.url("/old"), server.url("/for-now")) == [Asked(200, moved_to=server.url("/new")), Asked(200)]
    assert fetch(server.url("/old"), web=HERE).final_url == server.url("/gone-on")


def test_a_host_is_never_asked_for_two_at_a_time(server: WebServer) -> None:
    busy, at_once = threading.Semaphore(1), []

    def answer(one: Asking) -> None:
        at_once.append(busy.acquire(blocking=False))
        one.answer(200)
        busy.release()

    server.routes.update({f"/{number}": answer for number in range(5)})
    urls = [server.url(f"/{number}") for number in range(5)]
    done: list[int] = []

    assert set(ask_all([*urls, *urls], HERE, pause_s=0, told=done.append).values()) == {Asked(200)}
    assert at_once == [True] * 5
    assert done == [5]


def test_good_answers_are_kept_for_a_day(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "links.json"
    keep(path, {"https://a": Asked(200, moved_to="https://b"), "https://c": Asked(404, "x", is_gone=True)}, 1000.0)
    keep(path, {"https://d": Asked(200)}, 80_000.0)

    assert read_kept(path, 1000.0 + 86_400) == {"https://a": Asked(200, moved_to="https://b"), "https://d": Asked(200)}
    assert read_kept(path, 1001.0 + 86_400) == {"https://d": Asked(200)}
    assert read_kept(path, 999.0) == {}  # written by a clock that was ahead

    keep(path, {}, 1001.0 + 86_400)
    assert "https://a" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"https://a": 1}', '{"https://a": [1, 2]}', '{"https://a": ["x", "", 1]}']
)
def test_a_file_that_cannot_be_read_holds_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "links.json"
    path.write_text(text, "utf-8")

    assert read_kept(path, 0.0) == {}


def test_where_nobody_may_write_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    keep(tmp_path / "file" / "links.json", {"https://a": Asked(200)}, 0.0)

    assert read_kept(tmp_path / "file" / "links.json", 0.0) == {}
