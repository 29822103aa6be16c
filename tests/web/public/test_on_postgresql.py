"""The site as processes of its own on PostgreSQL: one reader's whole way, two sites at once, and a server that goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.cli.post import Post
from tests.delivery.servers import real_server
from tests.postgresql import programs, running
from tests.web.public.processes import serving, smtp, until
from tests.web.public.sites import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tests.postgresql import Server
    from tests.web.public.processes import Running

SITE = "https://proef.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PEOPLE = 12


@pytest.fixture
def address(postgresql: Server) -> str:
    """Of an empty database."""
    return postgresql.new_database()


@pytest.fixture
def inbox() -> Iterator[tuple[Post, dict[str, str]]]:
    """A mail server, and what leads to it."""
    post = Post()
    with real_server(post) as port:
        yield post, smtp(port)


def rows(address: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(address) as connection:
        return list(connection.execute(statement.encode()))


def link(post: Post, to: str, lead: str) -> str:
    """The path of the link that begins so, in the one mail to somebody."""
    mails = [message_from_bytes(content, policy=policy.default) for content in post.contents]
    (mail,) = [mail for mail in mails if mail["to"] == to and f"{SITE}{lead}" in str(mail)]
    part = mail.get_body(("plain",))
    assert part is not None
    return lead + str(part.get_content()).partition(f"{SITE}{lead}")[2].split()[0].rstrip(">")


def sign_up(site: Running, address: str) -> None:
    said = site.form() | {"email": address}
    assert site.ask("POST", "/subscribe/", data=said).status_code == 202


def test_a_reader_comes_chooses_and_leaves(tmp_path: Path, address: str, inbox: tuple[Post, dict[str, str]]) -> None:
    post, mail_server = inbox
    with serving(tmp_path, NEWSLETTER_STORE_URL=address, **mail_server) as site:
        sign_up(site, "anna@example.org")
        post.wait_for(1)
        confirm = link(post, "anna@example.org", "/c/")
        assert site.ask("POST", confirm, data=hidden(site.get(confirm).text)).status_code == 200
        assert rows(address, "select status from subscriber") == [("active",)]

        path = site.link_to_choose(1)
        said = hidden(site.get(path).text) | {"language": "en", "pause": "2"}
        assert site.ask("POST", path, data=said).status_code == 200
        assert rows(address, "select language, paused_until_at_ms > created_at_ms from subscriber") == [("en", True)]

        for _ in range(2):
            assert site.ask("POST", site.link_to_leave(1), data=ONE_CLICK).status_code == 200
        assert rows(address, "select status from subscriber") == [("unsubscribed",)]
        assert rows(address, "select step from consent order by id") == [("asked",), ("confirmed",), ("left",)]
        assert site.get("/healthz").json()["status"] == "ok"
        assert site.end() == 0


def test_two_sites_on_one_database_send_each_mail_once(
    tmp_path: Path, address: str, inbox: tuple[Post, dict[str, str]]
) -> None:
    post, mail_server = inbox
    settings = {"NEWSLETTER_STORE_URL": address, **mail_server}
    with serving(tmp_path, **settings) as one, serving(tmp_path, **settings) as other:
        people = [f"reader{number}@example.org" for number in range(PEOPLE)]
        with ThreadPoolExecutor(PEOPLE) as threads:
            asked = [threads.submit(sign_up, site, person) for person in people for site in (one, other)]
            assert [task.exception() for task in asked] == [None] * len(asked)
        post.wait_for(PEOPLE)
        until(lambda: rows(address, "select count(*) from delivery where state = 'sent'") == [(PEOPLE,)])
        paths = [link(post, person, "/c/") for person in people]
        with ThreadPoolExecutor(PEOPLE) as threads:
            pressed = [threads.submit(press, site, path) for path in paths for site in (one, other)]
            assert {task.result() for task in pressed} == {200}
        assert rows(address, "select count(*) from consent where step = 'confirmed'") == [(PEOPLE,)]
        with ThreadPoolExecutor(PEOPLE) as threads:
            ids = [found for (found,) in rows(address, "select id from subscriber")]
            left = [threads.submit(leave, site, found) for found in ids for site in (one, other)]
            assert {task.result() for task in left} == {200}
        assert rows(address, "select count(*) from consent where step = 'left'") == [(PEOPLE,)]
        assert (one.end(), other.end()) == (0, 0)
    assert sorted(post.recipients) == sorted(people)


def press(site: Running, path: str) -> int:
    return site.ask("POST", path, data=hidden(site.get(path).text)).status_code


def leave(site: Running, number: int) -> int:
    return site.ask("POST", site.link_to_leave(number), data=ONE_CLICK).status_code


def test_who_leaves_while_the_server_is_gone_has_left(tmp_path: Path) -> None:
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL on this machine; .ci/postgres installs it")
    with running(folder) as server:
        address = server.new_database()
        with serving(tmp_path, NEWSLETTER_STORE_URL=address) as site:
            with psycopg.connect(address) as connection:
                connection.execute(
                    "insert into subscriber (address, address_key, status, language, created_at_ms, consent_source)"
                    " values ('anna@example.org', 'anna@example.org', 'active', 'nl', 0, 'a test')"
                )
            server.crash()
            answer = site.ask("POST", site.link_to_leave(1), data=ONE_CLICK)
            assert (answer.status_code, "Je bent afgemeld" in answer.text) == (200, True)
            server.start()
            until(lambda: rows(address, "select status from subscriber") == [("unsubscribed",)])
            until(lambda: site.get("/healthz").json()["database"] == "ok")
            assert site.end() == 0
