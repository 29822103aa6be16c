"""Own mails through kills, and beside the sending of an issue: nobody has one twice, and nobody is forgotten."""

from __future__ import annotations

import random
import time
from collections import Counter
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from newsletter.sending.own_mails import OwnMail, post
from newsletter.store import open_store, writing
from newsletter.store.schema import subscriber
from tests.audience.lists import KEY
from tests.cli.commands import installed
from tests.cli.post import Post
from tests.delivery.servers import real_server
from tests.web.public.processes import TOML, build, rows, serving, smtp, until
from tests.web.public.sites import person

if TYPE_CHECKING:
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

pytestmark = pytest.mark.timeout(180)

PEOPLE = 300
KILLS = 4


class Slow(Post):
    """Takes its time over each mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        await server.loop.run_in_executor(None, Event().wait, 0.05)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A workspace in which some people wait for the mail that asks them to confirm."""
    (tmp_path / "newsletter.toml").write_text(TOML, "utf-8")
    build(tmp_path)
    (tmp_path / "newsletter.db").unlink()
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="a-test")
    now_ms = round(time.time() * 1000)
    people = [person(f"reader-{number:03d}@example.org", status="pending") for number in range(PEOPLE)]
    with writing(engine) as connection:
        connection.execute(insert(subscriber), people)
        for number in range(PEOPLE):
            assert post(connection, OwnMail.CONFIRM, number + 1, now_ms)
    engine.dispose()
    return tmp_path


def test_killed_again_and_again_nobody_gets_a_mail_twice(waiting: Path) -> None:
    inbox, chance = Slow(), random.Random(7)
    with real_server(inbox) as port:
        for _ in range(KILLS):
            with serving(waiting, **smtp(port)) as site:
                have = len(inbox.envelopes)
                until(lambda have=have: len(inbox.envelopes) > have)  # type: ignore[misc]
                Event().wait(chance.random() * 0.1)
                site.process.kill()
                site.process.wait()
        with serving(waiting, **smtp(port)) as site:
            is_left = "select 1 from delivery where state in ('pending', 'claimed', 'wire')"
            until(lambda: not rows(waiting, is_left), within_s=90)  # 4 s on a quiet machine
            assert site.end() == 0
    states = Counter(state for (state,) in rows(waiting, "select state from delivery"))
    assert sum(states.values()) == rows(waiting, "select audience from send")[0][0] == PEOPLE
    assert set(states) <= {"sent", "in_doubt"}
    assert states["in_doubt"] <= KILLS * 4 * 8  # connections, and messages at hand for each
    copies = Counter(inbox.recipients)
    assert max(copies.values()) == 1
    sent = {address for (address,) in rows(waiting, "select address from delivery where state = 'sent'")}
    assert sent <= set(copies)


def test_an_issue_is_sent_meanwhile_and_neither_waits_for_the_other(waiting: Path) -> None:
    (waiting / "issues").mkdir()
    (waiting / "issues" / "2026-11-24-proef.md").write_text(
        '---\nsubject: "Een proef"\npreheader: "Waar het over gaat, en waarom u het wilt weten"\n'
        "date: 2026-11-24\nstatus: ready\n---\nHallo.\n",
        "utf-8",
    )
    engine = open_store("sqlite:///newsletter.db", waiting, fresh_id="a-test")
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [person(f"member-{number:03d}@example.org") for number in range(PEOPLE)])
    engine.dispose()
    inbox = Slow()
    with real_server(inbox) as port, serving(waiting, **smtp(port)) as site:
        until(lambda: inbox.envelopes)
        ran = installed("send", "proef", "--yes", cwd=waiting, NEWSLETTER_SECRET_KEY=KEY, **smtp(port))
        assert (ran.status, ran.err.splitlines()[-1]) == (0, f"proef done {PEOPLE} planned · {PEOPLE} sent")
        until(lambda: not rows(waiting, "select 1 from delivery where state <> 'sent'"))
        assert site.get("/healthz").json()["postman"] == "ok"
        assert site.end() == 0
    assert Counter(inbox.recipients) == Counter(
        address for (address,) in rows(waiting, "select address from subscriber")
    )
