"""A connection on a line that does exactly what a test says: full, closing, refused by the system."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from newsletter.delivery.smtp import Patience
from newsletter.delivery.smtp.connection import Connection
from newsletter.delivery.smtp.protocol import PIECE_OCTETS, Conversation
from newsletter.model import Verdict
from tests.delivery.letters import message
from tests.delivery.servers import smtp_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome

HEAD = b"Subject: x\r\n\r\n"
LONG = HEAD + b"x\r\n" * (PIECE_OCTETS // 3 + 10)
"""A text of two pieces."""


class FakeLine(asyncio.Transport):
    """Keeps what is written; `on_write` is what happens then."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closing = False
        self.limits = (0, 0)
        self.on_write: Callable[[], None] = lambda: None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data
        self.on_write()

    def is_closing(self) -> bool:
        return self.closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.limits = (high or 0, low or 0)

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def abort(self) -> None: ...


class OneMessage:
    """A source of one message."""

    def __init__(self, message: Message) -> None:
        self._left = [message]
        self.told: list[Outcome] = []

    def next_message(self, conversation: Conversation) -> Message | None:
        return self._left.pop() if self._left else None

    def is_enough(self, conversation: Conversation) -> bool:
        return False

    def settle(self, message: Message, outcome: Outcome) -> None:
        self.told.append(outcome)


async def until_the_text(content: bytes) -> tuple[Connection, FakeLine, OneMessage]:
    """A connection that will write its message at the next answer."""
    source, line = OneMessage(message(content)), FakeLine()
    connection = Connection(Conversation(smtp_settings(25), "aireport.example"), Patience(), source)
    connection.connection_made(line)
    beginning = asyncio.create_task(connection.begin())
    await asyncio.sleep(0)
    for answer in (b"220 mail.example\r\n", b"250 mail.example\r\n", b"250 ok\r\n", b"250 ok\r\n"):
        connection.data_received(answer)
    await beginning
    assert line.written.endswith(b"DATA\r\n")
    return connection, line, source


def outcome_of(source: OneMessage) -> tuple[Verdict, str]:
    (outcome,) = source.told
    return outcome.verdict, outcome.reply


def test_a_line_that_is_closing_is_given_nothing_more() -> None:
    """It would send what it has in hand, and the dot with it, while the message is called safe."""

    async def play() -> None:
        connection, line, source = await until_the_text(HEAD + b"Hello\r\n")
        line.closing = True
        connection.data_received(b"354 go on\r\n")
        assert line.written.endswith(b"DATA\r\n")
        connection.connection_lost(None)
        place = "inside the message and before its final dot"
        assert outcome_of(source) == (Verdict.DEFERRED, f"the server closed the connection, {place}")

    asyncio.run(play())


def test_a_piece_that_the_system_refuses_has_not_left() -> None:
    async def play() -> None:
        connection, line, source = await until_the_text(HEAD + b"Hello\r\n")

        def refuse() -> None:
            line.closing = True

        line.on_write = refuse
        connection.data_received(b"354 go on\r\n")
        place = "inside the message and before its final dot"
        assert outcome_of(source) == (Verdict.DEFERRED, f"the connection was lost, {place}")

    asyncio.run(play())


@pytest.mark.parametrize("takes_the_rest", [False, True])
def test_the_dot_waits_until_the_line_took_the_text_before_it(*, takes_the_rest: bool) -> None:
    async def play() -> None:
        connection, line, source = await until_the_text(LONG)
        line.on_write = connection.pause_writing
        connection.data_received(b"354 go on\r\n")
        assert len(line.written.partition(b"DATA\r\n")[2]) == PIECE_OCTETS
        if takes_the_rest:
            connection.resume_writing()
        assert line.written.endswith(b"\r\n.\r\n") == takes_the_rest
        connection.connection_lost(None)
        assert outcome_of(source)[0] is (Verdict.UNCERTAIN if takes_the_rest else Verdict.DEFERRED)

    asyncio.run(play())


def test_a_line_says_at_once_that_it_is_full() -> None:
    async def play() -> None:
        _, line, _ = await until_the_text(HEAD)
        assert line.limits == (1, 0)

    asyncio.run(play())
