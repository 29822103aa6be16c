"""The SMTP transport against servers that break off, stall and lie, each at one exact step."""

from __future__ import annotations

import base64
import signal
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.delivery.smtp import SmtpTransport
from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.model import Outcome, Verdict
from tests.delivery.letters import message
from tests.delivery.servers import PASSWORD, Line, ScriptedServer, smtp_settings, transport, with_log_in

if TYPE_CHECKING:
    from newsletter.delivery.base import Message
    from tests.delivery.servers import Script

LARGE = b"Subject: x\r\n\r\n" + b"A line of a large message.\r\n" * 400_000
"""More than the buffers between two programs hold, so that a break is noticed before the dot."""


def greet(line: Line) -> None:
    line.say("220 mail.example")
    line.hear("EHLO aireport.example")
    line.say("250 mail.example")


def go_to(line: Line, step: str) -> None:
    """Play along until the server's answer to `step` is due."""
    greet(line)
    for command, reply in (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")):
        line.hear(command)
        if command == step:
            return
        line.say(reply)
    line.hear_content()


def accept(line: Line) -> None:
    """Take one message as a good server does, up to the goodbye."""
    go_to(line, "dot")
    line.say("250 2.0.0 taken")
    line.hear("QUIT")
    line.say("221 bye")


def deliver(*scripts: Script, sent: Message | None = None, **options: float) -> list[Outcome]:
    """Give a message to a server with one script for each connection; as many messages as there are scripts."""
    with ScriptedServer(*scripts) as server:
        settings = smtp_settings(server.port, timeout_s=options.pop("timeout_s", 10))
        with transport(settings, **options) as opened:
            return [opened.deliver(sent or message()) for _ in scripts]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_before_the_text_is_safe_and_opened_again(step: str, how: str) -> None:
    def lose(line: Line) -> None:
        go_to(line, step)
        if how == "reset":
            line.cut()

    lost, taken = deliver(lose, accept)

    assert lost.verdict is Verdict.DEFERRED
    assert lost.reply.endswith(f", at {step}")
    assert taken.verdict is Verdict.ACCEPTED


def test_a_line_that_is_lost_inside_the_text_is_safe_as_the_dot_was_never_written() -> None:
    def lose(line: Line) -> None:
        go_to(line, "DATA")
        line.say("354 go on")
        line.hear_some(4096)
        line.cut()

    with ScriptedServer(lose, accept) as server, transport(smtp_settings(server.port)) as opened:
        lost = opened.deliver(message(LARGE))
        taken = opened.deliver(message())

    assert lost.verdict is Verdict.DEFERRED
    assert lost.reply.endswith(", inside the message and before its final dot")
    assert b"\r\n.\r\n" not in server.heard[0]
    assert taken.verdict is Verdict.ACCEPTED


def test_a_server_that_stops_reading_is_safe_as_the_dot_was_never_written() -> None:
    def stop_reading(line: Line) -> None:
        go_to(line, "DATA")
        line.say("354 go on")
        line.wait_until(given_up)

    given_up = threading.Event()
    with ScriptedServer(stop_reading) as server, transport(smtp_settings(server.port, timeout_s=0.2)) as opened:
        outcome = opened.deliver(message(LARGE))
        given_up.set()

    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply == "the server stopped reading, inside the message and before its final dot"


@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_after_the_dot_leaves_doubt(how: str) -> None:
    def lose(line: Line) -> None:
        go_to(line, "dot")
        if how == "reset":
            line.cut()

    doubtful, taken = deliver(lose, accept)

    assert doubtful.verdict is Verdict.UNCERTAIN
    assert doubtful.code == ""
    assert doubtful.reply.endswith(", after the final dot and before an answer")
    assert taken.verdict is Verdict.ACCEPTED


def test_silence_after_the_dot_leaves_doubt() -> None:
    def stall(line: Line) -> None:
        go_to(line, "dot")
        line.hear_the_end()

    (outcome,) = deliver(stall, final_reply_timeout_s=0.2)

    assert outcome.verdict is Verdict.UNCERTAIN
    assert outcome.reply.startswith("the server did not answer in time")


def test_the_answer_to_the_dot_may_take_longer_than_any_other() -> None:
    def stall(line: Line) -> None:
        go_to(line, "dot")
        line.stall(0.6)
        line.say("250 taken")
        line.hear("QUIT")

    (outcome,) = deliver(stall, timeout_s=0.2)

    assert outcome.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    ("reply", "verdict", "code", "words"),
    [
        ("450 4.2.1 Greylisted, come back", Verdict.DEFERRED, "450 4.2.1", "Greylisted, come back"),
        ("550 5.1.1 No such user", Verdict.REFUSED, "550 5.1.1", "No such user"),
        ("554 \x1b[31mNo\x07\x9b2J", Verdict.REFUSED, "554", "No"),
    ],
)
def test_a_refusal_at_any_step_is_told_and_the_line_is_kept(
    step: str, reply: str, verdict: Verdict, code: str, words: str
) -> None:
    def refuse_then_accept(line: Line) -> None:
        go_to(line, step)
        line.say(reply)
        if step != "dot":
            line.hear("RSET")
            line.say("250 ok")
        for command, answer in (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")):
            line.hear(command)
            line.say(answer)
        line.hear_content()
        line.say("250 taken")
        line.hear("QUIT")

    with ScriptedServer(refuse_then_accept) as server, transport(smtp_settings(server.port)) as opened:
        refused, taken = opened.deliver(message()), opened.deliver(message())

    assert refused == Outcome("anna@example.org", verdict, code, words)
    assert taken == Outcome("anna@example.org", Verdict.ACCEPTED, "250", "taken")


def test_a_server_that_will_not_start_again_is_left_and_called_again() -> None:
    def refuse_the_reset(line: Line) -> None:
        go_to(line, "RCPT")
        line.say("550 5.1.1 No such user")
        line.hear("RSET")
        line.say("502 what")
        line.hear_the_end()

    refused, taken = deliver(refuse_the_reset, accept)

    assert refused.verdict is Verdict.REFUSED
    assert taken.verdict is Verdict.ACCEPTED


def test_an_interrupt_inside_a_transaction_leaves_no_further_word() -> None:
    def interrupt(line: Line) -> None:
        go_to(line, "DATA")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        line.hear_the_end()

    with (
        ScriptedServer(interrupt) as server,
        pytest.raises(KeyboardInterrupt),
        transport(smtp_settings(server.port)) as opened,
    ):
        opened.deliver(message())

    assert server.heard[0].endswith(b"DATA\r\n")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_is_closing_is_left_and_called_again(step: str) -> None:
    def close(line: Line) -> None:
        go_to(line, step)
        line.say("421 4.3.2 Closing")
        line.hear_the_end()

    deferred, taken = deliver(close, accept)

    assert deferred == Outcome("anna@example.org", Verdict.DEFERRED, "421 4.3.2", "Closing")
    assert taken.verdict is Verdict.ACCEPTED


def test_a_server_that_closes_between_two_messages_is_called_again() -> None:
    def accept_and_close(line: Line) -> None:
        go_to(line, "dot")
        line.say("250 2.0.0 taken", "421 4.4.5 Enough for one connection")
        line.hear_the_end()

    first, second = deliver(accept_and_close, accept)

    assert first == Outcome("anna@example.org", Verdict.ACCEPTED, "250 2.0.0", "taken")
    assert second.verdict is Verdict.ACCEPTED


def test_a_lost_goodbye_changes_nothing() -> None:
    def hang_up(line: Line) -> None:
        go_to(line, "dot")
        line.say("250 taken")
        line.hear("QUIT")
        line.cut()

    (outcome,) = deliver(hang_up)

    assert outcome.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("step", "reply", "verdict"),
    [
        ("MAIL", b"354 go on\r\n", Verdict.DEFERRED),
        ("DATA", b"250 ok\r\n", Verdict.DEFERRED),
        ("DATA", b"354 go on\r\n250 taken already\r\n", Verdict.DEFERRED),
        ("RCPT", b"250 ok\r\n354 go on\r\n", Verdict.DEFERRED),
        ("MAIL", b"hello\r\n", Verdict.DEFERRED),
        ("MAIL", b"2500 ok\r\n", Verdict.DEFERRED),
        ("MAIL", b"199 ok\r\n", Verdict.DEFERRED),
        ("MAIL", b"250-ok\r\n550 no\r\n", Verdict.DEFERRED),
        ("MAIL", b"250-ok\r\n" * 100, Verdict.DEFERRED),
        ("MAIL", b"250 " + b"x" * 3000, Verdict.DEFERRED),
        ("dot", b"354 go on\r\n", Verdict.UNCERTAIN),
        ("dot", b"\r\n", Verdict.UNCERTAIN),
        ("dot", b"250-ok\r\n" * 1000, Verdict.UNCERTAIN),
    ],
)
def test_a_server_out_of_step_is_left_and_never_believed(step: str, reply: bytes, verdict: Verdict) -> None:
    def confuse(line: Line) -> None:
        go_to(line, step)
        line.say(reply)
        line.hear_the_end()

    with ScriptedServer(confuse, accept) as server, transport(smtp_settings(server.port)) as opened:
        confused, taken = opened.deliver(message()), opened.deliver(message())

    assert confused.verdict is verdict
    assert (b"Hello" in server.heard[0]) == (step == "dot")
    assert taken.verdict is Verdict.ACCEPTED


def test_a_reply_that_drips_is_given_up_in_time() -> None:
    def drip(line: Line) -> None:
        go_to(line, "MAIL")
        with suppress(ConnectionError):
            while True:
                line.say(b"x")
                line.stall(0.05)

    (outcome,) = deliver(drip, timeout_s=0.3)

    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply == "the server did not answer in time, at MAIL"


def test_a_line_that_cannot_be_opened_again_is_an_error_and_no_outcome() -> None:
    def lose(line: Line) -> None:
        go_to(line, "MAIL")

    with ScriptedServer(lose) as server, transport(smtp_settings(server.port)) as opened:
        assert opened.deliver(message()).verdict is Verdict.DEFERRED
        with pytest.raises(DeliveryError, match=r"nothing listens there|closed the connection|was lost"):
            opened.deliver(message())


def opening_fails(script: Script, context: ssl.SSLContext | None = None, **changes: object) -> tuple[str, bytes]:
    """What is said when a log-in is not possible, and what the server heard of it."""
    with ScriptedServer(script) as server:
        settings = with_log_in(server.port, **changes)
        with pytest.raises(DeliveryError) as caught, transport(settings, context=context):
            pass
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
    assert heard == b"ehlo aireport.example\r\n"
    assert hides_the_password(heard)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ((b"454 4.7.0 not now\r\n",), "it answered STARTTLS with 454 4.7.0 not now; try again later"),
        ((b"501 no\r\n",), "it answered STARTTLS with 501 no; try again later"),
        ((b"220 go\r\n250-mail.example\r\n250 AUTH PLAIN\r\n",), "the server talked out of turn before TLS began; "),
        ((b"220 go\r\n", b"not TLS at all, whatever this is\r\n"), "TLS could not be begun ("),
    ],
)
def test_a_spoilt_starttls_never_sends_the_password(replies: tuple[bytes, ...], expected: str) -> None:
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


def test_our_own_name_cannot_hold_a_command() -> None:
    def hear_nothing(line: Line) -> None:
        line.say("220 mail.example")
        line.hear_the_end()

    with ScriptedServer(hear_nothing) as server:
        settings = smtp_settings(server.port)
        with (
            pytest.raises(UnsafeValueError, match=r"the command ehlo holds a control character"),
            SmtpTransport(settings, ehlo_name="a\r\nMAIL FROM:<b@c>"),
        ):
            pass

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


def test_one_message_is_one_transaction_of_these_octets() -> None:
    with ScriptedServer(accept) as server, transport(smtp_settings(server.port)) as opened:
        opened.deliver(message(b"A: b\r\n\r\n.\r\n..b\r\n"))

    (heard,) = server.heard
    assert heard == (
        b"ehlo aireport.example\r\n"
        b"MAIL FROM:<bounces+1@aireport.example>\r\n"
        b"RCPT TO:<anna@example.org>\r\n"
        b"DATA\r\n"
        b"A: b\r\n\r\n..\r\n...b\r\n.\r\n"
        b"QUIT\r\n"
    )
