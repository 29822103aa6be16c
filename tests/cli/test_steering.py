"""`newsletter status`, `doubts`, `pause`, `resume` and `cancel`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue
from tests.cli.mailings import Readers, leave_doubts, stop_half_way
from tests.cli.post import Post, counts, settings_for
from tests.delivery.servers import real_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def post() -> Iterator[Post]:
    inbox = Post()
    with real_server(inbox) as port, settings_for(port):
        yield inbox


def test_a_paused_sending_waits_for_the_editor(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    stop_half_way(newsletter, workspace)
    assert newsletter("pause", "proef").err == "proef paused 3 planned · 2 pending · 1 sent\n"
    refused = newsletter("send", "proef", "--yes")
    assert (refused.status, refused.err) == (
        2,
        "error: proef is paused; let it go on with: newsletter resume proef\n",
    )
    assert newsletter("resume", "proef").err.endswith("Go on with: newsletter send proef\n")
    assert newsletter("send", "proef", "--yes").status == 0
    assert len(post.envelopes) == 2


def test_a_cancelled_sending_reaches_nobody_else(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    stop_half_way(newsletter, workspace)
    ran = newsletter("cancel", "proef", "--json")
    assert counts(ran) == {"sent": 1, "cancelled": 2}
    assert ran.document["state"] == "cancelled"
    assert newsletter("send", "proef", "--yes").err.startswith("proef cancelled 3 planned · 1 sent · 2 cancelled\n")
    assert post.envelopes == []


@pytest.mark.parametrize("command", ["pause", "resume", "cancel", "doubts", "status"])
def test_an_issue_that_was_never_sent_is_told(command: str, newsletter: Newsletter, readers: Readers) -> None:
    ran = newsletter(command, "proef")
    said = "error: proef was never sent; see what would be with: newsletter plan proef\n"
    assert (ran.status, ran.out, ran.err) == (2, "", said)


def test_doubts_are_listed_by_name(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram", "chloe")
    leave_doubts(newsletter, workspace)
    ran = newsletter("doubts", "proef")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out == "bram@example.org  the line was cut\nchloe@example.org  the line was cut\n"
    document = newsletter("doubts", "proef", "--json").document
    assert (document["issue"], document["in_doubt"], document["settled"]) == ("proef", 2, 0)
    assert [doubt["address"] for doubt in document["doubts"]] == ["bram@example.org", "chloe@example.org"]
    assert "who is in doubt: newsletter doubts proef" in newsletter("status", "proef").out


def test_doubts_are_settled_by_sending_again(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    leave_doubts(newsletter, workspace)
    ran = newsletter("doubts", "proef", "--resend")
    assert (ran.status, ran.err) == (0, "2 to be sent again: newsletter send proef\n")
    assert counts(newsletter("send", "proef", "--yes", "--json")) == {"sent": 3}
    assert sorted(post.recipients) == ["bram@example.org", "chloe@example.org"]


def test_doubts_are_settled_by_the_editors_word(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram")
    leave_doubts(newsletter, workspace)
    assert newsletter("doubts", "proef", "--assume-sent").err == "1 taken as sent\n"
    assert counts(newsletter("status", "proef", "--json")) == {"sent": 2}
    assert newsletter("doubts", "proef").err == "nobody is in doubt\n"


def test_doubts_are_settled_one_way_or_the_other(newsletter: Newsletter, readers: Readers) -> None:
    ran = newsletter("doubts", "proef", "--resend", "--assume-sent")
    assert (ran.status, ran.err) == (2, "error: --resend and --assume-sent are opposites; choose one\n")


def test_the_status_of_all_issues(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna")
    add_issue(workspace, "2026-11-25-tweede", "Dag.\n", status="ready")
    for slug in ("proef", "tweede"):
        assert newsletter("send", slug, "--yes", "--transport", "null").status == 0
    assert newsletter("status").out.splitlines() == [
        "tweede done 1 planned · 1 sent",
        "proef done 1 planned · 1 sent",
    ]
    documents = newsletter("status", "--json").document["sendings"]
    assert [document["issue"] for document in documents] == ["tweede", "proef"]


def test_watching_ends_when_nothing_is_left(newsletter: Newsletter, readers: Readers) -> None:
    readers("anna")
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
    assert newsletter("status", "proef", "--watch").out == "proef done 1 planned · 1 sent\n"


def test_a_log_proves_doubts_before_anything_is_sent_again(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    """The mails are known by the Message-IDs with which they went out."""
    readers("anna", "bram", "chloe")
    assert newsletter("send", "proef", "--yes").status == 0
    ids = {
        str(mail["To"]): str(mail["Message-ID"]) for mail in (message_from_bytes(content) for content in post.contents)
    }
    with closing(sqlite3.connect(workspace / "newsletter.db")) as database, database:
        database.execute("update delivery set state = 'in_doubt', reply = null where id > 1")
    lines = (
        f"postfix/cleanup[1]: 4XyZ: message-id={ids['bram@example.org']}\n",
        "postfix/qmgr[2]: 4XyZ: from=<b@proef.example>, size=1, nrcpt=1 (queue active)\n",
        f"postfix/cleanup[1]: 4XyY: message-id={ids['chloe@example.org']}\n",
    )
    (workspace / "mail.log").write_text("".join(lines), "utf-8")
    ran = newsletter("doubts", "proef", "--log", "mail.log")
    assert (ran.status, ran.out) == (1, "chloe@example.org  \n")
    assert ran.err == "1 reader taken as sent: the server's log says that it took them\n"
    assert "prove" in newsletter("subscribers", "show", "bram@example.org").out
    both = newsletter("doubts", "proef", "--log", "mail.log", "--resend", "--json")
    assert (both.document["proven"], both.document["settled"], both.document["in_doubt"]) == (0, 1, 0)
    missing = newsletter("doubts", "proef", "--log", "nowhere.log")
    assert (missing.status, missing.err) == (2, "error: nowhere.log: No such file or directory\n")
