"""The turns of phrase that messages share."""

from __future__ import annotations

import pytest

from newsletter.wording import did_you_mean, near_miss, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", '""'),
        ("é 👩", '"é 👩"'),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("a\n\t\x1b[31m\x7f", '"a\\n\\t\\u001b[31m\\u007f"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}", '"\\u202e\\u200b\\u00a0"'),
        ("\ud800", '"\\ud800"'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 59}…"'),
    ],
)
def test_a_found_value_is_shown_in_one_short_line_that_no_terminal_obeys(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_the_nearest_name_is_meant() -> None:
    known = ("tip", "tool", "text")
    assert did_you_mean("Tipp", known) == near_miss("Tipp", known) == ' (did you mean "tip"?)'


def test_where_none_is_near_they_are_named_unless_a_message_does_so_itself() -> None:
    assert did_you_mean("webshop", ("tool", "tip")) == " (there is tip, tool)"
    assert near_miss("webshop", ("tool", "tip")) == ""
    assert did_you_mean("webshop", ()) == ""


def test_no_more_than_twenty_names_are_listed() -> None:
    names = [f"n{number:02}" for number in range(21)]
    assert did_you_mean("webshop", names[:20]) == f" (there is {', '.join(names[:20])})"
    assert did_you_mean("webshop", names) == f" (there is {', '.join(names[:20])}, …)"
