"""Tokens that nobody signed: none is taken; `make long` tries a million."""

from __future__ import annotations

import random
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from newsletter.audience.tokens import Keys, Purpose, Token, keys_of, sign, verify
from newsletter.config import Secret
from tests.audience.lists import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
LIST = "newsletter.example.org"
KEYS = keys_of(Secret(KEY))


def forged(luck: random.Random, many: int) -> Iterator[str]:
    """Tokens of chance, tokens with a letter changed, and tokens of other keys and other newsletters."""
    others = keys_of(Secret(KEY[::-1]))
    swapped = Keys(KEYS.forgotten, KEYS.tokens)
    for _ in range(many // 4):
        right = Token(luck.choice(list(Purpose)), luck.randrange(1, 2**35), luck.randrange(2**21))
        written = sign(KEYS, LIST, right)
        place = luck.randrange(len(written))
        yield "".join(luck.choices(LETTERS, k=luck.randrange(30, 41)))
        yield written[:place] + luck.choice(LETTERS.replace(written[place], "")) + written[place + 1 :]
        yield sign(others if luck.random() < 0.5 else swapped, LIST, right)
        yield sign(KEYS, "newsletter.example.com", right)


@pytest.mark.parametrize("many", [20_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_no_forged_token_is_taken(many: int) -> None:
    luck = random.Random(20261127)
    purposes = chain.from_iterable(repeat(tuple(Purpose)))
    taken = [token for token in forged(luck, many) if verify(KEYS, LIST, next(purposes), token)]
    assert taken == []


def test_no_token_serves_another_purpose() -> None:
    """Each of a thousand readers' tokens, at each of the doors: it opens its own."""
    for number in range(1, 1001):
        for purpose in Purpose:
            written = sign(KEYS, LIST, Token(purpose, number, number))
            assert [door for door in Purpose if verify(KEYS, LIST, door, written)] == [purpose]
