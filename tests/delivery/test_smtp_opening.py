"""What the SMTP transport says, and what it keeps to itself, where a connection cannot be opened."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.delivery.smtp import SmtpTransport
from newsletter.errors import DeliveryError, UnsafeValueError
from tests.delivery.letters import message
from tests.delivery.servers import PASSWORD, Line, ListFeed, ScriptedServer, deliver, smtp, smtp_settings, with_log_in

if TYPE_CHECKING:
    from tests.delivery.servers import Script


def opening_fails(
    script: Script,
    context: ssl.SSLContext | None = None,
    patience: dict[str, float] | None = None,
    **changes: object,
) -> tuple[str, bytes]:
    """What is said when a log-in is not possible, and what the server heard of it."""
    with ScriptedServer(script) as server:
        settings = with_log_in(server.port, **changes)
        with pytest.raises(DeliveryError) as caught:
            deliver(smtp(settings, context=context, patience=patience), message())
    place, _, said = str(caught.value).partition(": ")
    assert place == f"127.0.0.1:{server.port}"
    assert "hunter2" not in said
    assert said.isprintable()
    return said, server.heard[0]


def hides_the_password(heard: bytes) -> bool:
    forms = (PASSWORD, f"\0redactie\0{PASSWORD}")
    return not any(base64.b64encode(form.encode()) in heard for form in forms) and b"AUTH" not in heard


def test_a_stripped_starttls_never_sends_the_password() -> None:
    def strip(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250-XXXXXXXA", "250 AUTH PLAIN LOGIN")
        line.hear_the_end()

    said, heard = opening_fails(strip, security="starttls")

    assert said.startswith("it offers no STARTTLS, or somebody on the way took the offer out; no log-in was sent; ")
    assert heard == b"EHLO aireport.example\r\n"
    assert hides_the_password(heard)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ((b"454 4.7.0 not now\r\n",), "it answered STARTTLS with 454 4.7.0 not now; try again later"),
        ((b"501 no\r\n",), "it answered STARTTLS with 501 no; try again later"),
        ((b"220 go\r\n250-mail.example\r\n250 AUTH PLAIN\r\n",), "the server talked out of turn before TLS began; "),
        # As it comes a moment later, or in time to be seen.
        ((b"220 go\r\n", b"not TLS at all, whatever this is\r\n"), ("TLS could not be begun (", "the server talked")),
    ],
)
def test_a_spoilt_starttls_never_sends_the_password(
    replies: tuple[bytes, ...], expected: str | tuple[str, ...]
) -> None:
    def spoil(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250-STARTTLS", "250 AUTH PLAIN LOGIN")
        line.hear("STARTTLS")
        for reply in replies:
            line.say(reply)
        line.hear_the_end()

    said, heard = opening_fails(spoil, security="starttls")

    assert said.startswith(expected)
    assert hides_the_password(heard)


def test_what_was_offered_in_clear_is_forgotten_under_tls() -> None:
    authority = trustme.CA()
    certified = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(certified)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)

    def forget(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250-AUTH PLAIN", "250 STARTTLS")
        line.hear("STARTTLS")
        line.say("220 go")
        line.encrypt(certified)
        line.hear("EHLO")
        line.say("250-mail.example", "250 AUTH \x1b[31mXOAUTH2")
        line.hear_the_end()

    said, heard = opening_fails(forget, context=trust, security="starttls")

    assert said.startswith("it offers no log-in with PLAIN or LOGIN, but XOAUTH2; ")
    assert hides_the_password(heard)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (("554 5.3.2 no service",), "it greeted with 554 5.3.2 no service; try again later"),
        (("220 mail.example", "EHLO", "502 what"), "it answered EHLO with 502 what; try again later"),
        (("220 mail.example", "EHLO", "421 busy"), "it answered EHLO with 421 busy; try again later"),
        ((), "the server closed the connection; look at smtp.port and smtp.security, or try again later"),
        (("220 mail.example", "EHLO"), "the server closed the connection; look at "),
        (("HTTP/1.1 400 Bad Request",), "the server answered something that is no reply; look at "),
    ],
)
def test_a_server_that_does_not_open_is_told(script: tuple[str, ...], expected: str) -> None:
    def play(line: Line) -> None:
        for words in script:
            if words == "EHLO":
                line.hear(words)
            else:
                line.say(words)

    said, heard = opening_fails(play)

    assert said.startswith(expected)
    assert hides_the_password(heard)


def test_a_server_that_is_silent_or_gone_before_tls_is_told() -> None:
    def reset(line: Line) -> None:
        line.hear_some(1)
        line.cut()

    said, _ = opening_fails(Line.hear_the_end, security="tls", timeout_s=0.2)
    assert said == "nothing answers; look at smtp.host and smtp.port, or at a firewall on the way"

    said, _ = opening_fails(reset, security="tls")
    assert said == "no connection (Connection reset by peer); look at smtp.host and smtp.port"


def drip(line: Line) -> None:
    with suppress(ConnectionError):
        while True:
            line.say(b"2")
            line.stall(0.05)


def endless(line: Line) -> None:
    with suppress(ConnectionError):
        while True:
            line.say("220-mail.example")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (Line.hear_the_end, "the server did not answer in time; look at "),
        (drip, "the server did not answer in time; look at "),
        (endless, "the server answered with more than 100 lines; look at "),
        (
            lambda line: line.say(b"220 " + b"x" * 1_000_000),
            "the server answered with a line of more than 2048 octets; ",
        ),
        (lambda line: line.say(b"220 x\r\n220 x\r\n"), "it answered EHLO with 220 x; "),
    ],
    ids=["silence", "drip", "endless", "megabyte", "twice"],
)
def test_a_greeting_that_is_none_is_given_up_in_time(script: Script, expected: str) -> None:
    def play(line: Line) -> None:
        with suppress(ConnectionError):
            script(line)
            line.hear_the_end()

    began = time.monotonic()
    said, heard = opening_fails(play, patience={"reply_s": 0.3})

    assert said.startswith(expected)
    assert hides_the_password(heard)
    assert time.monotonic() - began < 10


def test_a_certificate_that_has_expired_is_refused() -> None:
    authority = trustme.CA()
    expired = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    authority.issue_cert("127.0.0.1", not_after=yesterday).configure_cert(expired)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)

    def show_it(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250 STARTTLS")
        line.hear("STARTTLS")
        line.say("220 go")
        with suppress(ssl.SSLError):
            line.encrypt(expired)
            line.hear_the_end()

    said, heard = opening_fails(show_it, context=trust, security="starttls")

    assert said.startswith("its certificate was refused (certificate has expired); ")
    assert hides_the_password(heard)


def test_more_than_one_answer_to_the_greeting_is_out_of_turn() -> None:
    def say_more(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250 mail.example", "250 ok")
        line.hear_the_end()

    with ScriptedServer(say_more) as server, pytest.raises(DeliveryError, match=r"the server talked out of turn; "):
        deliver(smtp(smtp_settings(server.port)), message())

    assert server.heard == [b"EHLO aireport.example\r\n"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_hangs_up_when_tls_begins_is_told(security: str) -> None:
    def hang_up(line: Line) -> None:
        if security == "starttls":
            line.say("220 mail.example")
            line.hear("EHLO")
            line.say("250-mail.example", "250 STARTTLS")
            line.hear("STARTTLS")
            line.say("220 go")
        line.hear_some(1)

    said, heard = opening_fails(hang_up, security=security)

    assert said.startswith(("no connection (", "TLS could not be begun ("))
    assert hides_the_password(heard)


def test_an_interrupt_while_a_connection_is_opened_hangs_up() -> None:
    async def interrupt(port: int) -> None:
        task = asyncio.create_task(smtp(with_log_in(port)).run(ListFeed([message()])))
        await asyncio.to_thread(was_greeted.wait)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    def greet_and_wait(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        was_greeted.set()
        line.hear_the_end()

    was_greeted = threading.Event()
    with ScriptedServer(greet_and_wait) as server:
        asyncio.run(interrupt(server.port))

    assert server.heard == [b"EHLO aireport.example\r\n"]


def test_our_own_name_cannot_hold_a_command() -> None:
    def hear_nothing(line: Line) -> None:
        line.say("220 mail.example")
        line.hear_the_end()

    with ScriptedServer(hear_nothing) as server:
        settings = smtp_settings(server.port)
        with pytest.raises(UnsafeValueError, match=r'the command "EHLO" holds a control character'):
            deliver(SmtpTransport(settings, ehlo_name="a\r\nMAIL FROM:<b@c>"), message())

    assert server.heard == [b""]


def test_a_server_that_says_the_password_back_is_not_quoted() -> None:
    def say_back(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250 AUTH PLAIN")
        line.hear("AUTH PLAIN")
        encoded = line.heard.split()[-1].decode()
        line.say(
            f"535-5.7.8 not {encoded}",
            f"535-5.7.8 nor {base64.b64encode(PASSWORD.encode()).decode()}",
            f"535 5.7.8 and not {PASSWORD}",
        )
        line.hear_the_end()

    said, heard = opening_fails(say_back)

    assert base64.b64encode(f"\0redactie\0{PASSWORD}".encode()) in heard
    assert said == (
        'it answered the log-in of "redactie" with 535 5.7.8 not [secret] nor [secret] and not [secret]; '
        "look at smtp.username and the password"
    )


def test_a_log_in_with_login_stops_where_the_server_says_no() -> None:
    def refuse(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250 AUTH LOGIN")
        line.hear("AUTH LOGIN")
        line.say("334 VXNlcm5hbWU6")
        line.hear(base64.b64encode(b"redactie").decode())
        line.say("535 5.7.8 no such user")
        line.hear_the_end()

    said, heard = opening_fails(refuse)

    assert "with 535 5.7.8 no such user; look at smtp.username" in said
    assert base64.b64encode(PASSWORD.encode()) not in heard
