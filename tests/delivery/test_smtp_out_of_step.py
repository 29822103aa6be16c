"""The SMTP transport against servers whose answers do not fit what was asked, and those without end."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from newsletter.model import Outcome, Scope, Verdict
from tests.delivery.letters import message
from tests.delivery.scripts import LARGE, Server, outcomes
from tests.delivery.servers import Line, ScriptedServer, deliver, smtp, smtp_settings


@pytest.mark.parametrize(
    ("step", "reply", "verdict"),
    [
        ("MAIL", b"354 go on\r\n", Verdict.DEFERRED),
        ("MAIL", b"250 ok\r\n250 ok\r\n250 ok\r\n", Verdict.DEFERRED),
        ("DATA", b"250 ok\r\n", Verdict.DEFERRED),
        ("DATA", b"221 bye\r\n", Verdict.DEFERRED),
        ("DATA", b"354 go on\r\n250 taken already\r\n", Verdict.DEFERRED),
        ("MAIL", b"hello\r\n", Verdict.DEFERRED),
        ("MAIL", b"2500 ok\r\n", Verdict.DEFERRED),
        ("MAIL", b"199 ok\r\n", Verdict.DEFERRED),
        ("MAIL", b"250-ok\r\n550 no\r\n", Verdict.DEFERRED),
        ("MAIL", b"250-ok\r\n" * 100, Verdict.DEFERRED),
        ("MAIL", b"250 " + b"x" * 3000, Verdict.DEFERRED),
        ("dot", b"354 go on\r\n", Verdict.UNCERTAIN),
        ("dot", b"\r\n", Verdict.UNCERTAIN),
        ("dot", b"\x00\xff\x80" * 5 + b"\r\n", Verdict.UNCERTAIN),
        ("dot", b"250-ok\r\n" * 1000, Verdict.UNCERTAIN),
    ],
)
def test_a_server_out_of_step_is_left_and_never_believed(
    good: Server, step: str, reply: bytes, verdict: Verdict
) -> None:
    def confuse(line: Line) -> None:
        good.go_to(line, step)
        line.say(reply)
        line.hear_the_end()

    with ScriptedServer(confuse, good.accept) as server:
        settings = smtp_settings(server.port, messages_per_connection=1)
        confused, taken = deliver(smtp(settings), message(), message())

    assert (confused.verdict, confused.scope) == (verdict, Scope.SESSION)
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
def test_a_reply_without_end_is_not_waited_for(good: Server, reply: bytes, reason: str) -> None:
    def flood(line: Line) -> None:
        good.go_to(line, "MAIL")
        line.say(reply)
        line.hear_the_end()

    (outcome,) = outcomes(flood)

    assert outcome == Outcome("anna@example.org", Verdict.DEFERRED, reply=reason, scope=Scope.SESSION)


@pytest.mark.parametrize(("step", "verdict"), [("MAIL", Verdict.DEFERRED), ("dot", Verdict.UNCERTAIN)])
def test_a_reply_that_drips_is_given_up_in_time(good: Server, step: str, verdict: Verdict) -> None:
    def drip(line: Line) -> None:
        good.go_to(line, step)
        line.say(b"250-")
        with suppress(ConnectionError):
            while True:
                line.say(b"x")
                line.stall(0.05)

    (outcome,) = outcomes(drip, reply_s=0.3, final_reply_s=0.3)

    assert outcome.verdict is verdict
    assert outcome.reply.startswith("the server did not answer in time, ")


@pytest.mark.parametrize(
    ("reply", "verdict", "code"),
    [
        ("552 5.3.4 too big for me", Verdict.REFUSED, "552 5.3.4"),
        ("452 4.3.1 no room", Verdict.DEFERRED, "452 4.3.1"),
        ("421 4.3.2 good night", Verdict.DEFERRED, "421 4.3.2"),
        ("250 taken", Verdict.DEFERRED, ""),
        ("354 go on", Verdict.DEFERRED, ""),
    ],
)
def test_an_answer_inside_the_text_is_believed_only_where_it_refuses(
    good: Server, reply: str, verdict: Verdict, code: str
) -> None:
    def interrupt(line: Line) -> None:
        good.go_to(line, "DATA")
        line.say("354 go on")
        line.hear_some(4096)
        line.say(reply)
        line.wait_until(told)
        line.hear_the_end()

    told = threading.Event()
    with ScriptedServer(interrupt) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port)), message(LARGE))
        told.set()

    assert (outcome.verdict, outcome.code) == (verdict, code)
    assert b"\r\n.\r\n" not in server.heard[0]
