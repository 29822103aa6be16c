from __future__ import annotations

import quopri
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.quoted_printable import encode_piece
from newsletter.errors import UnsafeValueError

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
fragile_texts = st.text(st.sampled_from("ab.= \t\r\né👩F\u2028\x85\x0b")) | st.sampled_from(
    [".", "..", "From ", "From me", "a.\n.b", "a" * 75 + ".", "a" * 74 + "=", "é" * 40, " " * 80, "x" * 76 + " "]
)


def with_crlf(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


@given(st.lists(texts | fragile_texts, min_size=1))
@example(["a\r", "\nb"])
def test_pieces_that_are_encoded_apart_are_one_text_together(pieces: list[str]) -> None:
    joined = b"".join(encode_piece(piece) for piece in pieces)

    assert quopri.decodestring(joined).decode() == "".join(map(with_crlf, pieces))


@given(st.lists(texts | fragile_texts, min_size=1))
def test_no_line_is_fragile(pieces: list[str]) -> None:
    joined = b"".join(encode_piece(piece) for piece in pieces)

    for line in joined.split(b"\r\n"):
        assert len(line) <= 76
        assert re.fullmatch(rb"(?:[ -<>-~]|=[0-9A-F]{2})*=?", line)
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))


@given(texts | fragile_texts)
def test_a_piece_is_whole_lines(text: str) -> None:
    encoded = encode_piece(text)

    assert encoded == b"" if text == "" else encoded.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", b""),
        ("Groet", b"Groet=\r\n"),
        ("Groet ", b"Groet =\r\n"),
        ("Groet\n", b"Groet\r\n"),
        ("Groet \n", b"Groet=20\r\n"),
        ("a = b\tc", b"a =3D b=09c=\r\n"),
        (".\nFrom me", b"=2E\r\n=46rom me=\r\n"),
        ("a" * 75, b"a" * 75 + b"=\r\n"),
        ("a" * 76, b"a" * 75 + b"=\r\na=\r\n"),
        ("a" * 73 + "é", b"a" * 73 + b"=\r\n=C3=A9=\r\n"),
        ("a" * 74 + "é", b"a" * 74 + b"=\r\n=C3=A9=\r\n"),
    ],
)
def test_a_piece_is_encoded_as_the_standard_says(text: str, encoded: bytes) -> None:
    assert encode_piece(text) == encoded


@pytest.mark.parametrize(("character", "shown"), [("\0", "U+0000"), ("\ud83d", "U+D83D")])
def test_what_no_mail_can_carry_is_refused(character: str, shown: str) -> None:
    with pytest.raises(UnsafeValueError, match=rf"^character 3 is {re.escape(shown)}, which no mail can carry"):
        encode_piece(f"ab{character}")
