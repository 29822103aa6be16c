"""Style sheets are read as they were written, whatever is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.clients.css import (
    AtRule,
    Declaration,
    Rule,
    read_declarations,
    read_sheet,
    write_declarations,
    write_sheet,
)

PIECES = st.sampled_from(
    [*"{}()[];:,\"'\\@!/* \n", "a", ".b", "url(", "/*", "*/", "@media x", "!important", "color", "é"]
)
CSS = st.lists(PIECES, max_size=30).map("".join)


def test_rules_and_declarations_are_read() -> None:
    sheet = read_sheet("/* a */ a, .b > c { color : RED !important; margin:0 }")
    assert sheet.rules == (
        Rule(("a", ".b > c"), (Declaration("color", "RED", is_important=True), Declaration("margin", "0"))),
    )
    assert sheet.is_whole


def test_at_rules_hold_rules_or_anything_else() -> None:
    css = "@import 'x';\n @media (a) and (b){p{c:d}@font-face{e:f}}@keyframes g{from{h:i}}"
    assert read_sheet(css).rules == (
        AtRule("import", "'x'"),
        AtRule(
            "media", "(a) and (b)", rules=(Rule(("p",), (Declaration("c", "d"),)), AtRule("font-face", "", block="e:f"))
        ),
        AtRule("keyframes", "g", block="from{h:i}"),
    )


@pytest.mark.parametrize(
    ("value", "name"),
    [("url(data:a;b,c)", "background"), ('"};{"', "content"), ("f(a;b)", "width"), ("{a:b}", "--x")],
)
def test_marks_within_brackets_and_quotes_end_nothing(value: str, name: str) -> None:
    assert read_declarations(f"a:b;{name}:{value};c:d") == (
        Declaration("a", "b"),
        Declaration(name, value),
        Declaration("c", "d"),
    )


@pytest.mark.parametrize("css", ["a{b:c", "}a{b:c}", "a", "@media x{a{b:c}", "a{b:'c}", "@media x{a}"])
def test_a_sheet_that_is_not_whole_says_so(css: str) -> None:
    assert not read_sheet(css).is_whole


def test_what_stands_beside_a_fault_is_read() -> None:
    assert Rule(("a",), (Declaration("b", "c"),)) in read_sheet("}a{b:c}").rules
    assert read_declarations(";;a;b:;:c;d:e") == (Declaration("d", "e"),)


def test_at_rules_nested_without_end_are_read_to_an_end() -> None:
    deep = read_sheet("@media x{" * 5000)
    assert not deep.is_whole
    assert write_sheet(deep.rules).startswith("@media x{@media x{")


@given(CSS)
def test_what_was_written_is_read_as_the_same(css: str) -> None:
    declarations = read_declarations(css)
    written = write_declarations(declarations)
    assert write_declarations(read_declarations(written)) == written
    assert isinstance(write_sheet(read_sheet(css).rules), str)
