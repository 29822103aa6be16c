"""`newsletter send --test`: an issue to named addresses, over a real server."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import create_server
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.cli.commands import Newsletter, Ran, installed
from tests.cli.post import Post, counts, settings_for
from tests.delivery.servers import Line, ScriptedServer, real_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def post() -> Iterator[Post]:
    inbox = Post()
    with real_server(inbox) as port, settings_for(port):
        yield inbox


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_a_mail_is_sent_to_the_address_that_is_named(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    ran = newsletter("send", "proef", "--test", "anna@example.org")
    assert ran == Ran(0, "", "sent anna@example.org\n")
    (envelope,) = post.envelopes
    assert envelope.rcpt_tos == ["anna@example.org"]
    mail = message_from_bytes(post.contents[0], EmailMessage, policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("anna@example.org", "[TEST] Een proef")
    assert mail["X-Newsletter-Test"] == "yes"
    text = mail.get_body(("plain",))
    assert text
    assert "Dag Anna," in text.get_content()


def test_what_became_of_it_stands_in_json(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    ran = newsletter("send", "proef", "--test", "anna@example.org", "--json")
    assert ran.status == 0
    assert counts(ran) == {"sent": 1}
    assert (ran.document["issue"], ran.document["state"], ran.document["planned"]) == ("proef", "done", 1)
    assert ran.document["seconds"] > 0
    assert ran.document["per_second"] > 0
    assert ran.err == "sent anna@example.org\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["proef", "--test", "a@example.org", "--test", "b@example.org", "--test", "c@example.org"],
        ["proef", "--test", "a@example.org", "b@example.org", "c@example.org"],
        ["--test", "a@example.org", "proef", "b@example.org", "c@example.org"],
        ["proef", "--test", "a@example.org, b@example.org,c@example.org,"],
        ["proef", "--test", "a@example.org", "b@example.org,c@example.org"],
        ["proef", "--test", " a@example.org,A@EXAMPLE.org", "b@example.org", "c@example.org", "a@example.org"],
    ],
    ids=" ".join,
)
def test_several_addresses_each_get_one(
    arguments: list[str], newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    ran = newsletter("send", *arguments, "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 3}
    assert post.recipients == ["a@example.org", "b@example.org", "c@example.org"]


@pytest.mark.parametrize(
    ("address", "state", "said"),
    [
        ("unknown@example.org", "failed", "refused unknown@example.org: 550 5.1.1 No such user here\n"),
        ("busy@example.org", "pending", "not now busy@example.org: 451 4.7.1 Greylisted, come back later\n"),
    ],
)
def test_an_address_that_a_server_does_not_take_is_told_with_its_words(
    address: str, state: str, said: str, newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    ran = newsletter("send", "proef", "--test", address, "--json")
    assert (ran.status, ran.err) == (1, said)
    assert counts(ran) == {state: 1}


def test_what_one_server_refuses_keeps_nothing_from_the_others(
    newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    addresses = ["a@example.org", "unknown@example.org", "b@example.org", "busy@example.org", "c@example.org"]
    ran = newsletter("send", "proef", "--test", *addresses, "--json")
    assert ran.status == 1
    assert counts(ran) == {"sent": 3, "failed": 1, "pending": 1}
    assert post.recipients == ["a@example.org", "b@example.org", "c@example.org"]
    assert [line.split()[0] for line in ran.err.splitlines()] == ["sent", "refused", "sent", "not", "sent"]


def test_the_words_of_a_server_cannot_steer_a_terminal(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    ran = newsletter("send", "proef", "--test", "tricky@example.org")
    assert ran.status == 1
    assert ran.err.startswith("refused tricky@example.org: 550 5.7.1 ")
    assert ran.err.removesuffix("\n").isprintable()


def greet(line: Line) -> None:
    line.say("220 mail.example")
    line.hear("EHLO")
    line.say("250 mail.example")


def take(line: Line, reply: str) -> None:
    """Play along up to the dot of one message, and answer it."""
    for command, answer in (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")):
        line.hear(command)
        line.say(answer)
    line.hear_content()
    if reply:
        line.say(reply)


def test_a_line_that_is_cut_after_the_dot_leaves_the_reader_in_doubt(newsletter: Newsletter, workspace: Path) -> None:
    def lose(line: Line) -> None:
        greet(line)
        take(line, "")

    with ScriptedServer(lose) as server, settings_for(server.port):
        ran = newsletter("send", "proef", "--test", "anna@example.org", "--json")
    assert ran.status == 1
    assert counts(ran) == {"in_doubt": 1}
    assert ran.err.startswith("in doubt anna@example.org: ")


def test_a_server_that_goes_away_half_way_leaves_the_rest_pending(newsletter: Newsletter, workspace: Path) -> None:
    """Those who have it already are not forgotten: an error alone would invite to send it to all of them again."""

    def close_for_the_night(line: Line) -> None:
        greet(line)
        take(line, "250 2.0.0 taken")
        line.hear("MAIL")
        line.say("421 4.3.2 good night")

    with ScriptedServer(close_for_the_night) as server, settings_for(server.port):
        addresses = [f"{name}@example.org" for name in "abcd"]
        ran = newsletter("send", "proef", "--test", *addresses, "--json")
        lines = ran.err.splitlines()
        assert ran.status == 1
        assert counts(ran) == {"sent": 1, "pending": 3}
        assert lines[0] == "sent a@example.org"
        assert lines[1].startswith("not now b@example.org: 421 4.3.2 ")
        assert lines[2] == "not tried c@example.org, d@example.org"


def test_an_unreachable_server_is_told_with_its_host_and_port(newsletter: Newsletter, workspace: Path) -> None:
    port = free_port()
    with settings_for(port):
        ran = newsletter("send", "proef", "--test", "anna@example.org", "--json")
    said = f"127.0.0.1:{port}: nothing listens there; look at smtp.host and smtp.port, or start the server"
    assert (ran.status, ran.err) == (2, f"error: {said}\n")
    assert ran.document == {"errors": [{"message": said}]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["anna@example.org"], "name the addresses to send to: --test you@example.org"),
        (["--test", ""], "name the addresses to send to: --test you@example.org"),
        (["--test", " , "], "name the addresses to send to: --test you@example.org"),
        (["--test", "anna"], '"anna" is not a mail address: An email address must have an @-sign.\n'),
        (["--test", "anna@"], '"anna@" is not a mail address: '),
        (["--test", "anna@example"], '"anna@example" is not a mail address: '),
        (["--test", "Anna <anna@example.org>"], '"Anna <anna@example.org>" is not a mail address: '),
        (["--test", "a@x.org\r\nRCPT TO:<b@x.org>"], r'"a@x.org\r\nRCPT TO:<b@x.org>" is not a mail address: '),
        (["--test", "anna@example.org", "--transport", "smpt"], 'no transport "smpt" (did you mean "smtp"?)\n'),
    ],
)
def test_it_is_told_who_it_cannot_be_sent_to_and_nobody_gets_it(
    arguments: list[str], said: str, newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    ran = newsletter("send", "proef", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert said in ran.err
    assert post.envelopes == []


def test_every_wrong_address_is_told_at_once(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    ran = newsletter("send", "proef", "--test", "a@example.org,b", "c d", "e@example.org")
    assert ran.status == 2
    assert [line.partition(" is not")[0] for line in ran.err.splitlines()] == ['error: "b"', '"c d"']
    assert post.envelopes == []


def test_an_international_domain_goes_over_the_wire_in_ascii(
    newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    ran = newsletter("send", "proef", "--test", "anna@bücher.example", "ANNA@XN--BCHER-KVA.EXAMPLE")
    assert ran.status == 0, ran.err
    assert post.recipients == ["anna@xn--bcher-kva.example"]


def test_each_test_is_a_message_of_its_own(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    """A mail program hides a second copy of a Message-ID that it knows."""
    for _ in range(2):
        newsletter("send", "proef", "--test", "anna@example.org", "bram@example.org")
    ids = [message_from_bytes(content)["Message-ID"] for content in post.contents]
    assert len(set(ids)) == 4


def test_a_broken_issue_reaches_nobody(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    """Not even the first of two readers, where only the second has no first name."""
    issue = workspace / "issues" / "2026-11-24-proef.md"
    issue.write_text(issue.read_text("utf-8").replace(' | default("lezer")', ""), "utf-8")
    ran = newsletter("send", "proef", "--test", "anna@example.org", "nobody@example.org")
    assert ran.status == 2
    assert "first_name" in ran.err
    assert post.envelopes == []


def test_without_a_server_the_mails_are_files(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("send", "proef", "--test", "anna@example.org", "bram@example.org", "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 2}
    mails = [message_from_bytes(path.read_bytes()) for path in (workspace / "out" / "mail").iterdir()]
    assert sorted(str(mail["To"]) for mail in mails) == ["anna@example.org", "bram@example.org"]


def test_the_transport_can_be_named(newsletter: Newsletter, workspace: Path, post: Post) -> None:
    assert newsletter("send", "proef", "--test", "anna@example.org", "--transport", "directory").status == 0
    assert post.envelopes == []
    assert len(list((workspace / "out" / "mail").iterdir())) == 1


def test_a_clock_that_stands_still_breaks_nothing(
    newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test is over in less time than some clocks can tell."""
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    ran = newsletter("send", "proef", "--test", "anna@example.org", "--json")
    assert ran.status == 0, ran.err
    assert (ran.document["seconds"], ran.document["per_second"]) == (0.001, 1000.0)


def test_a_mail_is_signed_with_a_key_that_is_its_owners_alone(
    newsletter: Newsletter, workspace: Path, post: Post
) -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    path = workspace / "dkim.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with (workspace / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[dkim]\nselector = "nl2026"\nkey_file = "dkim.pem"\n')
    assert newsletter("send", "proef", "--test", "anna@example.org").status == 0
    assert post.contents[0].startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=")

    path.chmod(0o644)
    ran = newsletter("send", "proef", "--test", "anna@example.org")
    assert (ran.status, ran.err) == (
        2, f"error: {path}: others on this machine can read this key; chmod 600 {path}\n",
    )  # fmt: skip
    assert len(post.contents) == 1


def test_the_password_is_nowhere_to_be_seen(workspace: Path, post: Post) -> None:
    ran = installed(
        "send", "proef", "--test", "anna@example.org", "--json",
        cwd=workspace, NEWSLETTER_SMTP_USERNAME="redactie", NEWSLETTER_SMTP_PASSWORD="canary-5f2d",
    )  # fmt: skip
    assert ran.status == 2
    assert "it offers no log-in" in ran.err
    assert "canary-5f2d" not in ran.out + ran.err
