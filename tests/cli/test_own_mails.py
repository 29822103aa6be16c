"""The newsletter's own mails, as the commands around sendings show them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from newsletter.sending.own_mails import OwnMail, post
from newsletter.store import open_store, writing
from newsletter.store.schema import delivery
from tests.cli.mailings import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

NOW_MS = 1_764_200_000_000


@pytest.fixture
def welcomed(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a welcome; one of its three readers is in doubt, two have it, and one was asked to confirm."""
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    (filled / "issues" / "welcome.md").write_text("---\nsubject: Welkom\nstatus: ready\n---\nFijn.\n", "utf-8")
    engine = open_store("sqlite:///newsletter.db", filled, fresh_id="x")
    with writing(engine) as connection:
        for number in (1, 2, 3):
            assert post(connection, OwnMail.WELCOME, number, NOW_MS)
        assert post(connection, OwnMail.CONFIRM, 1, NOW_MS)
        connection.execute(delivery.update().where(delivery.c.id <= 3).values(state="sent", done_at_ms=NOW_MS))
        connection.execute(
            delivery.update().where(delivery.c.id == 2).values(state="in_doubt", reply="the line was cut")
        )
    engine.dispose()
    return filled


def test_status_shows_them_apart_from_the_issues(welcomed: Path, newsletter: Newsletter) -> None:
    ran = newsletter("status")
    assert ran.out.splitlines() == [
        "confirm by itself 1 planned · 1 pending",
        "welcome by itself 3 planned · 2 sent · 1 in doubt",
    ]
    nothing = dict.fromkeys(("failed", "in_doubt", "skipped", "cancelled"), 0)
    assert newsletter("status", "--json").document == {
        "sendings": [],
        "own_mails": [
            {"mail": "confirm", "planned": 1, "pending": 1, "sent": 0, **nothing},
            {"mail": "welcome", "planned": 3, "pending": 0, "sent": 2, **nothing, "in_doubt": 1},
        ],
    }
    assert "welcome" not in newsletter("issues").out


def test_a_welcome_in_doubt_waits_for_the_editors_word(welcomed: Path, newsletter: Newsletter) -> None:
    ran = newsletter("doubts", "welcome")
    assert (ran.status, ran.out) == (1, "bram@example.org  the line was cut\n")
    ran = newsletter("doubts", "welcome", "--resend")
    assert (ran.status, ran.err) == (0, "1 to be sent again: newsletter serve\n")
    with closing(sqlite3.connect(welcomed / "newsletter.db")) as database:
        assert database.execute("select state from delivery where id = 2").fetchall() == [("pending",)]


@pytest.mark.parametrize("command", ["plan", "send", "rehearse"])
def test_a_welcome_is_not_sent_to_everybody(welcomed: Path, newsletter: Newsletter, command: str) -> None:
    ran = newsletter(command, "welcome")
    told = "error: issues/welcome.md goes out by itself, with newsletter serve, to whoever has confirmed; "
    assert ran.err == f"{told}try it with: newsletter send welcome --test you@example.org\n"
    assert ran.status == 2


def test_a_welcome_can_be_tried(welcomed: Path, newsletter: Newsletter) -> None:
    assert newsletter("send", "welcome", "--test", "me@example.org").status == 0
    (mail,) = (welcomed / "out" / "mail").glob("*.eml")
    assert "Subject: [TEST] Welkom" in mail.read_text("utf-8")
    assert newsletter("render", "welcome").status == 0
    assert newsletter("check", "welcome").status == 0
