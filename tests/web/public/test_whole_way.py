"""From a form to the last goodbye: one reader, real mails, and the links in them."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from tests.cli.post import Post
from tests.delivery.servers import real_server
from tests.web.public.processes import rows, serving, smtp, until
from tests.web.public.sites import hidden

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

SITE = "https://proef.example"
WELCOME = "---\nsubject: Welkom\nstatus: ready\n---\nFijn dat je er bent.\n"


def newest(inbox: Post) -> EmailMessage:
    return message_from_bytes(inbox.contents[-1], policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def path_in(text: str, lead: str) -> str:
    """The path of the link in a text that begins so."""
    return lead + text.partition(f"{SITE}{lead}")[2].split()[0].rstrip(">")


def test_subscribe_confirm_be_welcomed_and_leave(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues" / "welcome.md").write_text(WELCOME, "utf-8")
    inbox = Post()
    with real_server(inbox) as port, serving(tmp_path, **smtp(port)) as site:
        assert site.ask("POST", "/subscribe/", data=site.form() | {"email": "anna@example.org"}).status_code == 202
        inbox.wait_for(1)
        confirm = path_in(text_of(newest(inbox)), "/c/")

        shown = site.get(confirm)  # as a program does that looks at every link
        assert rows(tmp_path, "select status from subscriber") == [("pending",)]
        for _ in range(2):
            assert site.ask("POST", confirm, data=hidden(shown.text)).status_code == 200
        assert rows(tmp_path, "select status from subscriber") == [("active",)]
        inbox.wait_for(1)
        welcome = newest(inbox)
        assert (welcome["to"], welcome["subject"]) == ("anna@example.org", "Welkom")

        leave = path_in(welcome["list-unsubscribe"], "/u/")
        for _ in range(2):  # RFC 8058: no cookie, no redirect, and twice is as once
            left = site.ask("POST", leave, data={"List-Unsubscribe": "One-Click"})
            assert (left.status_code, "set-cookie" in left.headers, left.history) == (200, False, [])
        assert rows(tmp_path, "select status from subscriber") == [("unsubscribed",)]

        # Who comes back on the same day is told the same, and has had the one mail of that day.
        assert site.ask("POST", "/subscribe/", data=site.form() | {"email": "anna@example.org"}).status_code == 202
        until(lambda: site.get("/healthz").json()["status"] == "ok")
        assert site.end() == 0
    assert rows(tmp_path, "select state from delivery") == [("sent",), ("sent",)]
    assert len(inbox.envelopes) == 2
