"""Whoever leaves while the database is locked, gone or full has left, and is told so."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from newsletter.audience.tokens import Purpose
from newsletter.errors import StoreError
from newsletter.store import open_store
from tests.web.public.processes import rows, serving, until
from tests.web.public.sites import desk_in, hidden, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.public.sites import Desk

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A site on SQLite, whose pages wait for no longer than a wish does."""
    return desk_in(tmp_path, engine=open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x", busy_timeout_s=0.1))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else writes, and does not end."""
    with closing(sqlite3.connect(folder / "newsletter.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


def link(desk: Desk, subscriber_id: int) -> str:
    return f"/u/{desk.token(Purpose.UNSUBSCRIBE, subscriber_id)}"


def test_the_answer_is_the_same_and_the_wish_is_done_later(desk: Desk, tmp_path: Path) -> None:
    anna, bram = desk.add(), desk.add("bram@example.org")
    usual = desk.browser.post(link(desk, bram), data=ONE_CLICK)
    with locked(tmp_path):
        answers = [desk.browser.post(link(desk, anna), data=ONE_CLICK) for _ in range(2)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, usual.text)}
    assert desk.of(anna).status == "active"
    assert desk.site.wishes.take_in(desk.site.engine) == 1
    assert (desk.of(anna).status, desk.of(anna).unsubscribed_at_ms) == ("unsubscribed", desk.clock.now_ms)


def test_where_the_wish_cannot_be_kept_either_it_is_said(desk: Desk, tmp_path: Path) -> None:
    anna = desk.add()
    folder = tmp_path / ".newsletter"
    folder.mkdir(exist_ok=True)
    (folder / "leaving").write_text("in the way", "utf-8")
    with locked(tmp_path), pytest.raises(StoreError, match="another process is writing"):  # for which the gate says 503
        desk.browser.post(link(desk, anna), data=ONE_CLICK)


def test_whoever_takes_it_back_stays(desk: Desk, tmp_path: Path) -> None:
    anna = desk.add()
    with locked(tmp_path):
        page = desk.browser.post(link(desk, anna))
    back = desk.browser.post(link(desk, anna), data=hidden(page.text) | {"do": "return"})
    assert back.status_code == 200
    assert "Fijn dat je blijft" in words(back)
    assert desk.site.wishes.take_in(desk.site.engine) == 0
    assert desk.of(anna).status == "active"


def test_a_made_up_link_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.add()
    with locked(tmp_path):
        assert desk.browser.post(f"/u/{'a' * 40}", data=ONE_CLICK).status_code == 404
    assert desk.site.wishes.waiting() == []


def test_a_site_does_by_itself_what_was_wished(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        with closing(sqlite3.connect(tmp_path / "newsletter.db")) as database, database:
            names = "address, address_key, status, language, tags, attributes, consent_source, created_at_ms"
            values = "'anna@example.org', 'anna@example.org', 'active', 'nl', '', '{}', '', 0"
            database.execute(f"insert into subscriber ({names}) values ({values})")  # noqa: S608 - of our own
        with locked(tmp_path):
            assert site.ask("POST", site.link_to_leave(1), data=ONE_CLICK).status_code == 200
            assert site.get("/healthz").json()["leaving"] == "waiting"
            assert rows(tmp_path, "select status from subscriber") == [("active",)]
        until(lambda: rows(tmp_path, "select status from subscriber") == [("unsubscribed",)])
        until(lambda: site.get("/healthz").json()["leaving"] == "ok")
        assert site.end() == 0
