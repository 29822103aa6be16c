"""Apostrophes that begin a word, whole amounts, and names of emoji."""

from __future__ import annotations

import subprocess
import sys

import pytest

from newsletter.issue.markdown import parse, to_html, typographic
from tests.issue.drafts import html, only_block


def shown(text: str, language: str) -> str:
    return (
        to_html(parse(text, language), language, "", lambda name: {"src": name})
        .removeprefix("<p>")
        .removesuffix("</p>\n")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'s avonds en 's morgens", "’s avonds en ’s morgens"),
        ("'t is zo'n dag, 'k weet 't", "’t is zo’n dag, ’k weet ’t"),
        ("'n boek van 'r, 'm en 't", "’n boek van ’r, ’m en ’t"),
        ("foto's uit de jaren '90 en '80s", "foto’s uit de jaren ’90 en ’80s"),
        ("Hij zei: 'dat is 's avonds zo'.", "Hij zei: ‘dat is ’s avonds zo’."),
        ('"\'t Kan", zei ze', "“’t Kan”, zei ze"),
        ("'s-Hertogenbosch en 's\nGravenhage", "’s-Hertogenbosch en ’s\nGravenhage"),
        ("de letter 's' en een 't-shirt'", "de letter ‘s’ en een ‘t-shirt’"),
        ("rock 'n' roll", "rock ’n’ roll"),
        ("'kheb een boek", "’kheb een boek"),
        ("James' boek", "James’ boek"),
        ("'1984' en '84 jaar'", "‘1984’ en ’84 jaar’"),
        ("'*s* x'", "‘<em>s</em> x’"),
        ("'s `'s` avonds", "’s <code>'s</code> avonds"),
        ("\\'s avonds", "'s avonds"),
    ],
)
def test_dutch_words_that_lost_their_first_letters_begin_with_an_apostrophe(text: str, expected: str) -> None:
    assert shown(text, "nl") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'tis 'Twas 'em 'til 'cause 'bout", "’tis ’Twas ’em ’til ’cause ’bout"),
        ("the '90s, 'round here", "the ’90s, ’round here"),
        ("'s nights' and 'em dash'", "‘s nights’ and ’em dash’"),
        ("rock 'n' roll", "rock ’n’ roll"),
        ("'emphasis' and 'tissue'", "‘emphasis’ and ‘tissue’"),
    ],
)
def test_english_has_words_of_its_own(text: str, expected: str) -> None:
    assert shown(text, "en") == expected


def test_dashes_and_dots_are_those_of_print() -> None:
    assert shown("a -- b --- c... d--e", "nl") == "a – b — c… d–e"


def test_no_line_ends_between_a_currency_and_its_amount() -> None:
    assert shown("€ 20, $ 5 en £ 3; € veel", "nl") == "€\u00a020, $\u00a05 en £\u00a03; € veel"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":tada:", "🎉"),
        ("a :+1::heart: b", "a 👍❤️ b"),
        ("**:white_check_mark:**", "<strong>✅</strong>"),
        (":netherlands: :man_technologist:", "🇳🇱 👨‍💻"),
        ("![een :bulb:](wafer.png)", '<img src="wafer.png" alt="een 💡" />'),
        ("👩‍💻 🇳🇱 👍🏽 ❤️ 1️⃣", "👩‍💻 🇳🇱 👍🏽 ❤️ 1️⃣"),
        (":bestaat_niet: :Tada: : tada : :", ":bestaat_niet: :Tada: : tada : :"),
        ("10:30:45 a:tada:b 1:100:2", "10:30:45 a:tada:b 1:100:2"),
        ("`:tada:` \\:tada: https\\:tada:", "<code>:tada:</code> :tada: https:tada:"),
    ],
)
def test_a_name_of_an_emoji_becomes_it_and_nothing_else_changes(text: str, expected: str) -> None:
    assert shown(text, "nl") == expected


def test_a_name_in_a_block_of_code_stays() -> None:
    assert html(only_block("```\n:tada: 's\n```")) == "<pre><code>:tada: 's\n</code></pre>\n"


def test_titles_have_the_same_typography() -> None:
    assert typographic(':bulb: \'s avonds "kost" het € 5', "nl") == "💡 ’s avonds “kost” het €\u00a05"
    assert only_block("::: note {#a} :bulb: 't is zo\nx\n:::").title == "💡 ’t is zo"


def test_the_names_are_only_read_where_one_occurs() -> None:
    program = (
        "import sys; from newsletter.issue.markdown import parse\n"
        "parse('10:30 `:tada:` \\'s *a* [b](https://example.org)', 'nl'); print('emoji' in sys.modules)\n"
        "parse(':tada:', 'nl'); print('emoji' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
