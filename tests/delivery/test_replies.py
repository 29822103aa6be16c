from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.replies import clean_reply, split_enhanced_code


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (b"2.0.0 Ok: queued as 4XyZ", "2.0.0 Ok: queued as 4XyZ"),
        (b"one\ntwo", "one two"),
        (b"\x1b[2J\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07after", "after"),
        (b"\x1b]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x9b31mred \x9d0;title\x9cafter".encode(), "red after"),
        (b"a\0b\x08c\x7fd", "a b c d"),
        ("left \u202eright\u2028next".encode(), "left  right next"),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        ("Één".encode(), "Één"),
        (b"", ""),
    ],
)
def test_the_words_steer_nothing(words: bytes, shown: str) -> None:
    assert clean_reply(words) == shown


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_a_server_says_is_one_short_line(words: bytes) -> None:
    shown = clean_reply(words)

    assert len(shown) <= 512
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)


def test_long_words_are_cut() -> None:
    assert clean_reply(b"x" * 512) == "x" * 512
    assert clean_reply(b"x" * 513) == "x" * 511 + "…"


def test_a_secret_is_taken_out_before_the_words_are_cut() -> None:
    shown = clean_reply(b"x" * 505 + b" hunter2hunter2", ["hunter2hunter2"])

    assert "hunter2" not in shown
    assert clean_reply(b"no: hunter2\0!", ["", "hunter2"]) == "no: [secret] !"


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (550, b"5.1.1 No such user", ("550 5.1.1", b"No such user")),
        (550, b"5.1.1 No such\n5.1.1 user here", ("550 5.1.1", b"No such\nuser here")),
        (250, b"2.0.0", ("250 2.0.0", b"")),
        (450, b"Greylisted", ("450", b"Greylisted")),
        (450, b"5.1.1 of another class", ("450", b"5.1.1 of another class")),
        (250, b"2.0.0.1 is no code", ("250", b"2.0.0.1 is no code")),
        (250, b"", ("250", b"")),
    ],
)
def test_the_enhanced_code_is_part_of_the_code(code: int, words: bytes, expected: tuple[str, bytes]) -> None:
    assert split_enhanced_code(code, words) == expected
