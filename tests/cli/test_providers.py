"""Sending through a provider of mail, as a person meets it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.cli.post import counts
from tests.delivery.esp.answers import CUT, Answering, Heard, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.commands import Newsletter
    from tests.cli.mailings import Readers

SECRET = "re_a-key-that-nobody-sees"


class Resend:
    """Resend on this machine: what it took, by its key; the first answers may get lost."""

    def __init__(self, *, loses: int = 0) -> None:
        self.taken: dict[str, list[str]] = {}
        self.requests = 0
        self._loses = loses

    def __call__(self, request: Heard) -> bytes:
        self.requests += 1
        mails = json.loads(request.body)
        mails = mails if isinstance(mails, list) else [mails]
        self.taken.setdefault(request.headers["idempotency-key"], [mail["to"][0] for mail in mails])
        if self.requests <= self._loses:
            return CUT
        ids = [{"id": f"id-{mail['to'][0]}"} for mail in mails]
        return answer(200, {"data": ids} if len(ids) > 1 else ids[0])

    @property
    def readers(self) -> list[str]:
        return sorted(address.partition("@")[0] for request in self.taken.values() for address in request)


@contextmanager
def provider(script: Callable[[Heard], bytes | None], workspace: Path, name: str = "resend") -> Iterator[None]:
    """A provider to which the settings of the workspace lead."""
    with Answering(script) as server, pytest.MonkeyPatch.context() as patch:
        toml = workspace / "newsletter.toml"
        before = toml.read_text("utf-8")
        toml.write_text(f'{before}\n[esp]\napi_url = "{server.url}"\ntimeout_s = 2\n', "utf-8")
        patch.setenv("NEWSLETTER_TRANSPORT", f"esp:{name}")
        patch.setenv("NEWSLETTER_RESEND_API_KEY", SECRET)
        yield
        toml.write_text(before, "utf-8")


def rows(workspace: Path, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(workspace / "newsletter.db")) as database:
        return database.execute(f"select {columns} from delivery order by id").fetchall()  # noqa: S608 - of this test


def test_everybody_gets_it_in_one_request(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram", "chloe")
    resend = Resend()
    with provider(resend, workspace):
        ran = newsletter("send", "proef", "--yes", "--json")
        assert ran.status == 0, ran.err
        assert counts(ran) == {"sent": 3}
        assert "  by       esp:resend, up to 100 mails in a request\n" in ran.err
    assert (resend.readers, resend.requests) == (["anna", "bram", "chloe"], 1)
    assert rows(workspace, "transport, remote_id") == [
        ("esp:resend", f"id-{name}@example.org") for name in ("anna", "bram", "chloe")
    ]
    assert SECRET not in ran.out + ran.err
    assert SECRET.encode() not in (workspace / "newsletter.db").read_bytes()


def test_a_test_goes_by_the_provider_too(newsletter: Newsletter, workspace: Path) -> None:
    resend = Resend()
    with provider(resend, workspace):
        ran = newsletter("send", "proef", "--test", "you@example.org")
    assert (ran.status, ran.err) == (0, "sent you@example.org\n")
    assert resend.readers == ["you"]


def test_a_missing_key_is_told_before_anybody_is_asked(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    readers("anna")
    ran = newsletter("send", "proef", "--yes", "--transport", "esp:mailgun")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == ".env: error: NEWSLETTER_MAILGUN_API_KEY: missing (esp:mailgun is called with it)\n"


def test_a_key_in_the_settings_is_told_to_be_a_secret(newsletter: Newsletter, workspace: Path) -> None:
    toml = workspace / "newsletter.toml"
    toml.write_text(f'{toml.read_text("utf-8")}\n[esp]\nresend_api_key = "{SECRET}"\n', "utf-8")
    ran = newsletter("plan", "proef")
    assert ran.status == 2
    assert "set NEWSLETTER_RESEND_API_KEY in .env or in the environment" in ran.err
    assert SECRET not in ran.err


def test_a_lost_answer_is_asked_for_again_at_once(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram")
    resend = Resend(loses=1)
    with provider(resend, workspace):
        ran = newsletter("send", "proef", "--yes", "--json")
    assert (ran.status, counts(ran)) == (0, {"sent": 2})
    assert (resend.readers, resend.requests) == (["anna", "bram"], 2)


def leave_in_doubt(workspace: Path) -> None:
    """As a process would that was killed while it waited for an answer."""
    with closing(sqlite3.connect(workspace / "newsletter.db")) as database, database:
        database.execute("update delivery set state = 'in_doubt', remote_id = null, done_at_ms = null")
        database.execute("update send set status = 'done'")


def test_a_doubt_is_settled_by_asking_once_more(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram")
    resend = Resend()
    with provider(resend, workspace):
        assert newsletter("send", "proef", "--yes").status == 0
        leave_in_doubt(workspace)
        ran = newsletter("doubts", "proef", "--ask", "--json")
    assert ran.status == 0, ran.err
    assert ran.document["in_doubt"] == 0
    assert ran.err.startswith("of 2 readers in doubt, 2 have it, as the provider says\n")
    assert (resend.readers, resend.requests) == (["anna", "bram"], 2)
    assert rows(workspace, "state, remote_id") == [("sent", "id-anna@example.org"), ("sent", "id-bram@example.org")]


def test_who_goes_on_sending_asks_first(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram", "chloe")
    resend = Resend()
    with provider(resend, workspace):
        assert newsletter("send", "proef", "--yes").status == 0
        leave_in_doubt(workspace)
        with closing(sqlite3.connect(workspace / "newsletter.db")) as database, database:
            database.execute("update send set status = 'sending'")
        ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 3}
    assert "of 3 readers in doubt, 3 have it, as the provider says\n" in ran.err
    assert resend.readers == ["anna", "bram", "chloe"]


def test_a_mail_that_has_changed_is_not_asked_about(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna")
    resend = Resend()
    with provider(resend, workspace):
        assert newsletter("send", "proef", "--yes").status == 0
        leave_in_doubt(workspace)
        (issue,) = (workspace / "issues").glob("*proef.md")
        issue.write_text(issue.read_text("utf-8").replace("Een tip", "Een andere tip"), "utf-8")
        ran = newsletter("doubts", "proef", "--ask")
    assert ran.status == 2
    assert "proef has changed since it began to be sent" in ran.err
    assert resend.requests == 1


def test_who_knows_no_request_again_is_not_asked(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna")
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
    ran = newsletter("doubts", "proef", "--ask")
    assert ran.status == 2
    assert ran.err == "error: --ask: directory knows no request again, so it cannot be asked\n"


def test_a_plan_says_what_to_know_of_a_provider(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna")
    toml = workspace / "newsletter.toml"
    toml.write_text(
        toml.read_text("utf-8") + '\n[delivery]\ntransport = "esp:sparkpost"\n[esp]\nrate_per_second = 0.5\n', "utf-8"
    )
    ran = newsletter("plan", "proef")
    assert ran.status == 0
    assert "  by       esp:sparkpost, up to 100 mails in a request\n  time     3 s\n" in ran.out
    assert "warning: esp:sparkpost: puts a List-Unsubscribe of its own in the place of yours" in ran.err
