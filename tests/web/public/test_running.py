"""The site as a process: what it needs, how it ends, and the mails that it sends of itself."""

from __future__ import annotations

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cli.post import Post
from tests.delivery.servers import real_server
from tests.web.public.processes import WAITS_S, rows, serving, smtp, until

if TYPE_CHECKING:
    from pathlib import Path

# How it ends, and what it needs


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_when_what_was_asked_is_answered(tmp_path: Path, number: int, status: int) -> None:
    with serving(tmp_path) as site, ThreadPoolExecutor(1) as pool:
        said = site.form()
        idle = socket.create_connection(("127.0.0.1", site.port))
        asked = pool.submit(site.ask, "POST", "/subscribe/", data=said | {"email": "anna@example.org"})
        until(lambda: rows(tmp_path, "select 1 from subscriber"))
        began_s = time.monotonic()
        assert site.end(number) == status
        assert time.monotonic() - began_s < 5
        assert asked.result().status_code == 202
        idle.close()
    assert rows(tmp_path, "select count(*) from sender") == [(0,)]


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as site, socket.create_connection(("127.0.0.1", site.port)) as line:
        head = b"POST /subscribe/ HTTP/1.1\r\nhost: proef.example\r\ncontent-length: 9\r\n"
        line.sendall(head + b"content-type: application/x-www-form-urlencoded\r\n\r\n")
        until(lambda: site.get("/healthz").status_code == 200)
        site.process.send_signal(signal.SIGINT)
        until(lambda: not _is_open(site.port))  # the first one is heard, and the request keeps it
        assert site.process.poll() is None
        assert site.end(signal.SIGINT) == 130


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(tmp_path, "--port", str(port)) as site:
            assert site.process.wait(WAITS_S) == 2
    expected = (
        f"error: port {port} of 127.0.0.1 cannot be used: Address already in use; choose with --host and --port\n"
    )
    assert site.log.read_text("utf-8") == expected


def test_without_a_key_nothing_is_served(tmp_path: Path) -> None:
    with serving(tmp_path, NEWSLETTER_SECRET_KEY="") as site:
        assert site.process.wait(WAITS_S) == 2
    assert "NEWSLETTER_SECRET_KEY is not set" in site.log.read_text("utf-8")


def test_a_mistake_in_the_welcome_is_told_and_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "welcome.md").write_text("---\nsubjet: Welkom\n---\nFijn.\n", "utf-8")
    with serving(tmp_path) as site:
        assert site.get("/subscribe/").status_code == 200
    said = 'warning: issues/welcome.md:2:1: the front matter has no key "subjet" (did you mean "subject"?)\n'
    assert said in site.log.read_text("utf-8")


def test_a_mistake_in_a_text_of_your_own_is_told_and_nothing_is_served(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "mails" / "confirm.nl.md"
    own.parent.mkdir(parents=True)
    own.write_text("---\nsubject: Hoi\n---\n{{ confirm }}\n", "utf-8")
    with serving(tmp_path) as site:
        assert site.process.wait(WAITS_S) == 2
    assert site.log.read_text("utf-8").startswith(
        'templates/mails/confirm.nl.md:4:1: error: "{{ confirm }}": there is no'
    )


def test_a_proxy_that_is_none_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, "--proxy", "nginx") as site:
        assert site.process.wait(WAITS_S) == 2
    said = 'error: --proxy: found "nginx", expected an IP address, or a network such as 10.0.0.0/8\n'
    assert site.log.read_text("utf-8") == said


# Its own mails


def test_a_button_pressed_by_many_at_once_brings_one_mail(tmp_path: Path) -> None:
    inbox = Post()
    with real_server(inbox) as port, serving(tmp_path, **smtp(port)) as site, ThreadPoolExecutor(8) as pool:
        said = site.form() | {"email": "anna@example.org"}
        answers = [pool.submit(site.ask, "POST", "/subscribe/", data=said) for _ in range(8)]
        assert {answer.result().status_code for answer in answers} == {202}
        inbox.wait_for(1)
        until(lambda: rows(tmp_path, "select state from delivery") == [("sent",)])
    assert inbox.recipients == ["anna@example.org"]


def test_a_mail_server_that_is_away_does_not_stop_the_site(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        with serving(tmp_path, **smtp(nobody.getsockname()[1])) as site:
            said = site.form() | {"email": "anna@example.org"}
            assert site.ask("POST", "/subscribe/", data=said).status_code == 202
            until(lambda: site.get("/healthz").json()["postman"] == "waiting")
            assert site.get("/healthz").json() == {
                "status": "degraded",
                "database": "ok",
                "postman": "waiting",
                "leaving": "ok",
                "sign_ups": "ok",
            }
            assert site.get("/").status_code == 200
            assert site.end() == 0
    assert rows(tmp_path, "select state, lease from delivery") == [("pending", None)]
    assert "warning: " in site.log.read_text("utf-8")


def test_two_sites_at_one_database_send_each_mail_once(tmp_path: Path) -> None:
    inbox = Post()
    with real_server(inbox) as port, serving(tmp_path, **smtp(port)) as one, serving(tmp_path, **smtp(port)) as other:
        said = one.form()
        people = [f"reader-{number}@example.org" for number in range(12)]
        with ThreadPoolExecutor(6) as pool:
            sites = [one, other] * len(people)
            answers = pool.map(
                lambda pair: pair[0].ask("POST", "/subscribe/", data=said | {"email": pair[1]}),
                zip(sites, people, strict=False),
            )
            assert {answer.status_code for answer in answers} == {202}
        until(lambda: len(inbox.envelopes) >= len(people))
        until(lambda: {state for (state,) in rows(tmp_path, "select state from delivery")} == {"sent"})
        assert (one.end(), other.end()) == (0, 0)
    assert sorted(inbox.recipients) == sorted(people)


def test_strangers_limits_are_those_of_their_own_address(tmp_path: Path) -> None:
    """Where no proxy is named, what a stranger writes into his headers gives him no second allowance."""
    with serving(tmp_path, toml=LIMITED) as site:
        said = site.form()
        statuses = [
            httpx.post(
                f"{site.url}subscribe/",
                data=said | {"email": f"reader-{number}@example.org"},
                headers={"x-forwarded-for": f"192.0.{number}.1"},
                timeout=WAITS_S,
            ).status_code
            for number in range(4)
        ]
    assert statuses == [202, 202, 429, 429]


LIMITED = (
    '[newsletter]\nname = "Proef"\nurl = "https://proef.example"\nlanguage = "nl"\nfrom_name = "R"\n'
    'from_address = "r@proef.example"\npostal_address = "Straat 1"\n[site]\nmost_sign_ups_from_network = 2\n'
)
