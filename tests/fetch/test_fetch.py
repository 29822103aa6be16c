from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.errors import FetchError
from newsletter.fetch import Fetched, Known, Limits, Web, exchange, fetch, shown_url
from newsletter.fetch import hosts as name_service
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web_server import Asked, WebServer

HERE = Web(named_hosts=frozenset({"127.0.0.1"}))
QUICK = Limits(max_bytes=100_000, deadline_s=0.4, max_redirects=5)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with running_server() as running:
        yield running


def refused(url: str, limits: Limits = QUICK, web: Web = HERE) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits, web=web)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_stands_there_comes_with_what_is_said_of_it(server: WebServer) -> None:
    url = server.serve("/feed", b"<rss/>", Content_Type="application/rss+xml", ETag='"a1"', Last_Modified="yesterday")

    assert fetch(url, web=HERE) == Fetched(
        b"<rss/>", url, 200, "application/rss+xml", '"a1"', "yesterday", not_modified=False
    )


def test_the_server_is_asked_whether_anything_is_new(server: WebServer) -> None:
    server.routes["/feed"] = lambda asked: asked.answer(304, ETag='"a1"')

    found = fetch(server.url("/feed"), web=HERE, known=Known('"a1"', "yesterday"))

    assert (found.not_modified, found.content, found.etag) == (True, b"", '"a1"')
    assert server.log[0].headers["If-None-Match"] == '"a1"'
    assert server.log[0].headers["If-Modified-Since"] == "yesterday"


def test_redirects_are_followed_to_their_end(server: WebServer) -> None:
    server.redirect("/1", "2")
    server.redirect("/2", server.url("/3"), 308)
    server.redirect("/3", "/4?a=b#c", 302)
    server.serve("/4?a=b", b"there")

    found = fetch(server.url("/1"), web=HERE)

    assert (found.content, found.final_url) == (b"there", server.url("/4?a=b#c"))


def test_an_exchange_gives_the_answer_as_it_is(server: WebServer) -> None:
    server.routes["/u/x"] = lambda asked: asked.answer(302, b"moved", Location="/done", Set_Cookie="a=b")

    found = exchange(server.url("/u/x"), web=HERE, method="POST", form="List-Unsubscribe=One-Click")

    assert (found.status, found.content, found.certificate_ends) == (302, b"moved", None)
    assert (found.headers["location"], found.headers["set-cookie"]) == ("/done", "a=b")
    (asked,) = server.log
    assert (asked.command, asked.body) == ("POST", b"List-Unsubscribe=One-Click")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_an_exchange_costs_no_more_than_it_may(server: WebServer) -> None:
    server.serve("/big", b"x" * 200_000)

    with pytest.raises(FetchError, match=r"is larger than 0\.1 MB$"):
        exchange(server.url("/big"), QUICK, web=HERE)
    with pytest.raises(FetchError, match=r"leads to 127\.0\.0\.1, which is no address of the open web"):
        exchange(server.url("/big"), QUICK)


def test_six_redirects_are_too_many(server: WebServer) -> None:
    server.redirect("/round", "/round")

    assert refused(server.url("/round")) == f'"{server.url("/round")}" redirects more than 5 times'
    assert len(server.log) == 6


def test_nothing_is_remembered_between_two_redirects(server: WebServer) -> None:
    server.routes["/a"] = lambda asked: asked.answer(302, Location="/b", Set_Cookie="who=me; Path=/")
    server.serve("/b", b"")

    fetch(server.url("/a"), web=HERE)

    assert "Cookie" not in server.log[1].headers


def test_a_password_in_the_address_goes_to_its_own_host_and_into_no_message(server: WebServer) -> None:
    server.redirect("/a", server.url("/gone", host="other.example"))
    web = Web(frozenset({"127.0.0.1", "other.example"}), resolve=lambda _host, _port: ["127.0.0.1"])

    message = refused(f"http://anna:s3cret@127.0.0.1:{server.port}/a", web=web)

    assert message == f'"{server.url("/gone", host="other.example")}" answers 404 Not Found'
    assert server.log[0].headers["Authorization"].startswith("Basic ")
    assert "Authorization" not in server.log[1].headers
    assert shown_url("https://anna:s3cret@a.example/x") == '"https://a.example/x"'
    assert shown_url("https://anna:s3cret@\x00a.example/x") == '"\\u0000a.example/x"'


def test_an_answer_that_refuses_is_told_with_its_status(server: WebServer) -> None:
    server.routes["/odd"] = lambda asked: asked.answer(599)
    with pytest.raises(FetchError) as caught:
        fetch(server.url("/none"), web=HERE)

    assert (str(caught.value), caught.value.status) == (f'"{server.url("/none")}" answers 404 Not Found', 404)
    assert refused(server.url("/odd")) == f'"{server.url("/odd")}" answers 599'


def test_head_and_get_without_a_body_only_ask(server: WebServer) -> None:
    url = server.serve("/big", b"x" * 200_000, Content_Type="audio/mpeg")

    asked = [fetch(url, QUICK, web=HERE, method="HEAD"), fetch(url, QUICK, web=HERE, with_body=False)]

    assert [(found.status, found.content_type, found.content) for found in asked] == [(200, "audio/mpeg", b"")] * 2
    assert [request.command for request in server.log] == ["HEAD", "GET"]


def test_too_large_a_body_is_not_read_to_its_end(server: WebServer) -> None:
    url = server.serve("/big", b"x" * 100_001)

    assert refused(url) == f'"{url}" is larger than 0.1 MB'
    assert len(fetch(server.serve("/fits", b"x" * 100_000), QUICK, web=HERE).content) == 100_000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_body_is_unpacked(server: WebServer, pack: object) -> None:
    assert callable(pack)
    url = server.serve("/packed", pack(b"words" * 5000), Content_Encoding="gzip")

    assert fetch(url, web=HERE).content == b"words" * 5000


def test_a_bomb_is_put_down_before_it_has_grown(server: WebServer) -> None:
    url = server.serve("/bomb", gzip.compress(b"\0" * 500_000_000, 1), Content_Encoding="gzip")
    began = time.process_time()

    assert refused(url, Limits(max_bytes=100_000, deadline_s=20)) == f'"{url}" is larger than 0.1 MB'
    assert time.process_time() - began < 1


def test_what_is_packed_otherwise_or_cut_short_is_told(server: WebServer) -> None:
    brotli = server.serve("/br", b"\x0b\x02\x80", Content_Encoding="br")
    short = server.serve("/short", gzip.compress(b"words" * 5000)[:-9], Content_Encoding="gzip")
    noise = server.serve("/noise", b"no gzip", Content_Encoding="gzip")

    assert refused(brotli) == f'"{brotli}" is packed as "br", which was not asked for'
    assert refused(short) == f'"{short}" is packed, and cut short'
    assert refused(noise) == f'"{noise}" is packed, and cannot be unpacked'


def test_a_body_that_ends_before_its_length_is_told(server: WebServer) -> None:
    def cut(asked: Asked) -> None:
        asked.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")

    url = server.url("/short")
    server.routes["/short"] = cut

    assert refused(url).startswith(f'"{url}" broke off: peer closed connection')


def drip_a_status(asked: Asked) -> None:
    asked.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    asked.drip(b"x")


def drip_a_body(asked: Asked) -> None:
    asked.send_response(200)
    asked.end_headers()
    asked.drip(b"x")


@pytest.mark.parametrize("route", [drip_a_status, drip_a_body, lambda asked: asked.drip(b"")])
def test_a_slow_answer_ends_at_the_deadline(server: WebServer, route: object) -> None:
    assert callable(route)
    server.routes["/slow"] = route
    began = time.monotonic()

    assert refused(server.url("/slow")) == f'"{server.url("/slow")}" took longer than 0.4 s'
    assert time.monotonic() - began < 20  # it drips for ever


def test_an_endless_chain_of_slow_redirects_ends_at_the_same_deadline(server: WebServer) -> None:
    def slow(asked: Asked) -> None:
        asked.server.is_over.wait(0.15)
        asked.answer(302, Location="/slow")

    server.routes["/slow"] = slow

    assert refused(server.url("/slow")) == f'"{server.url("/slow")}" took longer than 0.4 s'


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "is not an address of the web; it begins with https:// or http://"),
        ("feed.xml", "is not an address of the web; it begins with https:// or http://"),
        ("ftp://a.example/x", "is not an address of the web; it begins with https:// or http://"),
        ("https:///x", "is not an address of the web; it begins with https:// or http://"),
        ("http://[::1", "is not an address that can be read"),
        ("http://a.example:99999/", "is not an address of the web; it begins with https:// or http://"),
        ("http://a\nb/", "is not an address that can be read"),
    ],
)
def test_what_is_no_address_of_the_web_is_told(url: str, why: str) -> None:
    assert refused(url).endswith(f'" {why}')


@pytest.mark.parametrize("to", ["file:///etc/passwd", "javascript:alert(1)", "gopher://127.0.0.1:25/"])
def test_a_redirect_leads_nowhere_but_to_the_web(server: WebServer, to: str) -> None:
    url = server.redirect("/a", to)

    why = "which is not an address of the web; it begins with https:// or http://"
    assert refused(url) == f'"{url}" redirects to "{to}", {why}'


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_however_it_is_written(server: WebServer, host: str) -> None:
    message = refused(server.url("/", host=host), web=Web())

    assert "is no address of the open web; only a host that was named may be there" in message
    assert server.log == []


def test_a_redirect_to_a_private_address_is_refused_though_the_first_host_was_named(server: WebServer) -> None:
    url = server.redirect("/feed", server.url("/latest/meta-data/", host="metadata.example"))
    web = Web(frozenset({"127.0.0.1"}), resolve=lambda host, _: ["169.254.169.254" if "meta" in host else host])

    message = refused(url, web=web)

    assert message == (
        f'"http://metadata.example:{server.port}/latest/meta-data/" leads to 169.254.169.254, which is no address of '
        'the open web; only a host that was named may be there, and "metadata.example" was not'
    )


def test_one_private_number_among_public_ones_is_enough_to_refuse(server: WebServer) -> None:
    web = Web(resolve=lambda _host, _port: ["93.184.216.34", "10.0.0.8"])

    assert "leads to 10.0.0.8," in refused(server.url("/", host="both.example"), web=web)


def test_what_was_looked_at_is_what_is_connected_to(server: WebServer) -> None:
    """A name that means another machine at the second look is asked for once."""
    server.serve("/", b"here")
    looks = iter([["127.0.0.1"], ["10.0.0.8"]])
    web = Web(frozenset({"turns.example"}), resolve=lambda _host, _port: next(looks))

    assert fetch(server.url("/", host="turns.example"), web=web).content == b"here"
    assert server.log[0].headers["Host"] == f"turns.example:{server.port}"
    assert next(looks) == ["10.0.0.8"]


def test_the_next_number_is_tried_where_the_first_does_not_answer(server: WebServer) -> None:
    server.serve("/", b"here")
    web = Web(frozenset({"two.example"}), resolve=lambda _host, _port: ["::1", "127.0.0.1"])

    assert fetch(server.url("/", host="two.example"), web=web).content == b"here"


def test_a_number_that_is_silent_leaves_time_for_the_next(server: WebServer) -> None:
    server.serve("/", b"here")
    web = Web(frozenset({"two.example"}), resolve=lambda _host, _port: ["::1", "127.0.0.1"])
    with socket.create_server(("::1", server.port), family=socket.AF_INET6, backlog=0) as silent:
        waiting = [socket.socket(socket.AF_INET6) for _ in range(4)]  # so many that it takes no more
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(silent.getsockname())

        found = fetch(server.url("/", host="two.example"), Limits(deadline_s=2), web=web)

        for one in waiting:
            one.close()
    assert found.content == b"here"


def test_a_host_that_is_not_there_is_told() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    message = refused("https://none.example/feed", web=Web(resolve=unknown))
    too_long = refused(f"http://{'a' * 70}.example/", web=Web(resolve=name_service.resolve))

    assert message == (
        '"https://none.example/feed" cannot be reached: there is no host "none.example", or no connection'
    )
    assert "can" in too_long


def test_a_name_service_that_is_silent_ends_at_the_deadline_too() -> None:
    never = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        never.wait()
        return []

    message = refused("https://slow.example/", web=Web(resolve=silent))
    never.set()

    assert message == '"https://slow.example/" took longer than 0.4 s'


def test_no_time_at_all_is_soon_over() -> None:
    assert refused("https://a.example/", Limits(deadline_s=0)) == '"https://a.example/" took longer than 0 s'


def test_a_port_that_nobody_listens_on_is_told() -> None:
    with running_server() as server:
        url = server.url("/")

    assert refused(url) == f'"{url}" cannot be reached: Connection refused'


def test_a_certificate_is_held_to_the_name_that_was_asked_for(server: WebServer) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("feed.example").configure_cert(context)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    named = frozenset({"feed.example", "other.example"})
    with running_server(context) as secure:
        secure.serve("/", b"safe")
        web = Web(named, resolve=lambda _host, _port: ["127.0.0.1"], trust=trust)
        there, other = (f"https://{host}:{secure.port}/" for host in ("feed.example", "other.example"))

        assert fetch(there, web=web).content == b"safe"
        assert "cannot be reached: its certificate is not valid (" in refused(other, web=web)
        nobodys = refused(there, web=Web(named, resolve=web.resolve))

    assert "cannot be reached: its certificate is not valid (" in nobodys


def test_no_proxy_of_the_environment_is_obeyed(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert fetch(server.serve("/", b"here"), web=HERE).content == b"here"
