from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.render.lines import GLUE, display_width, folded, hang, underline, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("vrijdag", 7),
        ("één “citaat” – € 20…", 20),
        ("de\u0301je\u0300", 4),  # combining accents
        ("af\u00adbreken", 8),  # a soft hyphen
        ("日本語", 6),
        ("ﾊﾝｶｸ", 4),  # half width
        ("👍", 2),
        ("👍🏽", 2),  # a skin tone
        ("👩‍💻", 2),  # joined
        ("🏃🏽‍♀️", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("❤", 1),
        ("❤️", 2),  # the same, as a picture
        ("✅️", 2),
        ("🇳🇱", 2),
        ("1️⃣", 2),
        ("क्‍ष", 2),  # a joiner between letters joins no picture
    ],
)
def test_a_width_is_what_a_terminal_shows(text: str, columns: int) -> None:
    assert display_width(text) == columns


def test_a_text_is_wrapped_at_its_width() -> None:
    assert wrap("een twee drie vier", 9) == "een twee\ndrie vier"


def test_a_text_is_wrapped_at_72_columns_unless_told_otherwise() -> None:
    assert wrap("abc " * 18 + "d") == "abc " * 17 + "abc\nd"
    assert wrap("abcd" + " abc" * 17 + " d") == "abcd" + " abc" * 17 + "\nd"


def test_the_lines_of_an_item_hang_below_its_first_word() -> None:
    assert hang("een twee drie", "10. ", 12) == "10. een twee\n    drie"
    assert hang("een", "1. ") == "1. een"
    assert hang("", "1. ") == "1. "


def test_wide_characters_fill_two_columns_of_a_line() -> None:
    assert wrap("日本 日本 日本", 9) == "日本 日本\n日本"


def test_an_indent_stands_before_each_line_and_counts() -> None:
    assert wrap("een twee drie vier", 12, "   ") == "   een twee\n   drie vier"


def test_the_line_breaks_of_a_text_are_kept() -> None:
    assert wrap("Postbus 1\n\n1000 AA  Amsterdam\n", 72, "  ") == "  Postbus 1\n\n  1000 AA Amsterdam"


def test_nothing_wraps_to_nothing() -> None:
    assert wrap(" \n\t\n") == ""
    assert underline(" ", "=") == ""


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2007"])
def test_a_no_break_space_is_no_place_to_break(space: str) -> None:
    assert wrap(f"om 20{space}uur", 7) == f"om\n20{space}uur"


@pytest.mark.parametrize("space", [" ", "  ", "\t", "\u2003", "\u2028", "\x85"])
def test_every_other_space_is_a_place_to_break(space: str) -> None:
    assert wrap(f"om{space}acht{space}uur", 7) == "om acht\nuur"


def test_a_glued_space_does_not_break() -> None:
    assert folded(f"zie hier{GLUE}[1]", 9) == ["zie", "hier [1]"]


@pytest.mark.parametrize(
    "word",
    [
        "https://example.org/een-lang-pad/met?vraag=ja&zo=voort",
        "https://例え.example/長い長い長い長い長い",
        "www.例え.example/長い長い長い長い長い",
        "zq0123456789abh12z",
        "niet-te-breken-woord",
    ],
)
def test_a_word_longer_than_the_line_stays_whole(word: str) -> None:
    assert wrap(f"a {word} b", 8) == f"a\n{word}\nb"


def test_east_asian_writing_breaks_between_characters_but_marks_cling() -> None:
    text = "吾輩は「猫」である。名前はまだ無いzq0123456789abh0zです。"
    assert wrap(text, 8).split("\n") == [
        "吾輩は",
        "「猫」で",
        "ある。名",
        "前はまだ",
        "無い",
        "zq0123456789abh0z",
        "です。",
    ]


def test_a_joined_emoji_is_never_cut() -> None:
    assert wrap("👩‍💻" * 3, 4) == f"{'👩‍💻' * 2}\n👩‍💻"


def test_a_title_is_underlined_as_far_as_it_goes() -> None:
    assert underline("Tip: 日本", "-") == "Tip: 日本\n---------"


def test_a_long_title_is_underlined_below_its_last_line() -> None:
    assert underline("een twee drie", "=", 9) == "een twee\ndrie\n========"


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([" ", "\n", "\u00a0", "日本", "。", "「", "👩‍💻", "zq0123456789abh0z", "https://example.org/日本"]),
)


@given(st.lists(PIECES).map("".join), st.integers(-5, 40))
def test_wrapping_loses_nothing_and_ends_no_line_in_a_space(text: str, width: int) -> None:
    lines = wrap(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.replace(GLUE, " ").split())
    assert [line for line in lines if line != line.rstrip()] == []


@given(st.lists(st.sampled_from(["een", "twee", "日本", "é", "👍"])), st.integers(4, 40))
def test_no_line_is_too_long_nor_shorter_than_it_need_be(pieces: list[str], width: int) -> None:
    lines = wrap(" ".join(pieces), width).split("\n")
    assert max(map(display_width, lines)) <= width
    for line, after in pairwise(lines):
        assert display_width(f"{line} {after.split(' ')[0]}") > width
