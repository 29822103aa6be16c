"""The same faults under TLS, where another layer stands between the dot and the line."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.model import Verdict
from tests.delivery.letters import message
from tests.delivery.scripts import LARGE, Server
from tests.delivery.servers import Line, ScriptedServer, deliver, smtp, smtp_settings

if TYPE_CHECKING:
    from newsletter.model import Outcome
    from tests.delivery.servers import Script

AUTHORITY = trustme.CA()


class TlsServer(Server):
    """Greets, encrypts, and greets again."""

    def __init__(self, security: str) -> None:
        super().__init__("PIPELINING", "SIZE")
        self.security = security
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(self._context)

    def greet(self, line: Line) -> None:
        if self.security == "tls":
            line.encrypt(self._context)
            super().greet(line)
            return
        line.say("220 mail.example")
        line.hear("EHLO")
        line.say("250-mail.example", "250 STARTTLS")
        line.hear("STARTTLS")
        line.say("220 go")
        line.encrypt(self._context)
        line.hear("EHLO")
        line.say("250-mail.example", "250-SIZE", "250 PIPELINING")


@pytest.fixture(params=["tls", "starttls"])
def encrypted(request: pytest.FixtureRequest) -> TlsServer:
    return TlsServer(request.param)


def run(
    server: TlsServer,
    *scripts: Script,
    content: bytes = b"A: b\r\n\r\nHello\r\n",
    told: threading.Event | None = None,
    **patience: float,
) -> list[Outcome]:
    """Give a server as many messages as it has scripts; `told` is set when the fate of each is known."""
    trust = ssl.create_default_context()
    AUTHORITY.configure_trust(trust)
    with ScriptedServer(*scripts) as playing:
        settings = smtp_settings(playing.port, security=server.security, messages_per_connection=1)
        outcomes = deliver(smtp(settings, context=trust, patience=patience), *([message(content)] * len(scripts)))
        if told:
            told.set()
    return outcomes


def test_many_messages_arrive(encrypted: TlsServer) -> None:
    told = run(encrypted, encrypted.accept, encrypted.accept, content=LARGE)

    assert [outcome.verdict for outcome in told] == [Verdict.ACCEPTED] * 2


def test_a_line_that_is_lost_inside_the_text_is_safe(encrypted: TlsServer) -> None:
    def lose(line: Line) -> None:
        encrypted.go_to(line, "DATA")
        line.say("354 go on")
        line.hear_some(4096)
        line.cut()

    (outcome,) = run(encrypted, lose, content=LARGE)

    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply.endswith(", inside the message and before its final dot")


def test_a_server_that_stops_reading_is_safe(encrypted: TlsServer) -> None:
    def stop_reading(line: Line) -> None:
        encrypted.go_to(line, "DATA")
        line.say("354 go on")
        line.wait_until(given_up)

    given_up = threading.Event()
    (outcome,) = run(encrypted, stop_reading, content=LARGE, told=given_up, reply_s=0.5)

    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply == "the server stopped reading, inside the message and before its final dot"


@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_after_the_dot_leaves_doubt(encrypted: TlsServer, how: str) -> None:
    def lose(line: Line) -> None:
        encrypted.go_to(line, "dot")
        if how == "reset":
            line.cut()

    (outcome,) = run(encrypted, lose)

    assert outcome.verdict is Verdict.UNCERTAIN


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["goodbye", "reset"])
def test_a_line_that_is_lost_before_the_text_is_safe(encrypted: TlsServer, step: str, how: str) -> None:
    def lose(line: Line) -> None:
        encrypted.go_to(line, step)
        if how == "reset":
            line.cut()

    lost, taken = run(encrypted, lose, encrypted.accept)

    assert lost.verdict is Verdict.DEFERRED
    assert taken.verdict is Verdict.ACCEPTED
