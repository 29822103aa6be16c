"""The SMTP transport against servers that break off, stall and lie, each at one exact step.

Each fault is played by a server that reads ahead (PIPELINING) and by one that does not: what becomes of the
message is the same.
"""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict
from tests.delivery.letters import message
from tests.delivery.scripts import LARGE, Server, outcomes
from tests.delivery.servers import Line, ListFeed, ScriptedServer, deliver, smtp, smtp_settings


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_before_the_text_is_safe_and_opened_again(good: Server, step: str, how: str) -> None:
    def lose(line: Line) -> None:
        good.go_to(line, step)
        if how == "reset":
            line.cut()

    lost, taken = outcomes(lose, good.accept)

    assert (lost.verdict, lost.scope, lost.code) == (Verdict.DEFERRED, Scope.SESSION, "")
    assert lost.reply.endswith(f", at {step}")
    assert taken.verdict is Verdict.ACCEPTED


def test_a_line_that_is_lost_inside_the_text_is_safe_as_the_dot_was_never_written(good: Server) -> None:
    def lose(line: Line) -> None:
        good.go_to(line, "DATA")
        line.say("354 go on")
        line.hear_some(4096)
        line.cut()

    with ScriptedServer(lose, good.accept) as server:
        settings = smtp_settings(server.port, messages_per_connection=1)
        lost, taken = deliver(smtp(settings), message(LARGE), message())

    assert (lost.verdict, lost.scope) == (Verdict.DEFERRED, Scope.SESSION)
    assert lost.reply.endswith(", inside the message and before its final dot")
    assert b"\r\n.\r\n" not in server.heard[0]
    assert taken.verdict is Verdict.ACCEPTED


def test_a_server_that_stops_reading_is_safe_as_the_dot_was_never_written(good: Server) -> None:
    def stop_reading(line: Line) -> None:
        good.go_to(line, "DATA")
        line.say("354 go on")
        line.wait_until(given_up)

    given_up = threading.Event()
    with ScriptedServer(stop_reading) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port), patience={"reply_s": 0.2}), message(LARGE))
        given_up.set()

    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply == "the server stopped reading, inside the message and before its final dot"


@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_after_the_dot_leaves_doubt(good: Server, how: str) -> None:
    def lose(line: Line) -> None:
        good.go_to(line, "dot")
        if how == "reset":
            line.cut()

    with ScriptedServer(lose, good.accept) as server:
        settings = smtp_settings(server.port, messages_per_connection=1)
        doubtful, taken = deliver(smtp(settings), message(), message())

    assert (doubtful.verdict, doubtful.scope, doubtful.code) == (Verdict.UNCERTAIN, Scope.SESSION, "")
    assert doubtful.reply.endswith(", after the final dot and before an answer")
    assert taken.verdict is Verdict.ACCEPTED


def test_silence_after_the_dot_leaves_doubt(good: Server) -> None:
    def stall(line: Line) -> None:
        good.go_to(line, "dot")
        line.hear_the_end()

    (outcome,) = outcomes(stall, final_reply_s=0.2)

    assert outcome.verdict is Verdict.UNCERTAIN
    assert outcome.reply == "the server did not answer in time, after the final dot and before an answer"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_silence_before_the_text_is_safe(good: Server, step: str) -> None:
    def stall(line: Line) -> None:
        good.go_to(line, step)
        line.hear_the_end()

    (outcome,) = outcomes(stall, reply_s=0.2)

    assert outcome == Outcome(
        "anna@example.org",
        Verdict.DEFERRED,
        reply=f"the server did not answer in time, at {step}",
        scope=Scope.SESSION,
    )


def test_the_answer_to_the_dot_may_take_longer_than_any_other(good: Server) -> None:
    def stall(line: Line) -> None:
        good.go_to(line, "dot")
        line.stall(0.6)
        line.say("250 taken")
        line.hear("QUIT")

    (outcome,) = outcomes(stall, reply_s=0.2)

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
    good: Server, step: str, reply: str, verdict: Verdict, code: str, words: str
) -> None:
    def refuse_then_accept(line: Line) -> None:
        good.greet(line)
        good.refuse(line, step, reply)
        if step != "dot":
            line.hear("RSET")
            line.say("250 ok")
        good.go_on_to(line, "dot")
        line.say("250 taken")
        line.hear("QUIT")

    with ScriptedServer(refuse_then_accept) as server:
        refused, taken = deliver(smtp(smtp_settings(server.port)), message(), message())

    assert (refused.verdict, refused.code, refused.reply) == (verdict, code, words)
    assert (taken.verdict, taken.code, taken.reply) == (Verdict.ACCEPTED, "250", "taken")


def test_a_server_that_will_not_start_again_is_left_and_called_again(good: Server) -> None:
    def refuse_the_reset(line: Line) -> None:
        good.greet(line)
        good.refuse(line, "RCPT", "550 5.1.1 No such user")
        line.hear("RSET")
        line.say("502 what")
        line.hear_the_end()

    with ScriptedServer(refuse_the_reset, good.accept) as server:
        refused, deferred, taken = deliver(smtp(smtp_settings(server.port)), message(), message(), message())

    assert (refused.verdict, refused.scope) == (Verdict.REFUSED, Scope.HARD)
    assert (deferred.verdict, deferred.scope, deferred.code) == (Verdict.DEFERRED, Scope.SESSION, "502")
    assert taken.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_is_closing_is_left_and_called_again(good: Server, step: str) -> None:
    def close(line: Line) -> None:
        good.go_to(line, step)
        line.say("421 4.3.2 Closing")
        line.hear_the_end()

    with ScriptedServer(close, good.accept) as server:
        settings = smtp_settings(server.port, messages_per_connection=1)
        deferred, taken = deliver(smtp(settings), message(), message())

    assert b"RSET" not in server.heard[0]
    assert b"QUIT" not in server.heard[0]
    assert deferred == Outcome("anna@example.org", Verdict.DEFERRED, "421 4.3.2", "Closing", Scope.SESSION)
    assert taken.verdict is Verdict.ACCEPTED


def test_a_server_that_closes_between_two_messages_is_called_again(good: Server) -> None:
    def accept_and_close(line: Line) -> None:
        good.go_to(line, "dot")
        line.say("250 2.0.0 taken", "421 4.4.5 Enough for one connection")
        line.hear_the_end()

    # Where it reads ahead, the second message's envelope is on the line by then, and not its text.
    ahead = [Verdict.DEFERRED] if good.reads_ahead else []
    with ScriptedServer(accept_and_close, good.accept) as server:
        told = deliver(smtp(smtp_settings(server.port)), *([message()] * (2 + len(ahead))))

    assert [outcome.verdict for outcome in told] == [Verdict.ACCEPTED, *ahead, Verdict.ACCEPTED]
    assert {outcome.scope for outcome in told if outcome.verdict is Verdict.DEFERRED} <= {Scope.SESSION}


def test_the_dot_does_not_wait_for_the_text_to_be_confirmed(good: Server) -> None:
    def take_all(line: Line) -> None:
        good.greet(line)
        for _ in range(50):
            good.go_on_to(line, "dot")
            line.say("250 taken")
        line.hear("QUIT")

    with ScriptedServer(take_all) as server:
        began = time.monotonic()
        taken = deliver(smtp(smtp_settings(server.port)), *([message()] * 50))
        seconds = time.monotonic() - began

    assert {outcome.verdict for outcome in taken} == {Verdict.ACCEPTED}
    assert seconds < 1.5  # held back until confirmed, each takes 40 ms; as it is, a tenth of one


def test_a_lost_goodbye_changes_nothing(good: Server) -> None:
    def hang_up(line: Line) -> None:
        good.go_to(line, "dot")
        line.say("250 taken")
        line.hear("QUIT")
        line.cut()

    (outcome,) = outcomes(hang_up)

    assert outcome.verdict is Verdict.ACCEPTED


def test_a_goodbye_without_an_answer_is_not_waited_for(good: Server) -> None:
    def say_nothing(line: Line) -> None:
        good.go_to(line, "dot")
        line.say("250 taken")
        line.hear("QUIT")
        line.hear_the_end()

    began = time.monotonic()
    (outcome,) = outcomes(say_nothing, goodbye_s=0.1)

    assert outcome.verdict is Verdict.ACCEPTED
    assert time.monotonic() - began < 5


def test_a_server_that_goes_away_for_good_is_an_error_and_leaves_nobody_unsettled(good: Server) -> None:
    def lose(line: Line) -> None:
        good.go_to(line, "MAIL")

    feed = ListFeed([message()] * 3)
    with ScriptedServer(lose) as server:
        transport = smtp(smtp_settings(server.port), patience={"server_s": 0.1})
        with pytest.raises(DeliveryError, match=r"nothing listens there|closed the connection|was lost"):
            asyncio.run(transport.run(feed))

    assert [outcome.verdict for outcome in feed.outcomes] == [Verdict.DEFERRED] * 3
    assert {outcome.scope for outcome in feed.outcomes} == {Scope.SESSION}


def test_one_message_is_one_transaction_of_these_octets() -> None:
    with ScriptedServer(Server().accept) as server:
        deliver(smtp(smtp_settings(server.port)), message(b"A: b\r\n\r\n.\r\n..b\r\n"))

    (heard,) = server.heard
    assert heard == (
        b"EHLO aireport.example\r\n"
        b"MAIL FROM:<bounces+1@aireport.example>\r\n"
        b"RCPT TO:<anna@example.org>\r\n"
        b"DATA\r\n"
        b"A: b\r\n\r\n..\r\n...b\r\n.\r\n"
        b"QUIT\r\n"
    )
