"""Tables: columns that have their share, heads that say what they head, words that may break where they must."""

from __future__ import annotations

import re

import pytest

from tests.issue.drafts import html, only_block

CELL = re.compile(r"<(t[hd])\b([^>]*)>")


def cells(text: str) -> list[tuple[str, str]]:
    """Each cell's tag and attributes."""
    return [(tag, attributes.strip()) for tag, attributes in CELL.findall(html(only_block(text)))]


def test_the_head_of_a_column_has_a_scope_a_width_and_its_alignment() -> None:
    assert cells("| abcd | b |\n|------|--:|\n| c | def |")[:2] == [
        ("th", 'style="width:57%" scope="col"'),
        ("th", 'style="text-align:right;width:43%" scope="col"'),
    ]


def test_cells_keep_their_alignment() -> None:
    assert cells("|a|b|\n|:-:|--:|\n|c|d|")[2:] == [
        ("td", 'style="text-align:center"'),
        ("td", 'style="text-align:right"'),
    ]


def test_a_column_of_much_text_leaves_room_for_the_others() -> None:
    widths = re.findall(r"width:(\d+)%", html(only_block(f"|a|b|\n|-|-|\n|{'c' * 10}|{'woord ' * 100}|")))
    assert widths == ["20", "80"]


@pytest.mark.parametrize("head", ["| | |", "|&nbsp;| |"])
def test_a_head_with_nothing_in_it_is_left_out(head: str) -> None:
    found = html(only_block(f"{head.replace('&nbsp;', '')}\n|--|--|\n| a | b |\n| c | d |"))
    assert "<th" not in found
    assert '<td style="width:50%">a</td>' in found
    assert "<td>c</td>" in found


def test_a_table_that_is_a_head_alone_may_be_empty() -> None:
    assert "<t" not in html(only_block("| |\n|-|\n")).replace("<table>", "").replace("<tbody>", "")


def test_the_words_of_a_cell_stay_whole_unless_one_is_too_long() -> None:
    found = cells(f"|a|b|\n|-|-|\n|{'c' * 13}|{'d' * 21}|")
    assert [("long" in attributes) for _, attributes in found] == [False, False, False, True]


def test_words_may_break_where_they_do_not_fit_beside_each_other() -> None:
    row = "|".join(["x" * 12] * 3)
    assert all("long" in attributes for _, attributes in cells(f"|{row}|\n|-|-|-|\n|a|b|c|"))
    assert not any("long" in attributes for _, attributes in cells("|ab|cd|\n|-|-|\n|a b c d e f g h i j k l m n|c|"))


def test_a_line_break_in_a_cell_is_between_two_words() -> None:
    assert "long" not in html(only_block(f"|a|\n|-|\n|{'c' * 15} `{'d' * 15}`|"))
