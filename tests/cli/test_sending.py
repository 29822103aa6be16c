"""`newsletter send`: to the whole list, at once, again, and from where it was."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import threading
import time
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import COMMAND, Newsletter, Ran, add_issue
from tests.cli.mailings import ISSUE, Readers, plan_of, stop_half_way
from tests.cli.post import Post, counts, settings_for
from tests.delivery.servers import real_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from tests.postgresql import Server


@pytest.fixture
def post() -> Iterator[Post]:
    inbox = Post()
    with real_server(inbox) as port, settings_for(port):
        yield inbox


def test_everybody_gets_it_once_and_only_once(newsletter: Newsletter, readers: Readers, post: Post) -> None:
    readers("anna", "bram", "chloe")
    ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 3}
    assert ran.document["state"] == "done"
    assert sorted(post.recipients) == [f"{name}@example.org" for name in ("anna", "bram", "chloe")]
    again = newsletter("send", "proef", "--yes", "--json")
    assert (again.status, counts(again)) == (0, {"sent": 3})
    assert again.err == "proef done 3 planned · 3 sent\nNothing is left to send of it.\n"
    assert len(post.envelopes) == 3


def test_the_options_win_from_the_settings(newsletter: Newsletter, readers: Readers, post: Post) -> None:
    """The plan that is shown is that of the options, and so are the mails."""
    readers("anna", "bram", "chloe")
    ran = newsletter("send", "proef", "--yes", "--rate", "1.5", "--transport", "null")
    assert ran.status == 0, ran.err
    assert "  by       null\n  time     3 s\n" in ran.err
    assert post.envelopes == []


def test_the_ledger_can_be_a_server(
    newsletter: Newsletter, readers: Readers, post: Post, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_STORE_URL", postgresql.new_database())
    readers("anna", "bram", "unknown")
    ran = newsletter("send", "proef", "--yes", "--json")
    assert (ran.status, counts(ran)) == (1, {"sent": 2, "failed": 1}), ran.err
    assert newsletter("status", "proef").out.splitlines()[1] == "  1 failed: 550 5.1.1 No such user here"
    assert newsletter("rehearse", "proef", "--json").status == 0
    assert len(post.envelopes) == 2


def test_every_reader_has_tokens_of_their_own(newsletter: Newsletter, readers: Readers, post: Post) -> None:
    """And none that others see opens what is the reader's: the one of the envelope does not unsubscribe."""
    readers("anna", "bram")
    assert newsletter("send", "proef", "--yes").status == 0
    mails = [message_from_bytes(content) for content in post.contents]
    leave = [str(mail["List-Unsubscribe"]).strip("<>").rpartition("/")[2] for mail in mails]
    ids = [str(mail["Message-ID"]).strip("<>").partition(".")[0] for mail in mails]
    assert len({*leave, *ids}) == 4
    assert all("X-Newsletter-Test" not in mail for mail in mails)


def test_what_a_server_does_not_take_is_told_and_the_others_get_it(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    toml = workspace / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8") + "\n[sending]\nretry_after_s = [0]\ngive_up_after_s = 0\n", "utf-8")
    readers("anna", "unknown", "busy")
    ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 1
    assert counts(ran) == {"sent": 1, "failed": 2}
    shown = newsletter("status", "proef")
    assert shown.status == 1
    assert shown.out.splitlines()[0] == "proef done 3 planned · 1 sent · 2 failed"
    assert sorted(shown.out.splitlines()[1:]) == [
        "  1 failed: 451 4.7.1 Greylisted, come back later",
        "  1 failed: 550 5.1.1 No such user here",
    ]
    known = newsletter("subscribers", "show", "unknown@example.org")
    assert "550 5.1.1" in known.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "2 readers would get mail, and nobody is there to be asked: confirm with --yes"),
        (["--yes", "--plan", "0123456789abcdef"], '--plan says "0123456789abcdef", and it is now '),
        (["--yes", "--transport", "smpt"], 'there is no transport "smpt" (did you mean "smtp"?)'),
    ],
)
def test_a_sending_that_may_not_begin_reaches_nobody(
    arguments: list[str], said: str, newsletter: Newsletter, readers: Readers, post: Post
) -> None:
    readers("anna", "bram")
    ran = newsletter("send", "proef", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert f"error: {said}" in ran.err
    assert post.envelopes == []
    assert newsletter("status").out == ""


def test_without_a_secret_key_nobody_is_asked(
    newsletter: Newsletter, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers("anna")
    monkeypatch.delenv("NEWSLETTER_SECRET_KEY")
    ran = newsletter("send", "proef", "--yes")
    assert ran.status == 2
    assert "error: NEWSLETTER_SECRET_KEY is not set" in ran.err


def test_a_plan_that_was_looked_at_is_what_goes_out(newsletter: Newsletter, readers: Readers, post: Post) -> None:
    readers("anna")
    looked_at = plan_of(newsletter)
    readers("bram")
    refused = newsletter("send", "proef", "--yes", "--plan", looked_at)
    assert refused.status == 2
    assert "the issue or its readers have changed; look at it with: newsletter plan proef" in refused.err
    assert newsletter("send", "proef", "--yes", "--plan", plan_of(newsletter)).status == 0
    assert len(post.envelopes) == 2


def test_what_was_begun_goes_on_where_it_was(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    stop_half_way(newsletter, workspace)
    assert newsletter("status", "proef").status == 1
    ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 3}
    assert sorted(post.recipients) == ["bram@example.org", "chloe@example.org"]


def test_an_issue_that_changed_since_it_began_does_not_go_on(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    stop_half_way(newsletter, workspace)
    add_issue(workspace, ISSUE, body="Een ander woord.\n", status="ready")
    ran = newsletter("send", "proef", "--yes")
    assert ran.status == 2
    assert ran.err == (
        "error: proef has changed since it began to be sent, and everybody gets the same; put back the issue, the "
        "templates and the settings as they were, or end it with: newsletter cancel proef\n"
    )
    assert post.envelopes == []


def test_a_restored_database_is_not_sent_from(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram")
    backup = (workspace / "newsletter.db").read_bytes()
    assert newsletter("send", "proef", "--yes").status == 0
    for rest in ("-wal", "-shm"):
        (workspace / f"newsletter.db{rest}").unlink(missing_ok=True)
    (workspace / "newsletter.db").write_bytes(backup)
    ran = newsletter("send", "proef", "--yes")
    assert ran.status == 2
    assert "this is an old state of the database" in ran.err
    assert len(post.envelopes) == 2
    assert newsletter("send", "proef", "--yes", "--adopt").status == 0
    assert len(post.envelopes) == 4


def test_a_server_that_is_gone_is_told_and_nothing_is_lost(newsletter: Newsletter, readers: Readers) -> None:
    readers("anna", "bram")
    with settings_for(1):
        ran = newsletter("send", "proef", "--yes")
        assert ran.status == 2
        assert "error: 127.0.0.1:1: nothing listens there" in ran.err
    assert newsletter("status", "proef").out == (
        "proef sending 2 planned · 2 pending\n  nobody is sending it now; go on with: newsletter send proef\n"
    )


def at_terminal(workspace: Path, typed: str, *arguments: str) -> Ran:
    """Run the command with a terminal for its input, at which somebody types."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=workspace, stdin=theirs, capture_output=True, text=True, timeout=50, check=False,
        )  # fmt: skip
    finally:
        os.close(theirs)
        os.close(ours)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_person_types_how_many_will_get_it(readers: Readers, workspace: Path, post: Post) -> None:
    readers("anna", "bram")
    refused = at_terminal(workspace, "3\n", "send", "proef")
    assert refused.status == 2
    assert refused.err.endswith('error: "3" is not 2; nothing was sent\n')
    assert post.envelopes == []
    sent = at_terminal(workspace, "2\n", "send", "proef")
    assert sent.status == 0, sent.err
    assert "Type the number of readers (2) to send it:" in sent.err
    assert len(post.envelopes) == 2


class Stuck(Post):
    """Takes three mails, and thinks about the fourth for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.is_stuck = threading.Event()

    async def handle_DATA(  # noqa: N802 - its name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if len(self.envelopes) == 3:
            self.is_stuck.set()
            await asyncio.Event().wait()
        return await super().handle_DATA(server, session, envelope)


def test_who_presses_ctrl_c_is_told_how_to_go_on(
    newsletter: Newsletter, readers: Readers, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that may have been taken is named; the others wait; and it is over in a moment."""
    readers(*(f"r{number}" for number in range(10)))
    inbox = Stuck()
    with real_server(inbox) as port, settings_for(port):
        process = subprocess.Popen(
            [COMMAND, "send", "proef", "--yes", "--json", "--connections", "1"],
            cwd=workspace, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert inbox.is_stuck.wait(50)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=50)
        took_s = time.monotonic() - began
    ran = Ran(process.returncode, out, err)
    assert ran.status == 130, err
    assert took_s < 5
    assert counts(ran) == {"pending": 6, "sent": 3, "in_doubt": 1}
    assert ran.document["state"] == "sending"
    assert err.endswith(
        "Nobody knows whether those in doubt have it; see who they are with: newsletter doubts proef\n"
        "Nothing is lost; go on with: newsletter send proef\n\ninterrupted\n"
    )
    with real_server(Post()) as port, settings_for(port):
        assert counts(newsletter("send", "proef", "--yes", "--json")) == {"sent": 9, "in_doubt": 1}


def test_a_second_sender_says_so_at_once(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers(*(f"r{number}" for number in range(10)))
    inbox = Stuck()
    with real_server(inbox) as port, settings_for(port):
        first = subprocess.Popen(
            [COMMAND, "send", "proef", "--yes"],
            cwd=workspace, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert inbox.is_stuck.wait(50)
        second = at_terminal(workspace, "", "send", "proef")  # nobody is asked anything
        assert newsletter("pause", "proef").status == 0
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=50)
    assert second.status == 2
    assert second.err.startswith(f"error: another process is sending right now: {first.pid} on ")
    assert newsletter("status", "proef", "--json").document["state"] == "paused"


def kill_in_the_midst(readers: Readers, workspace: Path) -> Stuck:
    """Leave a sending to ten readers as a killed process does, with one mail on its way; return the server."""
    readers(*(f"r{number}" for number in range(10)))
    inbox = Stuck()
    with real_server(inbox) as port, settings_for(port):
        process = subprocess.Popen(
            [COMMAND, "send", "proef", "--yes", "--connections", "1"],
            cwd=workspace, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert inbox.is_stuck.wait(50)
        process.kill()
        process.wait()
    return inbox


def test_who_was_killed_goes_on_and_names_who_is_in_doubt(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    inbox = kill_in_the_midst(readers, workspace)
    assert newsletter("status", "proef").out.endswith("nobody is sending it now; go on with: newsletter send proef\n")
    post = Post()
    with real_server(post) as port, settings_for(port):
        ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 1
    found = counts(ran)
    assert found["sent"] + found["in_doubt"] == 10
    assert 1 <= found["in_doubt"] <= 4
    assert "warning: the last sender died at its work; " in ran.err
    listed = {line.split()[0] for line in newsletter("doubts", "proef").out.splitlines()}
    has_it = [*inbox.recipients[:3], *post.recipients]
    assert len(has_it) == len(set(has_it))
    assert listed.isdisjoint(post.recipients)
    assert len(listed) == found["in_doubt"]


def test_who_was_killed_and_then_cancelled_leaves_nobody_unnamed(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    """Nobody sends it again, so whoever asks is the one who finds what the dead sender had in hand."""
    kill_in_the_midst(readers, workspace)
    found = counts(newsletter("cancel", "proef", "--json"))
    assert "pending" not in found
    # Of those that were taken, the killed one may not have noted any yet.
    assert found.get("sent", 0) + found["in_doubt"] + found["cancelled"] == 10
    assert 1 <= found["in_doubt"] <= 4
    assert len(newsletter("doubts", "proef").out.splitlines()) == found["in_doubt"]


@pytest.mark.parametrize("is_offered", [True, False])
def test_an_address_beyond_ascii_arrives_as_it_is_or_not_at_all(
    newsletter: Newsletter, readers: Readers, *, is_offered: bool
) -> None:
    """Where a server does not know such addresses, the reader is told as refused; nobody else gets the mail for him."""
    readers("anna", "čedric")
    inbox = Post()
    with real_server(inbox, enable_SMTPUTF8=is_offered) as port, settings_for(port):
        ran = newsletter("send", "proef", "--yes", "--json")
    if is_offered:
        assert (ran.status, counts(ran)) == (0, {"sent": 2})
        assert sorted(inbox.recipients) == ["anna@example.org", "čedric@example.org"]
        return
    assert (ran.status, counts(ran)) == (1, {"sent": 1, "failed": 1})
    assert inbox.recipients == ["anna@example.org"]
    assert "SMTPUTF8" in newsletter("status", "proef").out
    assert newsletter("subscribers", "list", "--status", "suppressed", "--json").document["total"] == 0
