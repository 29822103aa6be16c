from __future__ import annotations

import base64
import random
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.audience.tokens import Keys, Purpose, Token, forgotten_key, keys_of, sign, verify
from newsletter.config import Secret
from newsletter.errors import UsageError

KEYS = keys_of(Secret("0123456789abcdef0123456789abcdef"))
OTHER_KEYS = keys_of(Secret("0123456789abcdef0123456789abcdeF"))
LIST = "newsletter.example.org"
TOKEN = Token(Purpose.UNSUBSCRIBE, 4711, 42)

tokens = st.builds(
    Token, st.sampled_from(Purpose), st.integers(min_value=0, max_value=2**63 - 1), st.integers(0, 2**63 - 1)
)


@given(tokens)
@example(Token(Purpose.CONFIRM, 0, 0))
@example(Token(Purpose.CONFIRM, 127, 128))
@example(Token(Purpose.CONFIRM, 2**63 - 1, 2**63 - 1))
def test_a_token_says_what_was_signed(token: Token) -> None:
    assert verify(KEYS, LIST, token.purpose, sign(KEYS, LIST, token)) == token


def test_a_token_is_what_it_was_so_that_links_in_old_mail_go_on_working() -> None:
    assert sign(KEYS, LIST, TOKEN) == "chtsikwe4qvdzulctypvpcjt5fr36rzc"


@given(tokens)
def test_a_token_is_made_of_lower_case_letters_and_digits(token: Token) -> None:
    written = sign(KEYS, LIST, token)

    assert written.isascii()
    assert written.isalnum()
    assert written == written.lower()


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(("subscriber_id", "about"), [(1, 0), (1_000_000, 1000), (2**35 - 1, 2**21 - 1)])
def test_an_envelope_sender_with_a_token_fits_in_a_local_part(purpose: Purpose, subscriber_id: int, about: int) -> None:
    """RFC 5321 section 4.5.3.1.1: 64 octets."""
    written = sign(KEYS, LIST, Token(purpose, subscriber_id, about))

    assert len(written) <= 40
    assert len(f"bounces+{written}") <= 64


def test_a_mail_server_may_change_the_capitals() -> None:
    assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, sign(KEYS, LIST, TOKEN).upper()) == TOKEN


def test_a_token_serves_its_own_purpose_alone() -> None:
    for signed, asked in product(Purpose, repeat=2):
        found = verify(KEYS, LIST, asked, sign(KEYS, LIST, Token(signed, 1, 2)))

        assert (found is not None) == (signed is asked)


def test_a_token_of_another_version_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    written = sign(KEYS, LIST, TOKEN)
    monkeypatch.setattr("newsletter.audience.tokens.KEY_VERSION", 2)

    assert verify(KEYS, LIST, TOKEN.purpose, written) is None
    assert verify(KEYS, LIST, TOKEN.purpose, sign(KEYS, LIST, TOKEN)) == TOKEN


def test_a_token_of_another_newsletter_or_key_is_nothing() -> None:
    written = sign(KEYS, LIST, TOKEN)

    assert verify(KEYS, "newsletter.example.net", Purpose.UNSUBSCRIBE, written) is None
    assert verify(OTHER_KEYS, LIST, Purpose.UNSUBSCRIBE, written) is None


def test_a_list_id_cannot_move_into_the_token() -> None:
    """What is signed is the token's bytes and then the List-Id: no two pairs of them may read the same."""
    raw = base64.b32decode(sign(KEYS, LIST, TOKEN).upper() + "=" * (-len(sign(KEYS, LIST, TOKEN)) % 8))
    longer = raw[:-16] + LIST[:1].encode() + raw[-16:]
    written = base64.b32encode(longer).decode().rstrip("=").lower()

    assert verify(KEYS, LIST[1:], Purpose.UNSUBSCRIBE, written) is None


def test_no_changed_bit_is_accepted() -> None:
    written = sign(KEYS, LIST, TOKEN)
    raw = base64.b32decode(written.upper() + "=" * (-len(written) % 8))
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        spelled = base64.b32encode(changed).decode().rstrip("=").lower()

        assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, spelled) is None


def test_a_token_has_one_spelling() -> None:
    written = sign(KEYS, LIST, Token(Purpose.UNSUBSCRIBE, 1, 200))
    others = [written[:-1] + last for last in "abcdefghijklmnopqrstuvwxyz234567" if last != written[-1]]

    assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, written) is not None
    for other in [*others, written + "=", f" {written}", f"{written}\n", written + "a" * 8]:
        assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, other) is None


def test_no_guess_is_accepted() -> None:
    guess = random.Random(1)
    for _ in range(20_000):
        length = guess.choice((25, 30, 31, 32, 33, 36, 40))
        written = "".join(guess.choices("abcdefghijklmnopqrstuvwxyz234567", k=length))

        assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, written) is None


@given(st.text(max_size=80) | st.text("abcdefghijklmnopqrstuvwxyz234567=ABC", max_size=80))
@example("")
@example("a" * 26)
@example("ſ" * 32)
def test_any_text_is_refused_without_a_sound(written: str) -> None:
    assert verify(KEYS, LIST, Purpose.UNSUBSCRIBE, written) is None


@pytest.mark.parametrize("number", [-1, 2**63])
def test_what_is_no_id_is_not_signed(number: int) -> None:
    with pytest.raises(ValueError, match="is no id"):
        sign(KEYS, LIST, Token(Purpose.UNSUBSCRIBE, number, 0))


def test_without_a_key_it_is_said_how_to_make_one() -> None:
    with pytest.raises(UsageError) as refused:
        keys_of(None)

    assert str(refused.value) == (
        "NEWSLETTER_SECRET_KEY is not set, and it signs the links of readers. Make one with\n"
        '    python3 -c "import secrets; print(secrets.token_urlsafe(32))"\n'
        "put NEWSLETTER_SECRET_KEY=… in .env, and keep it: with another one, old links no longer work"
    )


def test_a_forgotten_address_is_known_again_by_the_same_key_alone() -> None:
    kept = forgotten_key(KEYS, "anna@example.org")

    assert kept == forgotten_key(KEYS, "anna@example.org")
    assert len({kept, forgotten_key(KEYS, "bram@example.org"), forgotten_key(OTHER_KEYS, "anna@example.org")}) == 3
    assert "@" not in kept


def test_no_use_of_the_secret_tells_another() -> None:
    assert isinstance(KEYS, Keys)
    assert KEYS.tokens != KEYS.forgotten
    assert b"0123456789abcdef" not in KEYS.tokens + KEYS.forgotten
