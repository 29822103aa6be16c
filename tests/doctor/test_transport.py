"""A call at a mail server, as far as the log-in; it never gets a mail."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from newsletter.doctor.transport import examine_transport
from tests.delivery.servers import PASSWORD, Inbox, ScriptedServer, real_server
from tests.doctor.surroundings import as_server

if TYPE_CHECKING:
    import trustme

    from tests.delivery.servers import Line, Script
    from tests.doctor.surroundings import Said, Surroundings

SECRETS = {"NEWSLETTER_SMTP_PASSWORD": PASSWORD}


def toml(port: int, security: str = "starttls", username: str = "redactie") -> str:
    return (
        f'[delivery]\ntransport = "smtp"\n[smtp]\nhost = "127.0.0.1"\nport = {port}\n'
        f'security = "{security}"\nusername = "{username}"\n'
    )


def called(
    around: Surroundings, authority: trustme.CA, not_after: datetime | None = None, **secrets: str
) -> tuple[dict[str, Said], int, Inbox]:
    inbox = Inbox()
    context = as_server(authority, "127.0.0.1", not_after=not_after)
    with real_server(inbox, tls_context=context, require_starttls=True, auth_require_tls=True) as port:
        return around.examined(examine_transport, toml(port), **(SECRETS | secrets)), port, inbox


def test_the_server_lets_us_in_and_gets_no_mail(around: Surroundings, authority: trustme.CA) -> None:
    now = datetime.now(UTC)
    found, port, inbox = called(around, authority, now + timedelta(days=90, hours=1))

    assert found["certificate"] == (
        "ok",
        f"the certificate of 127.0.0.1:{port} holds for 90 days, until {now + timedelta(days=90, hours=1):%Y-%m-%d}",
        "",
    )
    assert found["log-in"][1].startswith(f"127.0.0.1:{port}: redactie is let in, under STARTTLS")
    assert [(name, user) for name, user, _ in inbox.log_ins] == [("PLAIN", b"redactie")]
    assert inbox.envelopes == []


def test_a_certificate_that_ends_soon_is_told(around: Surroundings, authority: trustme.CA) -> None:
    ends = datetime.now(UTC) + timedelta(days=3, hours=1)
    found, port, _ = called(around, authority, ends)

    assert found["certificate"] == (
        "warning",
        f"the certificate of 127.0.0.1:{port} ends in 3 days, on {ends:%Y-%m-%d}",
        "see why it was not renewed: after that day nobody can connect",
    )


def test_a_certificate_that_has_ended_is_an_error(around: Surroundings, authority: trustme.CA) -> None:
    found, port, _ = called(around, authority, datetime.now(UTC) - timedelta(days=1))

    assert found == {
        "log-in": (
            "error",
            f"127.0.0.1:{port}: its certificate was refused (certificate has expired)",
            "use the host name that the certificate is made out to, or have it renewed",
        )
    }


def test_a_wrong_password_is_told_and_not_shown(around: Surroundings, authority: trustme.CA) -> None:
    found, port, _ = called(around, authority, NEWSLETTER_SMTP_PASSWORD="wrong=hunter3")

    assert found["log-in"] == (
        "error",
        f'127.0.0.1:{port}: it answered the log-in of "redactie" with 535 5.7.8 Authentication credentials invalid',
        "look at smtp.username and the password",
    )
    assert "hunter3" not in str(found)


def greeting(*extensions: str, says_goodbye: bool = True) -> Script:
    def play(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO proef.example")
        line.say("250-mail.example", *(f"250-{name}" for name in extensions), "250 8BITMIME")
        line.hear("QUIT")
        if says_goodbye:
            line.say("221 bye")
        line.hear_the_end()

    return play


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_a_server_on_this_machine_needs_no_log_in(around: Surroundings, *, says_goodbye: bool) -> None:
    with ScriptedServer(greeting("PIPELINING", says_goodbye=says_goodbye)) as server:
        found = around.examined(examine_transport, toml(server.port, "none", ""))

    assert found == {
        "log-in": (
            "ok",
            f"127.0.0.1:{server.port}: no log-in was asked for, without encryption, on this machine",
            "",
        )
    }
    assert server.heard == [b"EHLO proef.example\r\nQUIT\r\n"]


def test_a_server_without_pipelining_is_slow(around: Surroundings) -> None:
    with ScriptedServer(greeting()) as server:
        found = around.examined(examine_transport, toml(server.port, "none", ""))

    assert found["log-in"] == (
        "ok",
        (
            f"127.0.0.1:{server.port}: no log-in was asked for, without encryption, on this machine; without "
            "PIPELINING a mail takes four round trips, not one"
        ),
        "",
    )


def test_a_stripped_starttls_is_an_error(around: Surroundings) -> None:
    def strip(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250 AUTH PLAIN")
        line.hear_the_end()

    with ScriptedServer(strip) as server:
        found = around.examined(examine_transport, toml(server.port), **SECRETS)

    assert found["log-in"] == (
        "error",
        (
            f"127.0.0.1:{server.port}: it offers no STARTTLS, or somebody on the way took the offer out; no log-in was "
            "sent"
        ),
        'set smtp.security to "tls" with its port, mostly 465, or ask the provider',
    )
    assert server.heard == [b"EHLO proef.example\r\n"]


def test_nobody_there_is_an_error(around: Surroundings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    assert around.examined(examine_transport, toml(port), **SECRETS)["log-in"] == (
        "error",
        f"127.0.0.1:{port}: nothing listens there",
        "look at smtp.host and smtp.port, or start the server",
    )


def test_what_a_server_says_steers_no_terminal(around: Surroundings) -> None:
    def trick(line: Line) -> None:
        line.say("554 \x1b]0;owned\x07no\x9b31m mail\u202etoday")
        line.hear_the_end()

    with ScriptedServer(trick) as server:
        _, found, mend = around.examined(examine_transport, toml(server.port), **SECRETS)["log-in"]

    assert found.isprintable()
    assert (found, mend) == (
        f"127.0.0.1:{server.port}: it greeted with 554 no mail today",
        "try again later",
    )


def test_what_a_provider_needs_is_there_or_told(around: Surroundings) -> None:
    without = around.examined(examine_transport, NEWSLETTER_TRANSPORT="esp:resend")["log-in"]
    ready = around.examined(examine_transport, NEWSLETTER_TRANSPORT="esp:resend", NEWSLETTER_RESEND_API_KEY="re_1")

    assert without[0] == "error"
    assert "NEWSLETTER_RESEND_API_KEY" in without[1]
    assert without[2] == "docs/how-to/send-by-a-provider.md says what it needs"
    assert ready == {
        "log-in": (
            "unknown",
            "what esp:resend needs is there; whether it takes your key shows when it gets a mail",
            "send a test: newsletter send ISSUE --test you@example.org",
        )
    }


@pytest.mark.parametrize(("name", "where"), [("directory", "into a folder"), ("null", "nowhere")])
def test_mail_that_reaches_nobody_is_a_warning(name: str, where: str, around: Surroundings) -> None:
    assert around.examined(examine_transport, NEWSLETTER_TRANSPORT=name) == {
        "log-in": (
            "warning",
            f'delivery.transport is "{name}": mail goes {where}, and nobody gets it',
            "set it to the way that mail goes when you mean to send",
        )
    }
