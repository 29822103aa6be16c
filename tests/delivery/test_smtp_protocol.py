"""The engine without a socket: whatever a server says and wherever it is cut, each message has one true fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.base import Message
from newsletter.delivery.smtp.protocol import PIECE_OCTETS, Conversation
from newsletter.delivery.smtp.states import FATES, MEANINGS, Due, Meaning, Step, meaning_of
from newsletter.delivery.verify import Lines
from newsletter.model import Outcome, Verdict
from tests.delivery.servers import smtp_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYTHING = b"250-mail.example\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n"
NOTHING = b"250 mail.example\r\n"


def letter(number: int, lines: int = 1) -> Message:
    content = f"Subject: {number}\r\n\r\n".encode() + f"body-{number}-\r\n".encode() * lines + b"end\r\n"
    return Message(
        "a@aireport.example", f"{number}@example.org", f"<{number}@x>", (Lines(content),), needs_smtputf8=False
    )


class Line:
    """What a conversation wrote, and what became of its messages."""

    def __init__(self, offer: bytes) -> None:
        self.conversation = Conversation(smtp_settings(25), "aireport.example")
        self.written = b""
        self.told: list[tuple[Message, Outcome]] = []
        self.begun: list[Message] = []
        self.hear(b"220 mail.example\r\n")
        self.write()
        self.hear(offer)

    def hear(self, octets: bytes) -> None:
        self.told += self.conversation.receive(octets)

    def write(self) -> None:
        while piece := self.conversation.next_piece():
            self.written += piece

    def write_one(self) -> None:
        self.written += self.conversation.next_piece()

    def begin(self, message: Message) -> None:
        if self.conversation.wants_message:
            self.begun.append(message)
            self.told += self.conversation.submit(message)

    def lose(self) -> None:
        self.told += self.conversation.lose("the line was cut")

    def dotted(self, message: Message) -> bool:
        """Whether the message was written to its dot."""
        _, found, rest = self.written.partition(message.content)
        return bool(found) and rest.startswith(b".\r\n")


@pytest.mark.parametrize("offer", [EVERYTHING, NOTHING])
def test_it_is_of_no_weight_how_answers_are_cut(offer: bytes) -> None:
    """A hundred messages, answered with all at once and octet by octet, have the same fates."""

    def run(*, octetwise: bool) -> list[tuple[Message, Outcome]]:
        line, answers = Line(offer), 0
        for number in range(100):
            line.begin(letter(number))
            line.write()
            while line.conversation.due is not Due.NOTHING and len(line.told) <= number:
                answers += 1
                reply = {
                    Due.RCPT: b"550-5.1.1 no\r\n550 5.1.1 no\r\n" if answers % 7 == 0 else b"250 ok\r\n",
                    Due.DATA: b"354 go\r\n",
                    Due.DOT: b"451 4.2.0 no\r\n" if answers % 11 == 0 else b"250 2.0.0 ok\r\n",
                    Due.LONE_DOT: b"554 no\r\n",
                }.get(line.conversation.due, b"250 ok\r\n")
                for piece in [reply[at : at + 1] for at in range(len(reply))] if octetwise else [reply]:
                    line.hear(piece)
                line.write()
        assert len(line.told) == len(line.begun) > 50
        return line.told

    assert run(octetwise=True) == run(octetwise=False)


replies = st.sampled_from(
    [b"250 ok\r\n", b"250 2.1.0 ok\r\n", b"354 go on\r\n", b"450 4.2.1 no\r\n", b"550 5.1.1 no\r\n", b"421 bye\r\n",
     b"554 no\r\n", b"503 5.5.1 what\r\n", b"220 hello\r\n", b"334 \r\n", b"garbage\r\n", b"250-more\r\n", b"25"]
)  # fmt: skip
actions = st.lists(
    st.one_of(st.sampled_from(["begin", "begin large", "write", "write one", "as it should", "as it should"]), replies),
    max_size=40,
)
AS_IT_SHOULD = {Due.DATA: b"354 go on\r\n", Due.LONE_DOT: b"554 no\r\n", Due.NOTHING: b"", Due.TEXT: b""}


def act(line: Line, action: str | bytes, number: int) -> None:
    if action == "begin":
        line.begin(letter(number))
    elif action == "begin large":
        line.begin(letter(number, lines=2 * PIECE_OCTETS // 10))
    elif action == "write":
        line.write()
    elif action == "write one":
        line.write_one()
    elif action == "as it should":
        line.hear(AS_IT_SHOULD.get(line.conversation.due, b"250 ok\r\n"))
    elif isinstance(action, bytes):
        line.hear(action)


@settings(max_examples=400)
@given(st.sampled_from([EVERYTHING, NOTHING]), actions)
def test_each_message_has_one_fate_and_a_true_one(offer: bytes, done: Sequence[str | bytes]) -> None:
    line = Line(offer)
    for number, action in enumerate(done):
        before = len(line.written)
        ended = line.conversation.has_ended
        act(line, action, number)
        assert not ended or len(line.written) == before, "nothing may follow the end"
    line.lose()

    assert sorted(message.recipient for message, _ in line.told) == sorted(one.recipient for one in line.begun)
    doubtful = [message for message, outcome in line.told if outcome.verdict is Verdict.UNCERTAIN]
    assert len(doubtful) <= 1
    for message, outcome in line.told:
        if outcome.verdict in {Verdict.UNCERTAIN, Verdict.ACCEPTED}:
            assert line.dotted(message)
        if outcome.verdict is Verdict.DEFERRED and not outcome.code:
            assert not line.dotted(message), "what may have been taken is never called safe"
        if outcome.verdict is Verdict.ACCEPTED:
            assert outcome.code.startswith("2"), "RFC 5321 section 4.2.1: any 2yz is done"


def test_what_was_said_in_clear_behind_the_start_of_tls_is_not_heard() -> None:
    """RFC 3207 section 4.2: it could come from anybody on the way."""
    conversation = Conversation(smtp_settings(25, security="starttls"), "aireport.example")
    conversation.receive(b"220 mail.example\r\n250-mail.example\r\n250 STARTTLS\r\n")
    conversation.receive(b"220 go\r\n250-mail.example\r\n250 AUTH PLAIN\r\n235 welcome\r\n")

    assert conversation.has_ended
    assert not conversation.is_ready
    assert "the server talked out of turn before TLS began" in str(conversation.fault)
    assert conversation.next_piece() == b""


def test_a_piece_that_never_left_cannot_leave_doubt() -> None:
    line = Line(EVERYTHING)
    line.begin(letter(1))
    line.write()
    line.hear(b"250 ok\r\n250 ok\r\n354 go\r\n")
    line.write_one()
    line.told += line.conversation.lose("the connection was lost", took_last_piece=False)

    ((_, outcome),) = line.told
    assert outcome.verdict is Verdict.DEFERRED
    assert outcome.reply == "the connection was lost, inside the message and before its final dot"


def test_the_dot_leaves_with_the_last_piece_and_the_next_envelope_behind_it() -> None:
    line = Line(EVERYTHING)
    large = letter(1, lines=2 * PIECE_OCTETS // 10)
    line.begin(large)
    line.write()
    line.hear(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert str(line.conversation.due) == "the message"
    line.begin(letter(2))
    pieces = []
    while piece := line.conversation.next_piece():
        pieces.append(piece)

    assert [len(piece) for piece in pieces[:-1]] == [PIECE_OCTETS] * (len(pieces) - 1)
    assert len(pieces) >= 2
    assert b"".join(pieces).startswith(large.content + b".\r\nMAIL FROM:<a@aireport.example> SIZE=")
    assert pieces[-1].endswith(b"RCPT TO:<2@example.org>\r\nDATA\r\n")
    assert str(line.conversation.due) == "the final dot"


def test_every_step_has_a_fate_and_every_due_a_meaning() -> None:
    assert set(FATES) == set(Step) - {Step.OVER}
    opening = {Due.GREETING, Due.HELLO, Due.STARTTLS, Due.HANDSHAKE, Due.AUTH}
    assert set(MEANINGS) == set(Due) - opening


@pytest.mark.parametrize("due", sorted(MEANINGS))
@pytest.mark.parametrize("code", [199, 200, 250, 299, 300, 354, 399, 400, 599, 600])
def test_a_yes_is_a_yes_only_where_one_is_due(due: Due, code: int) -> None:
    wanted = {Due.DATA: {3}, Due.LONE_DOT: {4, 5}, Due.QUIT: {2, 3, 4, 5}, Due.TEXT: set(), Due.NOTHING: set()}
    yes = meaning_of(due, code) is Meaning.YES

    assert yes == (code // 100 in wanted.get(due, {2}))
