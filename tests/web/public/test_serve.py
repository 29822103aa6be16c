"""The site as a process: what it serves, to whom, and how it ends."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from newsletter.web.public.gate import MOST_BODY_BYTES
from tests.web.public.processes import WAITS_S, Running, build, read_all, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One site for those tests that leave it as it was."""
    with serving(tmp_path_factory.mktemp("site"), "--proxy", "127.0.0.0/8") as site:
        yield site


# The archive


def test_a_page_is_served_and_known_again(running: Running) -> None:
    first = running.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "The archive" in first.text
    assert first.headers["content-encoding"] == "gzip"
    again = running.get("/", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-length" not in again.headers
    other = running.get("/", if_none_match='"something-else", W/"more"')
    assert other.status_code == 200


def test_who_takes_no_gzip_gets_none(running: Running) -> None:
    for said in ("identity", "gzip;q=0, br", ""):
        answer = running.get("/", accept_encoding=said)
        assert "content-encoding" not in answer.headers
        assert "The archive" in answer.text


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-cache"),
        ("/feed.json", "no-cache"),
        ("/assets/style.css", "no-cache"),
        ("/assets/style.css?v=12345678", "public, max-age=31536000, immutable"),
        ("/assets/cover.3f9c2a1b.jpg", "public, max-age=31536000, immutable"),
        ("/?v=1", "no-cache"),
        ("/subscribe/", "no-store"),
        ("/healthz", "no-store"),
    ],
)
def test_what_a_browser_may_keep(running: Running, path: str, kept: str) -> None:
    assert running.get(path).headers["cache-control"] == kept


@pytest.mark.parametrize("path", ["/", "/p/new/", "/sound.mp3", "/subscribe/", "/healthz", "/nope", "/u/x"])
def test_head_is_as_get_without_the_body(running: Running, path: str) -> None:
    got, head = running.get(path), running.ask("HEAD", path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    lasting = {name: value for name, value in got.headers.items() if name not in {"date", "content-length"}}
    assert {name: value for name, value in head.headers.items() if name not in {"date", "content-length"}} == lasting
    assert head.headers["content-length"]


@pytest.mark.parametrize(
    "path",
    [
        "/../newsletter.toml",
        "/%2e%2e/%2e%2e/newsletter.toml",
        "/..%2f..%2fnewsletter.toml",
        "/p/%2e%2e/%2e%2e/%2e%2e/newsletter.toml",
        "/..\\..\\newsletter.toml",
        "//etc/passwd",
        "/%00",
        "/index.html%00.jpg",
        "/.newsletter-archive",
        "/_redirects",
        "/out-link.html",
        "/p/new/index.html/",
        "/" + "a/" * 2000,
        "/" + "a" * 5000,
        "/p/",
    ],
)
def test_nothing_else_is_served(running: Running, path: str) -> None:
    answer = running.raw(f"GET {path} HTTP/1.1\r\nhost: proef.example\r\nconnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"No such page" in answer
    assert b"secret" not in answer
    assert b"[newsletter]" not in answer


def test_a_folder_leads_to_its_page(running: Running) -> None:
    assert running.get("/p/new").headers["location"] == "/p/new/"
    answer = running.raw(b"GET //evil.example/../p/new HTTP/1.1\r\nhost: proef.example\r\nconnection: close\r\n\r\n")
    assert b"location: //" not in answer


def test_old_addresses_lead_on(running: Running) -> None:
    for old, new in (("/old", "/p/new/"), ("/away", "https://elsewhere.example/x"), ("/subscribe", "/subscribe/")):
        answer = running.get(old)
        assert (answer.status_code, answer.headers["location"]) == (308, new)


def test_a_large_file_is_served_in_parts_too(running: Running) -> None:
    whole = running.get("/sound.mp3")
    assert len(whole.content) == 2 * 1024 * 1024
    part = running.get("/sound.mp3", range="bytes=256-259")
    assert (part.status_code, part.content) == (206, b"\x00\x01\x02\x03")
    assert running.get("/sound.mp3", if_none_match=whole.headers["etag"]).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_the_archive_can_only_be_looked_at(running: Running, method: str) -> None:
    answer = running.ask(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_new_site_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        old = site.get("/")
        kept = tmp_path / "out" / "site"
        kept.rename(tmp_path / "out" / "before")
        build(tmp_path)
        (kept / "index.html").write_text("<!DOCTYPE html><title>Anew</title>", "utf-8")
        new = site.get("/", if_none_match=old.headers["etag"])
        assert (new.status_code, "Anew" in new.text) == (200, True)
        (kept / "index.html").unlink()
        assert site.get("/").status_code == 404


def test_where_there_is_no_archive_it_is_built(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(
        '[newsletter]\nname = "Proef"\nurl = "https://proef.example"\nlanguage = "nl"\nfrom_name = "R"\n'
        'from_address = "r@proef.example"\npostal_address = "Straat 1"\n',
        "utf-8",
    )
    with serving(tmp_path) as site:
        assert "Proef" in site.get("/").text
        assert (tmp_path / "out" / "site" / "index.html").is_file()


# The gate


def test_what_every_answer_says(running: Running) -> None:
    for path in ("/", "/subscribe/", "/assets/style.css", "/nope", "/healthz", "/old", "/u/x"):
        headers = running.get(path, x_forwarded_proto="https", x_forwarded_for="192.0.2.7").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"] or path.startswith("/assets/")
        assert headers["referrer-policy"] in {"no-referrer", "strict-origin-when-cross-origin"}
        assert not {"server", "set-cookie", "x-powered-by"} & set(headers)


def test_over_http_nothing_is_said_of_https(running: Running) -> None:
    assert "strict-transport-security" not in running.get("/").headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("proef.example", 200),
        ("PROEF.example:443", 200),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("evil.example", 421),
        ("proef.example.evil.example", 421),
        ("proef.example@evil.example", 421),
        ("", 421),
    ],
)
def test_the_host_is_ours(running: Running, host: str, status: int) -> None:
    assert running.get("/", host=host).status_code == status
    assert running.get("/healthz", host=host).status_code == 200


def test_without_a_host_nothing_is_served(running: Running) -> None:
    assert running.raw(b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 421")


def test_huge_bodies_are_refused(running: Running) -> None:
    said = b"POST /subscribe/ HTTP/1.1\r\nhost: proef.example\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    announced = running.raw(said + b"content-length: 70000\r\n\r\n")
    assert announced.startswith(b"HTTP/1.1 413 ")
    chunk = b"%x\r\n%s\r\n" % (MOST_BODY_BYTES + 1, b"a" * (MOST_BODY_BYTES + 1))
    assert running.raw(said + b"transfer-encoding: chunked\r\n\r\n" + chunk).startswith(b"HTTP/1.1 413 ")
    assert running.ask("POST", "/u/x", content=b"a=" + b"b" * 60_000, headers=FORM).status_code != 413


def test_huge_heads_are_refused(running: Running) -> None:
    assert running.raw(b"GET / HTTP/1.1\r\nhost: proef.example\r\nx: " + b"a" * 40_000).startswith(b"HTTP/1.1 400 ")


def test_who_says_nothing_or_too_little_is_not_waited_for(running: Running) -> None:
    """A line that says nothing, half a head, half a second head, and half a body; all at once."""
    ask = b"GET /healthz HTTP/1.1\r\nhost: proef.example\r\n\r\n"
    post = b"POST /subscribe/ HTTP/1.1\r\nhost: proef.example\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    beginnings = [b"", b"GET / HT", ask + b"GET /", post + b"content-length: 100\r\n\r\nemail="]

    def drip(beginning: bytes) -> tuple[bytes, float]:
        began_s = time.monotonic()
        with socket.create_connection(("127.0.0.1", running.port), timeout=WAITS_S) as line:
            line.sendall(beginning)
            return read_all(line), time.monotonic() - began_s

    with ThreadPoolExecutor(len(beginnings)) as pool:
        answers = list(pool.map(drip, beginnings))
    assert [answer.split(b"\r\n")[0] for answer, _ in answers] == [
        b"",
        b"",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 408 Request Timeout",
    ]
    assert all(seconds < 15 for _, seconds in answers)


def test_a_slow_drip_is_cut_off_in_the_end(running: Running) -> None:
    began_s = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port), timeout=WAITS_S) as line:
        line.settimeout(0.3)
        line.sendall(b"GET / HTTP/1.1\r\nhost: proef.example\r\nx-drip: ")
        is_open = True
        while is_open and time.monotonic() - began_s < 20:
            try:
                line.sendall(b"a")
                is_open = bool(line.recv(1))
            except TimeoutError:
                continue
            except OSError:
                is_open = False
    assert not is_open
    assert time.monotonic() - began_s < 15


def test_the_log_says_nothing_of_who_asked(running: Running) -> None:
    running.get("/p/new/?email=anna@example.org", user_agent="Spy/1.0", referer="https://nosy.example/")
    running.get("/u/ieaqdzqjhleqo5dowgyoktjz2mcl3ba", x_forwarded_for="192.0.2.77")
    running.ask("POST", "/subscribe/", data={"email": "anna@example.org"})
    running.raw(b"GET /\x1b[31m%0aanna@example.org HTTP/1.1\r\nhost: proef.example\r\nconnection: close\r\n\r\n")
    log = running.log.read_text("utf-8")
    lines = [line.split(" ", 1)[1] for line in log.splitlines() if "/p/new/" in line or "/u/" in line]
    assert any(line.startswith("GET /p/new/ 200 ") for line in lines)
    assert any(line.startswith("GET /u/… ") for line in lines)
    for secret in ("anna", "192.0.2", "127.0.0.1", "Spy", "nosy", "ieaqdz"):
        assert secret not in log.replace(running.url, "")


def test_a_site_below_a_path(tmp_path: Path) -> None:
    """With a proxy that leaves the path as it is, and one that takes it off."""
    toml = (
        '[newsletter]\nname = "Proef"\nurl = "https://proef.example/news"\nlanguage = "nl"\nfrom_name = "R"\n'
        'from_address = "r@proef.example"\npostal_address = "Straat 1"\n'
    )
    with serving(tmp_path, toml=toml) as site:
        for path in ("/news/", "/"):
            assert "The archive" in site.get(path).text
        for path in ("/news/subscribe/", "/subscribe/"):
            assert site.get(path).status_code == 200
        for path in ("/news/subscribe", "/subscribe"):
            assert site.get(path).headers["location"] == "/news/subscribe/"
        assert site.get("/news/p/new").headers["location"] == "/news/p/new/"
        assert site.get("/news").headers["location"] == "/news/"
        assert site.get("/newspaper/").status_code == 404
