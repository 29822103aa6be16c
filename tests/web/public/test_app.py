"""The application as a whole, where a process would be in the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from lxml import html

from newsletter.audience.tokens import Purpose
from newsletter.web.public.app import build_app
from newsletter.web.public.files import Files
from newsletter.web.public.gate import Gate, Rules
from tests.archive.sources import built
from tests.web.public.processes import build
from tests.web.public.sites import ask, desk_in, told, words

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send


@pytest.mark.parametrize(("trouble", "status"), [("", "ok"), ("mail.example: nobody answers", "degraded")])
def test_health_says_that_mails_wait_and_not_why(tmp_path: Path, trouble: str, status: str) -> None:
    desk = desk_in(tmp_path)
    answer = ask(build_app(desk.site, told([], []), lambda: trouble), "/healthz")
    said = {
        "status": status,
        "database": "ok",
        "postman": "waiting" if trouble else "ok",
        "leaving": "ok",
        "sign_ups": "ok",
    }
    assert (answer.status_code, answer.json()) == (200, said)


def test_health_says_when_no_more_sign_ups_are_taken(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, more="[site]\nmost_sign_ups = 1\n")
    app = build_app(desk.site, told([], []), lambda: "")
    desk.fill_in("anna@example.org")

    said = {"status": "degraded", "database": "ok", "postman": "ok", "leaving": "ok", "sign_ups": "used up"}
    assert ask(app, "/healthz").json() == said


def test_a_database_that_cannot_be_read_is_told_and_the_archive_stays(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    build(tmp_path)
    log: list[str] = []
    app = build_app(desk.site, told(log, []), lambda: "")
    desk.site.engine.dispose()
    (tmp_path / "newsletter.db").write_bytes(b"no database any more" * 100)
    answer = ask(app, "/healthz")
    said = {"status": "down", "database": "down", "postman": "ok", "leaving": "ok", "sign_ups": "ok"}
    assert (answer.status_code, answer.json()) == (503, said)
    page = ask(app, f"/c/{desk.token(Purpose.CONFIRM, 1)}", "POST")
    assert page.status_code == 503
    assert page.text == "That is not possible just now. Please try again in a few minutes.\n"
    assert ask(app, "/").status_code == 200


def test_the_form_on_the_pages_of_the_archive_leads_to_one_more_click(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    built(tmp_path, desk.site.settings.archive.out)
    app = build_app(desk.site, told([], []), lambda: "")
    (form,) = html.fromstring(ask(app, "/").content, base_url="http://localhost/").forms
    said = dict(form.fields) | {"email": "anna@example.org"}
    answer = ask(app, urljoin("/", form.action), form.method, data=said)
    assert answer.status_code == 200
    assert words(answer).startswith("Nog één klik Laat dit leeg Je meldt je aan met dit adres: anna@example.org")
    assert desk.everybody() == []


def test_a_bug_is_written_down_and_the_reader_told_nothing_of_it() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("anna@example.org")

    log: list[str] = []
    bugs: list[BaseException] = []
    answer = ask(Gate(broken, Rules(frozenset(), "", ()), told(log, bugs)), "/x")
    assert (answer.status_code, answer.text) == (500, "Something went wrong here. Please try again later.\n")
    assert [str(bug) for bug in bugs] == ["anna@example.org"]
    assert log[0].startswith("1970-01-01T00:00:00Z GET /x 500 ")


def test_what_is_no_request_is_not_answered() -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    gate = Gate(never, Rules(frozenset(), "", ()), told([], []))
    asyncio.run(gate({"type": "websocket"}, never, never))  # type: ignore[arg-type]


def test_memory_is_bounded(tmp_path: Path) -> None:
    """What was asked for longest ago makes room; it is read again when it is asked for."""
    for number in range(20):
        (tmp_path / f"{number}.bin").write_bytes(bytes([number]) * 1000)
    files = Files(tmp_path, most_bytes=5000)
    app = Gate(files, Rules(frozenset(), "", ()), told([], []))
    for number in [*range(20), 19, 0, 7]:
        assert ask(app, f"/{number}.bin").content == bytes([number]) * 1000
        assert files.kept_bytes <= 5000
    assert files.kept_bytes == 5000


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    app = Gate(files, Rules(frozenset(), "", ()), told([], []))
    path = tmp_path / "page.html"
    for text in ("one", "two", "another one"):
        path.write_text(text)
        assert ask(app, "/page.html").text == text
    assert files.kept_bytes == len("another one")


def test_an_answer_that_is_never_finished_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asleep(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("newsletter.web.public.gate.ANSWER_WITHIN_S", 0.05)
    answer = ask(Gate(asleep, Rules(frozenset(), "", ()), told([], [])), "/")
    assert (answer.status_code, answer.text) == (503, "That took too long.\n")
