"""What is said depends on what the server offers: everything, something, or nothing at all."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from newsletter.config.secret import Secret
from newsletter.errors import DeliveryError
from newsletter.model import Scope, Verdict
from tests.delivery.letters import ANNA, filled, message
from tests.delivery.scripts import Server
from tests.delivery.servers import Line, ScriptedServer, deliver, smtp, smtp_settings, with_log_in

TOKEN = "ya29.a0AfH6SMB-token"
BEARER = base64.b64encode(f"user=redactie\1auth=Bearer {TOKEN}\1\1".encode()).decode()


def heard_with(*extensions: str, content: bytes = b"A: b\r\n\r\nHello\r\n") -> bytes:
    with ScriptedServer(Server(*extensions).accept) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port)), message(content))
    assert outcome.verdict is Verdict.ACCEPTED
    return server.heard[0]


def test_parameters_are_given_only_where_they_are_offered() -> None:
    assert b"MAIL FROM:<bounces+1@aireport.example>\r\n" in heard_with()
    assert b"MAIL FROM:<bounces+1@aireport.example>\r\n" in heard_with("8BITMIME", "SMTPUTF8", "DSN", "CHUNKING")
    assert b"MAIL FROM:<bounces+1@aireport.example> SIZE=15\r\n" in heard_with("size 1000")
    assert b"MAIL FROM:<bounces+1@aireport.example> SIZE=15\r\n" in heard_with("SIZE")


def test_an_international_message_says_so() -> None:
    international = filled(reader=replace(ANNA, address="dörte@sörensen.example"))
    with ScriptedServer(Server("SIZE 0", "8BITMIME", "SMTPUTF8").accept) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port)), international)

    size = len(international.content)
    assert outcome.verdict is Verdict.ACCEPTED
    assert f"> SIZE={size} SMTPUTF8 BODY=8BITMIME\r\nRCPT TO:<dörte@sörensen.example>\r\n".encode() in server.heard[0]


@pytest.mark.parametrize("extensions", [("SMTPUTF8",), ("8BITMIME",)])
def test_half_of_what_an_international_message_needs_is_not_enough(extensions: tuple[str, ...]) -> None:
    def hear_nothing(line: Line) -> None:
        Server(*extensions).greet(line)
        line.hear("QUIT")

    international = filled(reader=replace(ANNA, address="dörte@sörensen.example"))
    with ScriptedServer(hear_nothing) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port)), international)

    assert (outcome.verdict, outcome.scope) == (Verdict.REFUSED, Scope.ROW)


def test_a_message_beyond_the_servers_limit_is_not_tried() -> None:
    def accept_the_small_one(line: Line) -> None:
        good.greet(line)
        good.go_on_to(line, "dot")
        line.say("250 ok")
        line.hear("QUIT")

    good = Server("SIZE 100", "PIPELINING")
    with ScriptedServer(accept_the_small_one) as server:
        large, small = deliver(smtp(smtp_settings(server.port)), message(b"A: b\r\n\r\n" + b"x\r\n" * 40), message())

    assert (large.verdict, large.scope) == (Verdict.REFUSED, Scope.OURS)
    assert large.reply == "the server takes 100 octets, and the message has 128"
    assert small.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("reply", ["500 what", "502 5.5.1 not implemented"])
def test_a_server_that_knows_no_ehlo_is_greeted_in_the_old_way(reply: str) -> None:
    def old(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say(reply)
        line.hear("HELO aireport.example")
        line.say("250 mail.example PIPELINING")
        Server().go_on_to(line, "dot")
        line.say("250 ok")
        line.hear("QUIT")

    with ScriptedServer(old) as server:
        (outcome,) = deliver(smtp(smtp_settings(server.port)), message())

    assert outcome.verdict is Verdict.ACCEPTED


def test_an_envelope_travels_behind_the_dot_before_it() -> None:
    """One write for each message: nothing of it is left to be answered alone."""

    def hear_together(line: Line) -> None:
        good.greet(line)
        line.hear_exactly(envelope)
        line.say("250 ok", "250 ok", "354 go on")
        for _ in range(2):
            line.hear_exactly(text + envelope)
            line.say("250 taken", "250 ok", "250 ok", "354 go on")
        line.hear_exactly(text)
        line.say("250 taken")
        line.hear("QUIT")

    good = Server("PIPELINING")
    envelope = b"MAIL FROM:<bounces+1@aireport.example>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"
    text = b"Subject: x\r\n\r\nHello\r\n.\r\n"
    with ScriptedServer(hear_together) as server:
        told = deliver(smtp(smtp_settings(server.port)), *([message()] * 3))

    assert [outcome.verdict for outcome in told] == [Verdict.ACCEPTED] * 3


def test_a_server_that_waits_for_the_text_of_a_refused_envelope_gets_a_dot_alone() -> None:
    """RFC 2920 section 3.1; nothing of the message is ever written."""

    def go_on_anyway(line: Line) -> None:
        good.greet(line)
        line.hear("MAIL")
        line.hear("RCPT")
        line.hear("DATA")
        line.say("250 ok", "550 5.1.1 No such user", "354 go on")
        line.hear_exactly(b".\r\n")
        line.say("554 5.5.1 no valid recipients")
        line.hear("RSET")
        line.say("250 ok")
        good.go_on_to(line, "dot")
        line.say("250 taken")
        line.hear("QUIT")

    good = Server("PIPELINING")
    with ScriptedServer(go_on_anyway) as server:
        refused, taken = deliver(smtp(smtp_settings(server.port)), message(b"A: b\r\n\r\nSecret\r\n"), message())

    assert (refused.verdict, refused.code, refused.scope) == (Verdict.REFUSED, "550 5.1.1", Scope.HARD)
    assert taken.verdict is Verdict.ACCEPTED
    assert b"Secret" not in server.heard[0]


def test_a_server_that_takes_a_dot_alone_for_a_message_is_left() -> None:
    def take_it(line: Line) -> None:
        good.greet(line)
        line.hear("MAIL")
        line.hear("RCPT")
        line.hear("DATA")
        line.say("250 ok", "550 5.1.1 No such user", "354 go on")
        line.hear_exactly(b".\r\n")
        line.say("250 taken")
        line.hear_the_end()

    good = Server("PIPELINING")
    with ScriptedServer(take_it, good.accept) as server:
        refused, taken = deliver(smtp(smtp_settings(server.port)), message(), message())

    assert (refused.verdict, refused.code) == (Verdict.REFUSED, "550 5.1.1")
    assert taken.verdict is Verdict.ACCEPTED


def log_in(*dialogue: str) -> Server:
    """A server whose dialogue after EHLO is given: what it hears, and what it says to that."""

    class LogIn(Server):
        def greet(self, line: Line) -> None:
            super().greet(line)
            for number, words in enumerate(dialogue):
                if number % 2:
                    line.say(words)
                else:
                    line.hear_exactly(f"{words}\r\n".encode())

    return LogIn("AUTH PLAIN LOGIN XOAUTH2")


def test_a_token_goes_with_xoauth2_and_a_password_with_what_is_older() -> None:
    with ScriptedServer(log_in(f"AUTH XOAUTH2 {BEARER}", "235 2.7.0 welcome").accept) as server:
        settings = with_log_in(server.port, password=None, oauth2_token=Secret(TOKEN))
        assert [outcome.verdict for outcome in deliver(smtp(settings), message())] == [Verdict.ACCEPTED]

    login = ("AUTH LOGIN", "334 VXNlcm5hbWU6", "cmVkYWN0aWU=", "334 UGFzc3dvcmQ6", "Z2VoZWlt", "235 ok")
    with ScriptedServer(log_in(*login).accept) as server:
        settings = with_log_in(server.port, password=Secret("geheim"), oauth2_token=Secret(TOKEN), auth="login")
        assert [outcome.verdict for outcome in deliver(smtp(settings), message())] == [Verdict.ACCEPTED]


def test_a_token_that_is_refused_is_told_without_it() -> None:
    def refuse(line: Line) -> None:
        log_in(f"AUTH XOAUTH2 {BEARER}", "334 eyJzdGF0dXMiOiI0MDAifQ==", "", f"535 5.7.8 no {TOKEN} or {BEARER}").greet(
            line
        )
        line.hear_the_end()

    with ScriptedServer(refuse) as server:
        settings = with_log_in(server.port, password=None, oauth2_token=Secret(TOKEN))
        with pytest.raises(DeliveryError) as caught:
            deliver(smtp(settings), message())

    assert str(caught.value) == (
        f'127.0.0.1:{server.port}: it answered the log-in of "redactie" with 535 5.7.8 no [secret] or [secret]; '
        "look at smtp.username, and get a new token"
    )


def test_a_way_to_log_in_that_is_wanted_and_not_offered_is_told() -> None:
    def offer_login(line: Line) -> None:
        Server("AUTH=LOGIN").greet(line)
        line.hear_the_end()

    with ScriptedServer(offer_login) as server, pytest.raises(DeliveryError, match=r"no log-in with PLAIN, but LOGIN;"):
        deliver(smtp(with_log_in(server.port, auth="plain")), message())
