from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.verify import Lines, check_headers
from newsletter.errors import UnsafeValueError

SOUND = b"From: a@example.org\r\nSubject: one\r\n two\r\n\r\n"
NAMES = ("From", "Subject")


def is_refused(octets: bytes) -> bool:
    try:
        Lines(octets)
    except UnsafeValueError:
        return True
    return False


def test_exactly_the_expected_headers_pass() -> None:
    check_headers(Lines(SOUND), NAMES)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (
            b"From: a\r\nSubject: b\r\nBcc: c\r\n\r\n",
            "the headers are From, Subject, Bcc; they should be From, Subject",
        ),
        (b"From: a\r\nFrom: a\r\nSubject: b\r\n\r\n", "the headers are From, From, Subject"),
        (b"From: a\r\n\r\n", "the headers are From; they should be From, Subject"),
        (b"Subject: b\r\nFrom: a\r\n\r\n", "the headers are Subject, From"),
        (b"From: a\r\nsubject: b\r\n\r\n", "the headers are From, subject"),
        (b"From: a\r\nSubject : b\r\n\r\n", "the headers are From, Subject ;"),
        (b"From: a\r\nSubject: b\r\n", "an empty line"),
        (b"From: a\r\n\r\nSubject: b\r\n\r\n", "an empty line"),
        (b"From: a\r\nSubject: b\r\n \t\r\n\r\n", "an empty line"),
        (b"From: a\r\nSubject: b\r\n\r\nBody\r\n", "an empty line"),
        (b"", "an empty line"),
        (b"From: a\r\nSubject: b\n\r\n", "a CR or LF alone"),
        ("From: a\r\nSubject: é\r\n\r\n".encode(), "beyond ASCII"),
    ],
)
def test_any_other_head_is_refused(head: bytes, reason: str) -> None:
    with pytest.raises(UnsafeValueError, match=re.escape(reason)):
        check_headers(Lines(head), NAMES)


def test_utf8_stands_in_headers_only_where_it_was_asked_for() -> None:
    check_headers(Lines("From: dörte@example.org\r\nSubject: b\r\n\r\n".encode(), may_be_utf8=True), NAMES)


@pytest.mark.parametrize(
    "octets",
    [
        b"A: b\r\n\r\nHallo\n.\n",
        b"A: b\r\n\r\nHallo\n.\r\n",
        b"A: b\r\n\r\nHallo\r.\r\n",
        b"A: b\r\n\r\nHallo\r\n.\r",
        b"A: b\r\n\r\nHallo\r\n\0.\r\n",
        b"A: b\r\n\r\nHallo",
        b"A: b\r\n\r\n" + b"x" * 999 + b"\r\n",
        "A: b\r\n\r\nHalló\r\n".encode(),
    ],
)
def test_no_message_can_be_made_of_what_is_not_sound(octets: bytes) -> None:
    with pytest.raises(UnsafeValueError, match=r"^the message holds "):
        Lines(octets)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a"])).map(b"".join))
@example(b"\r\n.\r\n")
@example(b"\n\r")
@example(b"\n\r\n")
@example(b"\r\n\r")
@example(b"a\r\n\n\r\r\n")
def test_a_cr_or_lf_alone_never_passes(octets: bytes) -> None:
    alone = re.search(rb"\r(?!\n)|(?<!\r)\n", octets) is not None
    unended = octets != b"" and not octets.endswith(b"\r\n")

    assert is_refused(octets) == (alone or unended)


@pytest.mark.parametrize("octets", [b"a", b"a\r\nb", b"a\r", b"a\n", b"\n\r\n"])
def test_a_line_without_its_end_is_told(octets: bytes) -> None:
    with pytest.raises(UnsafeValueError, match=r"a CR or LF alone, or its last line has no end"):
        Lines(octets)


@given(st.lists(st.integers(0, 1003), max_size=6))
@example([998, 998])
@example([998, 999])
@example([0, 999])
def test_a_line_of_more_than_998_octets_never_passes(lengths: list[int]) -> None:
    octets = b"".join(b"x" * length + b"\r\n" for length in lengths)

    assert is_refused(octets) == any(length > 998 for length in lengths)


def test_a_nul_never_passes() -> None:
    with pytest.raises(UnsafeValueError, match="NUL"):
        Lines(b"a\0b\r\n", may_be_utf8=True)


def test_octets_beyond_ascii_pass_only_where_they_were_asked_for() -> None:
    assert not Lines("é\r\n".encode(), may_be_utf8=True).is_ascii
    with pytest.raises(UnsafeValueError, match="beyond ASCII"):
        Lines("é\r\n".encode())


whole_lines = st.lists(st.sampled_from([b"", b".", b"..", b".a", b"a", b"a.b", b" ."]), max_size=8)


@given(whole_lines)
def test_dots_are_doubled_at_the_start_of_each_line_and_nowhere_else(lines: list[bytes]) -> None:
    content = b"".join(line + b"\r\n" for line in lines)
    stuffed = Lines(content).stuffed.split(b"\r\n")[:-1]

    assert b"." not in stuffed
    assert [line.removeprefix(b".") if line.startswith(b".") else line for line in stuffed] == lines
