"""The server of a rehearsal."""

from __future__ import annotations

import asyncio
import mailbox
import socket
from typing import TYPE_CHECKING

from newsletter.delivery.one_by_one import OneByOne
from newsletter.delivery.sink import KEPT_MESSAGES, Taken, open_sink
from newsletter.delivery.smtp import SmtpTransport
from newsletter.model import Verdict
from tests.delivery.letters import message
from tests.delivery.servers import smtp_settings

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome


def send(port: int, messages: list[Message]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    transport = SmtpTransport(smtp_settings(port), ehlo_name="proef.example")
    asyncio.run(transport.run(OneByOne(messages, outcomes.append)))
    return outcomes


def test_it_takes_every_message_and_keeps_the_first_ones(tmp_path: Path) -> None:
    long = b"Subject: long\r\n\r\n" + b"A line of text.\r\n" * 500
    messages = [message(recipient=f"r{n}@example.org") for n in range(KEPT_MESSAGES + 5)]
    messages.append(message(long, recipient="last@example.org"))
    with open_sink(tmp_path / "kept.mbox") as sink:
        outcomes = send(sink.port, messages)
        taken = sink.close()
    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    size = sum(len(one.content) for one in messages)
    assert taken == Taken(KEPT_MESSAGES + 6, size, len(long), "last@example.org")
    kept = mailbox.mbox(tmp_path / "kept.mbox")
    assert len(kept) == KEPT_MESSAGES
    assert (tmp_path / "kept.mbox").stat().st_mode & 0o777 == 0o600
    kept.close()


def test_what_it_keeps_is_what_was_sent(tmp_path: Path) -> None:
    """Dots at the start of a line, and lines that look like the beginning of the next mail."""
    body = b"..two dots\r\n.one\r\nFrom here on\r\n>From there\r\n"
    with open_sink(tmp_path / "kept.mbox") as sink:
        send(sink.port, [message(b"Subject: x\r\n\r\n" + body), message(b"Subject: y\r\n\r\nnext\r\n")])
        sink.close()
    kept = mailbox.mbox(tmp_path / "kept.mbox")
    first, second = kept
    assert first.get_payload() == "..two dots\n.one\n>From here on\n>>From there\n"
    assert second["Subject"] == "y"
    kept.close()


def test_it_ends_with_whoever_began_it(tmp_path: Path) -> None:
    with open_sink(tmp_path / "kept.mbox") as sink:
        with socket.create_connection(("127.0.0.1", sink.port)) as line:
            line.sendall(b"NOPE\r\nHELO x\r\nRSET\r\nNOOP\r\nQUIT\r\n")
            heard = b""
            while piece := line.recv(1000):
                heard += piece
        assert [reply[:3] for reply in heard.splitlines()] == [b"220", b"502", b"250", b"250", b"250", b"221"]
        port = sink.port
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
