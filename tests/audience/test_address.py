from __future__ import annotations

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.audience.address import MAX_CHARACTERS, Address, mixed_scripts, read_address
from newsletter.errors import AddressError

ATOMS = st.text("abzAZ09._+-=!#$%&'*/?^`{|}~", min_size=1, max_size=20)
LETTERS = st.text(st.characters(categories=("Ll", "Lu", "Lo", "Nd", "Mn")), min_size=1, max_size=12)
LABELS = st.from_regex(r"[a-zA-Z0-9-]{1,12}", fullmatch=True) | LETTERS
ENDINGS = st.sampled_from(["org", "ORG", "nl", "example", "test", "local", "onion", "arpa", "рф", "co.uk", "x1", "1"])
WRITTEN = st.builds(
    lambda local, labels, ending: f"{local}@{'.'.join([*labels, ending])}",
    ATOMS | LETTERS | st.sampled_from(["postmaster", "Abuse", "INFO", "straße", "İ", "ﬁ", "ŉ", "ΐ"]),
    st.lists(LABELS, max_size=3),
    ENDINGS,
)


def read_or_none(written: str) -> Address | None:
    try:
        return read_address(written)
    except AddressError:
        return None


@pytest.mark.parametrize(
    ("written", "text", "key"),
    [
        ("anna@example.org", "anna@example.org", "anna@example.org"),
        (" Anna.de.Vries@EXAMPLE.org\n", "Anna.de.Vries@example.org", "anna.de.vries@example.org"),
        ("anna+nieuws@example.org", "anna+nieuws@example.org", "anna+nieuws@example.org"),
        ("anna@Bücher.example", "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
        ("anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
        ("Straße@example.org", "Straße@example.org", "strasse@example.org"),
        ("STRASSE@example.org", "STRASSE@example.org", "strasse@example.org"),
        ("e\u0301@bücher.example", "é@bücher.example", "é@xn--bcher-kva.example"),
        ("ＡＮＮＡ@ｅｘａｍｐｌｅ.org", "ＡＮＮＡ@example.org", "ａｎｎａ@example.org"),
        ("Postmaster@example.org", "postmaster@example.org", "postmaster@example.org"),
        ("anna@mail.test", "anna@mail.test", "anna@mail.test"),
    ],
)
def test_an_address_has_a_form_to_send_to_and_a_key(written: str, text: str, key: str) -> None:
    assert read_address(written) == Address(text, key)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "there is no address"),
        ("  ", "there is no address"),
        ("anna", '"anna" is not a mail address: An email address must have an @-sign.'),
        ("a" * MAX_CHARACTERS + "@b", f'"{"a" * 59}…" is not a mail address: it is too long'),
    ],
)
def test_what_is_no_address_is_told(written: str, message: str) -> None:
    with pytest.raises(AddressError) as refused:
        read_address(written)

    assert str(refused.value) == message


@given(WRITTEN)
@example("postMaster@example.org")
@example("Abuse@example.org")
@example("a@a--b.org")
@example("a@-a.org")
@example("a@a.LOCAL")
@example(f"{'a' * 65}@example.org")
@example(f"a@{'b' * 64}.org")
def test_the_short_way_for_plain_addresses_says_what_the_library_says(written: str) -> None:
    try:
        checked = validate_email(written, check_deliverability=False, test_environment=True, strict=True)
        expected = checked.ascii_email or checked.normalized
    except EmailNotValidError:
        expected = None
    found = read_or_none(written)

    assert (found.text if found else None) == expected


@given(WRITTEN)
def test_what_was_read_reads_as_itself(written: str) -> None:
    if found := read_or_none(written):
        assert read_address(found.text) == found


@given(WRITTEN)
def test_a_key_of_a_key_is_that_key(written: str) -> None:
    found = read_or_none(written)
    again = read_or_none(found.key) if found else None
    if found and again:
        assert again.key == found.key


@given(WRITTEN, WRITTEN)
@example("straße@x.nl", "strasse@x.nl")
@example("a@x.nl", "a@x.nl.x.nl")
def test_two_addresses_share_a_key_only_where_nothing_but_spelling_differs(one: str, other: str) -> None:
    """One that could stand for two people would keep one of them from getting mail."""
    first, second = read_or_none(one), read_or_none(other)
    if first and second:
        (local, domain), (its_local, its_domain) = spelling(first.text), spelling(second.text)
        assert (first.key == second.key) == (local == its_local and domain == its_domain)


def spelling(text: str) -> tuple[str, str]:
    local, _, domain = text.rpartition("@")
    ascii_domain = validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).ascii_domain
    # The definition of canonical caseless matching, D145 in the Unicode standard, written down another way.
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", local).casefold()), ascii_domain


@given(st.text(max_size=60) | st.text("@.<>\r\n\0\u2028 ab", max_size=20))
def test_no_text_does_more_than_be_refused(written: str) -> None:
    found = read_or_none(written)
    if found:
        assert "@" in found.text
        assert found.text.isprintable()
        assert not any(c.isspace() for c in found.text)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("anna@example.org", ""),
        ("anna@münchen.example", ""),
        ("anna@пример.рф", ""),
        ("anna@ехаmple.org", "ехаmple"),
        ("anna@mail.αpple.com", "αpple"),
        ("анна@ехаmple.org", "ехаmple"),
    ],
)
def test_a_domain_that_mixes_scripts_is_noticed(written: str, label: str) -> None:
    assert mixed_scripts(read_address(written)) == label
