"""A fault stands at the line and the column of its key, however the TOML is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.toml import parse
from newsletter.model import Position
from tests.config.workspaces import REQUIRED, faults_of

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config.toml import KeyPath


def place(line: int, column: int = 1) -> Position:
    return Position("newsletter.toml", line, column)


@pytest.mark.parametrize(
    ("toml", "path", "position"),
    [
        ("a = 1\nb = 2", ("b",), place(2)),
        ("[t]\na = 1\n\n# x = 1\nb = 2\n", ("t", "b"), place(5)),
        ("[t]\n  \t b = 2\n", ("t", "b"), place(2, 5)),
        ("  [ t . 'u' ] # [v]\nb = 2\n", ("t", "u"), place(1, 3)),
        ("[t.u]\nb = 2\n", ("t",), place(1)),
        ("[t.u]\nb = 2\n[t]\na = 1\n", ("t",), place(3)),
        ('a = """\n[x]\nb = 1\n"""\nb = 2\n', ("b",), place(5)),
        ("a = '''\n[[x]]\n\"\"\"\n'''\nb = 2\n", ("b",), place(5)),
        ('a = """x\n\\"""\n"""  # """\nb = 2\n', ("b",), place(4)),
        ("a = [\n  # ]\n  ']',\n  [1],\n]\nb = 2\n", ("b",), place(6)),
        ("a = [\n  {b = 1},\n  {b = 2},\n]\n", ("a", 1, "b"), place(1)),
        ("a.b.c = 1\na.b.d = 2\n", ("a", "b", "d"), place(2)),
        ("a.b.c = 1\na.b.d = 2\n", ("a", "b"), place(1)),
        ("\"a.b\" . 'c' = 1\n", ("a.b", "c"), place(1)),
        ("x = 1\nt = { a = 1, u = { b = 2 } }\n", ("t", "u", "b"), place(2)),
        ("[[s]]\na = 1\n[[s]]\n\na = 2\n", ("s", 1, "a"), place(5)),
        ("[[s]]\na = 1\n[[s]]\n\na = 2\n", ("s", 1), place(3)),
        ("[[s]]\na = 1\n[[s]]\na = 2\n", ("s",), place(1)),
        ("[[s]]\n[s.t]\na = 1\n[[s]]\n[s.t]\na = 2\n", ("s", 1, "t", "a"), place(6)),
        ("[[s]]\n[[s.u]]\n[[s.u]]\na = 1\n[[s]]\n[[s.u]]\na = 2\n", ("s", 0, "u", 1, "a"), place(4)),
        ("[[s]]\n[[s.u]]\n[[s.u]]\na = 1\n[[s]]\n[[s.u]]\na = 2\n", ("s", 1, "u", 0, "a"), place(7)),
        ("a = 1\r\n\r\n[t]\r\nb = '''\r\n[x]\r\n'''\r\nc = 2\r\n", ("t", "c"), place(7)),
        ("a = 'x\u2028y\u0085z'\nb = 2\n", ("b",), place(2)),
        ("'é' = 1\n", ("é",), place(1)),
    ],
)
def test_every_key_has_the_place_where_it_stands(toml: str, path: KeyPath, position: Position) -> None:
    assert parse(toml).positions[path] == position


def test_what_has_no_place_takes_that_of_the_table_around_it() -> None:
    document = parse("# a comment\n\n[t]\na = 1\n")
    assert document.position(("t", "b", "c")) == place(3)
    assert document.position(("u",)) == place(1)


KEYS = st.text("abc", min_size=1, max_size=3)
VALUES = st.sampled_from(
    ["1", "'[x]'", '"""\n[x]\na = 1\n"""', "[\n  1, # ]\n  2,\n]", "{ a = 1, b = [1] }", "2026-11-24"]
)


TABLES = st.dictionaries(KEYS, st.dictionaries(KEYS, st.tuples(VALUES, st.integers(0, 2)), max_size=4), max_size=4)


@given(TABLES)
def test_places_are_right_in_any_mixture(tables: dict[str, dict[str, tuple[str, int]]]) -> None:
    lines: list[str] = []
    expected: dict[KeyPath, Position] = {}
    for table, keys in tables.items():
        lines.append(f"[{table}]")
        expected[table,] = place(len(lines))
        for key, (value, blank) in keys.items():
            lines += ["# [comment]", ""][:blank]
            first, *rest = f"{key} = {value}".split("\n")
            lines.append(first)
            expected[table, key] = place(len(lines))
            lines += rest
    positions = parse("\n".join(lines)).positions
    assert {path: positions[path] for path in expected} == expected


def test_a_missing_key_points_at_the_header_of_its_table(tmp_path: Path) -> None:
    toml = "# Settings\n\n  " + REQUIRED.replace('name = "Proef"\n', "", 1)
    (fault,) = faults_of(tmp_path, toml)
    assert fault == "newsletter.toml:3:3: newsletter.name: missing (the newsletter's name, as readers see it)"


def test_a_missing_key_of_a_sample_points_at_that_sample(tmp_path: Path) -> None:
    samples = '[[sample]]\naddress = "anna@example.org"\n\n[[sample]]\nfirst_name = "Bram"\n'
    (fault,) = faults_of(tmp_path, REQUIRED + samples)
    assert fault.startswith("newsletter.toml:11:1: sample[2].address: missing ")
