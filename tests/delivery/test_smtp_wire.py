"""Replies out of octets, however they were cut, and commands that can be nothing else."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.smtp.wire import (
    MAX_REPLY_LINE_OCTETS,
    MAX_REPLY_LINES,
    OutOfStepError,
    Reply,
    ReplyReader,
    command,
)
from newsletter.errors import UnsafeValueError

STREAM = b"220 mail.example\r\n250-one\r\n250-two\r\n250 three\r\n354\n550 5.1.1 \xff no\r\n250-\r\n250 \r\n"
REPLIES = [
    Reply(220, b"mail.example"),
    Reply(250, b"one\ntwo\nthree"),
    Reply(354, b""),
    Reply(550, b"5.1.1 \xff no"),
    Reply(250, b"\n"),
]


def read(*pieces: bytes) -> list[Reply]:
    reader = ReplyReader()
    replies = [reply for piece in pieces for reply in reader.read(piece)]
    assert reader.is_between_replies
    return replies


def test_replies_are_read_octet_by_octet() -> None:
    assert read(*(STREAM[at : at + 1] for at in range(len(STREAM)))) == REPLIES


@given(st.lists(st.integers(0, len(STREAM)), max_size=6).map(sorted))
def test_it_is_of_no_weight_how_replies_are_cut(cuts: list[int]) -> None:
    bounds = [0, *cuts, len(STREAM)]
    assert read(*(STREAM[start:end] for start, end in pairwise(bounds))) == REPLIES


def test_what_is_not_complete_is_not_told() -> None:
    reader = ReplyReader()

    assert list(reader.read(b"250-one\r\n25")) == []
    assert not reader.is_between_replies
    assert list(reader.read(b"0 two")) == []
    assert list(reader.read(b"\r\n")) == [Reply(250, b"one\ntwo")]


@pytest.mark.parametrize(
    "octets",
    [
        b"hello\r\n",
        b"\r\n",
        b"25 ok\r\n",
        b"2500 ok\r\n",
        b"150 ok\r\n",
        b"650 ok\r\n",
        b"250_ok\r\n",
        b" 250 ok\r\n",
        "２50 ok\r\n".encode(),
        b"250-ok\r\n550 no\r\n",
        b"\0\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
    ],
)
def test_what_is_no_reply_ends_it(octets: bytes) -> None:
    with pytest.raises(OutOfStepError, match=r"^the server answered something that is no reply$"):
        list(ReplyReader().read(octets))


def test_lines_and_replies_are_bounded() -> None:
    longest = b"250 " + b"x" * (MAX_REPLY_LINE_OCTETS - 4)
    most = b"250-ok\r\n" * (MAX_REPLY_LINES - 1) + b"250 ok\r\n"
    assert len(read(longest + b"\r\n" + most)) == 2

    for octets in (longest + b"x", longest + b"x\r\n", b"x" * 1_000_000):
        with pytest.raises(OutOfStepError, match=r"with a line of more than 2048 octets$"):
            list(ReplyReader().read(octets))
    with pytest.raises(OutOfStepError, match=r"with more than 100 lines$"):
        list(ReplyReader().read(b"250-ok\r\n" * MAX_REPLY_LINES))


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_whatever_arrives_it_is_replies_or_the_end(pieces: list[bytes]) -> None:
    reader = ReplyReader()
    try:
        replies = [reply for piece in pieces for reply in reader.read(piece)]
    except OutOfStepError:
        return
    assert all(200 <= reply.code < 600 for reply in replies)
    assert all(reply.words.count(b"\n") < MAX_REPLY_LINES for reply in replies)


@given(argument=st.text(max_size=60), utf8=st.booleans())
def test_a_command_is_one_line_or_none(argument: str, *, utf8: bool) -> None:
    try:
        line = command("RCPT", f"TO:<{argument}>", utf8=utf8)
    except UnsafeValueError as error:
        assert "RCPT" in str(error)  # noqa: PT017 - both ends are allowed, and each is looked at
        assert argument not in str(error) or len(argument) < 3  # noqa: PT017
        return
    assert line.count(b"\r") == line.count(b"\n") == 1
    assert line.endswith(b"\r\n")
    assert b"\0" not in line
    assert utf8 or line.isascii()
    assert line.decode() == f"RCPT TO:<{argument}>\r\n"


@pytest.mark.parametrize("character", [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)])
def test_no_control_character_passes(character: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"holds a control character$"):
        command("MAIL", f"FROM:<a{character}@example.org>", utf8=True)


def test_beyond_ascii_needs_an_agreement() -> None:
    with pytest.raises(UnsafeValueError, match=r"holds characters beyond ASCII$"):
        command("RCPT", "TO:<dörte@example.org>")
