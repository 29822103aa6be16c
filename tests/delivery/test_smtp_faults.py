"""The SMTP transport against servers that break off, stall and lie, each at one exact step."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Verdict
from tests.delivery.letters import message
from tests.delivery.servers import Line, ScriptedServer, smtp_settings, transport

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

    with ScriptedServer(close, accept) as server, transport(smtp_settings(server.port)) as opened:
        deferred, taken = opened.deliver(message()), opened.deliver(message())

    assert b"RSET" not in server.heard[0]
    assert b"QUIT" not in server.heard[0]
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


def test_the_dot_does_not_wait_for_the_text_to_be_confirmed() -> None:
    def take_all(line: Line) -> None:
        greet(line)
        for _ in range(50):
            for command, reply in (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")):
                line.hear(command)
                line.say(reply)
            line.hear_content()
            line.say("250 taken")
        line.hear("QUIT")

    with ScriptedServer(take_all) as server, transport(smtp_settings(server.port)) as opened:
        began = time.monotonic()
        for _ in range(50):
            opened.deliver(message())
        seconds = time.monotonic() - began

    assert seconds < 1.5  # held back until confirmed, each takes 40 ms; as it is, a tenth of one


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


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"250-ok\r\n" * 100, "the server answered with more than 100 lines, at MAIL"),
        (b"250 " + b"x" * 3000, "the server answered with a line of more than 2048 octets, at MAIL"),
        (b"hello\r\n", "the server answered something that is no reply, at MAIL"),
    ],
)
def test_a_reply_without_end_is_not_waited_for(reply: bytes, reason: str) -> None:
    def flood(line: Line) -> None:
        go_to(line, "MAIL")
        line.say(reply)
        line.hear_the_end()

    (outcome,) = deliver(flood)

    assert outcome == Outcome("anna@example.org", Verdict.DEFERRED, reply=reason)


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
