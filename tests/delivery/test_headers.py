from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.headers import HeaderName, check_address, render_header
from newsletter.errors import UnsafeValueError

ENCODED_WORD = re.compile(r"=\?utf-8\?([qb])\?([^?\s]*)\?=")
UNSAFE_CHARACTERS = (
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "\ud800",
    "\udfff",
)

safe_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])).filter(
    lambda text: "=?" not in text and not any(character in UNSAFE_CHARACTERS for character in text)
)


def value_of(rendered: bytes) -> str:
    """The value as Python's older parser and its decoder of encoded words read it."""
    (value,) = message_from_bytes(rendered + b"\r\n").values()
    return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", value))))


def escaped(name: str) -> str:
    """A name as it stands inside a quoted string."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def lines_of(rendered: bytes) -> list[bytes]:
    assert rendered.endswith(b"\r\n")
    return rendered[:-2].split(b"\r\n")


def test_a_short_ascii_subject_stands_as_it_is() -> None:
    assert render_header(HeaderName.SUBJECT, "ASML is de gouden troef") == b"Subject: ASML is de gouden troef\r\n"


def test_a_subject_beyond_ascii_is_an_encoded_word() -> None:
    assert (
        render_header(HeaderName.SUBJECT, "De gouden troef is één")
        == b"Subject: =?utf-8?q?De_gouden_troef_is_=C3=A9=C3=A9n?=\r\n"
    )


def test_the_shorter_encoding_is_taken() -> None:
    assert b"?b?" in render_header(HeaderName.SUBJECT, "人工智能是一个泡沫吗")
    assert b"?q?" in render_header(HeaderName.SUBJECT, "Is kunstmatige intelligentie één bubbel?")


@given(safe_texts)
@example("")
@example(" leading, double  and trailing ")
@example("x" * 2000)
@example("woord " * 300)
@example("👩‍💻" * 100)
@example("é" * 33)
@example("Re: = ? = ?")
def test_every_safe_subject_survives_in_folded_lines(text: str) -> None:
    rendered = render_header(HeaderName.SUBJECT, text)

    assert value_of(rendered) == text
    assert message_from_bytes(rendered + b"\r\n", policy=policy.default)["Subject"] == text
    assert max(map(len, lines_of(rendered))) <= 76
    assert all(line.strip() for line in lines_of(rendered))


@given(st.text(st.sampled_from("aé👩‍💻 人=_?,"), min_size=1).filter(lambda text: "=?" not in text))
def test_no_encoded_word_is_too_long_or_ends_inside_a_character(text: str) -> None:
    rendered = render_header(HeaderName.SUBJECT, text + "é").decode("ascii")

    words = rendered.removeprefix("Subject:").split()
    for word in words:
        found = ENCODED_WORD.fullmatch(word)
        assert found
        assert len(word) <= 75
        decoded, charset = decode_header(word)[0]
        assert isinstance(decoded, bytes)
        assert charset == "utf-8"
        decoded.decode("utf-8")  # raises where a character was cut


@pytest.mark.parametrize("character", UNSAFE_CHARACTERS, ids=lambda character: f"U+{ord(character):04X}")
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (HeaderName.SUBJECT, "Hoi ", " daar"),
        (HeaderName.TO, "anna", "@example.org"),
        (HeaderName.LIST_UNSUBSCRIBE, "https://example.org/", "u"),
        (HeaderName.MESSAGE_ID, "<a", "b@c>"),
    ],
)
def test_a_character_that_could_end_a_header_is_refused(
    name: HeaderName, before: str, after: str, character: str
) -> None:
    with pytest.raises(UnsafeValueError) as caught:
        render_header(name, before + character + after)

    assert str(caught.value).startswith(f"{name}: ")
    assert f"at character {len(before) + 1} U+{ord(character):04X}, which no header may hold" in str(caught.value)
    assert str(caught.value).isprintable()


def test_the_error_shows_the_value_with_its_controls_escaped() -> None:
    with pytest.raises(UnsafeValueError) as caught:
        render_header(HeaderName.SUBJECT, "Hoi\r\nBcc: evil@example.net")

    assert str(caught.value) == (
        r'Subject: "Hoi\r\nBcc: evil@example.net" holds at character 4 U+000D, which no header may hold; take it out'
    )


def test_the_start_of_an_encoded_word_is_refused() -> None:
    with pytest.raises(UnsafeValueError, match=r'^Subject: .* at character 3 "=\?", which starts an encoded word'):
        render_header(HeaderName.SUBJECT, "a =?utf-8?q?=0D=0ABcc:_e@x.test?=")


def test_a_name_is_guarded_as_a_value_is() -> None:
    with pytest.raises(UnsafeValueError, match=r"^From, display name: .* U\+000A"):
        render_header(HeaderName.FROM, "a@example.org", "AI\nBcc: b@example.org")


@pytest.mark.parametrize(
    "name",
    [
        "AI Report",
        "Evil, <evil@bad.test>",
        'He said "no" \\ yes',
        "Evil, <evil@bad.test> " + "and a long tail " * 12,
        "Jansen, Piet; Klaas: allen@x.test",
        "Één & Co",
        "人工智能" * 20,
        "  two  spaces  ",
        "a@b.test",
    ],
)
def test_a_display_name_never_becomes_an_address(name: str) -> None:
    rendered = render_header(HeaderName.FROM, "redactie@aireport.example", name)

    (address,) = message_from_bytes(rendered + b"\r\n", policy=policy.default)["From"].addresses
    assert address.addr_spec == "redactie@aireport.example"
    # This parser puts spaces between encoded words, where RFC 2047 section 6.2 wants none; the other does not.
    assert address.display_name.replace(" ", "") == name.replace(" ", "")
    assert value_of(rendered).removesuffix(" <redactie@aireport.example>") in {name, f'"{escaped(name)}"'}
    assert max(map(len, lines_of(rendered))) <= 76


def test_the_reader_stands_in_to_without_any_name() -> None:
    assert render_header(HeaderName.TO, "anna@example.org") == b"To: anna@example.org\r\n"
    with pytest.raises(ValueError, match="To takes no display name"):
        render_header(HeaderName.TO, "anna@example.org", "Anna")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "a b@example.org",
        "anna@example.org, eve@example.net",
        "anna@example.org>",
        "<anna@example.org",
        "a(b)@example.org",
        "a;b@example.org",
        "group:a@example.org",
        '"a b"@example.org',
        "a\\b@example.org",
        "a@b@example.org",
        ".a@example.org",
        "a..b@example.org",
        "a@example..org",
        "a@[127.0.0.1]",
        "a\u00a0b@example.org",
        "a\u3000b@example.org",
        "=?utf-8?q?a?=@example.org",
        "a@x>\r\nRCPT TO:<b@y",
    ],
)
def test_only_one_plain_address_passes(address: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^To: "):
        render_header(HeaderName.TO, address)
    with pytest.raises(UnsafeValueError, match=r"^the envelope: "):
        check_address("the envelope", address)


@pytest.mark.parametrize(
    "address",
    ["anna@example.org", "o'brien+tag=1@sub.example.org", "{a}|b@x", "=1+1@example.org", "dörte@sörensen.example"],
)
def test_odd_but_plain_addresses_pass(address: str) -> None:
    assert render_header(HeaderName.TO, address) == f"To: {address}\r\n".encode()


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "mailto:leave@example.org",
        "javascript:alert(1)",
        "https://example.org/u/a>, <mailto:x@example.net",
        "https://example.org/u/a b",
        "https://example.org/é",
    ],
)
def test_a_list_unsubscribe_is_one_web_address(uri: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^List-Unsubscribe: "):
        render_header(HeaderName.LIST_UNSUBSCRIBE, uri)


def test_a_list_id_has_a_name_and_a_plain_identifier() -> None:
    assert (
        render_header(HeaderName.LIST_ID, "news.example.org", "AI Report")
        == b'List-Id: "AI Report" <news.example.org>\r\n'
    )
    assert render_header(HeaderName.LIST_ID, "news.example.org") == b"List-Id: <news.example.org>\r\n"
    with pytest.raises(UnsafeValueError, match=r"^List-Id: "):
        render_header(HeaderName.LIST_ID, "news> <evil", "AI Report")


def test_a_long_value_stays_on_the_line_of_its_name() -> None:
    uri = "https://example.org/" + "a" * 80

    assert render_header(HeaderName.LIST_UNSUBSCRIBE, uri) == f"List-Unsubscribe: <{uri}>\r\n".encode()


def test_no_line_is_longer_than_a_server_must_take() -> None:
    longest = "https://example.org/" + "a" * (998 - len("Archived-At: <https://example.org/>"))

    assert lines_of(render_header(HeaderName.ARCHIVED_AT, longest)) == [f"Archived-At: <{longest}>".encode()]
    with pytest.raises(UnsafeValueError, match=r"^Archived-At: .* more than 998 octets"):
        render_header(HeaderName.ARCHIVED_AT, longest + "a")


@pytest.mark.parametrize("value", ["", "two  spaces", " nl", "nl ", "één"])
def test_a_value_of_the_program_itself_is_plain_ascii(value: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^Content-Language: "):
        render_header(HeaderName.CONTENT_LANGUAGE, value)
