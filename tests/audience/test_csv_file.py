"""Records and their lines. What is said of broken files is in tests/bad_subscribers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.csv_file import (
    MAX_RECORD_CHARACTERS,
    MAX_RECORD_LINES,
    BadRecord,
    Lines,
    Record,
    delimiter_of,
    first_record,
    records,
    scan,
)

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, width: int = 2, delimiter: str = ",") -> list[Record | BadRecord]:
    return list(records(Lines(io.StringIO(text, newline="")), delimiter, width))


def lines_of(found: list[Record | BadRecord]) -> list[tuple[int, bool]]:
    return [(one.line, isinstance(one, Record)) for one in found]


@pytest.mark.parametrize("length", [MAX_RECORD_CHARACTERS - 1, MAX_RECORD_CHARACTERS])
def test_a_line_may_be_so_long(length: int) -> None:
    assert lines_of(read(f"{'a' * (length - 3)},b\na,b\n")) == [(1, True), (2, True)]


@pytest.mark.parametrize("length", [MAX_RECORD_CHARACTERS + 1, 3 * MAX_RECORD_CHARACTERS, 200_000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_that_is_longer_is_told_and_the_next_is_read(length: int, end: str) -> None:
    assert lines_of(read(f"a,b{end}{'a' * length}{end}c,d{end}")) == [(1, True), (2, False), (3, True)]


@pytest.mark.parametrize("length", [MAX_RECORD_CHARACTERS + 1, MAX_RECORD_CHARACTERS + 2, 200_000])
def test_the_last_line_may_be_too_long_and_lack_its_end(length: int) -> None:
    assert lines_of(read(f"a,b\n{'a' * length}")) == [(1, True), (2, False)]


def test_a_cell_may_have_so_many_lines_and_no_more() -> None:
    most = "x\n" * (MAX_RECORD_LINES - 1)

    assert read(f'a,"{most}"\nc,d\n') == [Record(1, ["a", most]), Record(MAX_RECORD_LINES + 1, ["c", "d"])]
    assert isinstance(read(f'a,"x\n{most}"\nc,d\n')[0], BadRecord)


def test_lines_are_counted_through_cells_of_several_lines_and_empty_ones() -> None:
    assert lines_of(read('a,"b\nc"\n\n\r\nd,e\nf,g,h\ni,"j\n\nk"\nl,m')) == [
        (1, True), (5, True), (6, False), (7, True), (10, True),
    ]  # fmt: skip


@given(st.lists(st.tuples(*[st.text("a,;\"'\n\r\t é", max_size=6)] * 3), max_size=6))
def test_whatever_a_writer_writes_is_read(rows: list[tuple[str, str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)

    assert [one.cells for one in read(written.getvalue(), 3) if isinstance(one, Record)] == [list(row) for row in rows]


@given(st.text('a@,"\n\r', max_size=60))
def test_every_line_is_in_a_record_or_told_or_empty(text: str) -> None:
    found = read(text)

    lines = [one.line for one in found]
    assert lines == sorted(set(lines))
    assert all(1 <= line <= len(io.StringIO(text, newline="").readlines()) for line in lines)
    # Nothing is read twice, and nothing that holds an address is passed over unsaid.
    said = sum(len("".join(one.cells)) for one in found if isinstance(one, Record))
    assert said <= len(text)
    if "@" in text:
        assert found


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b", ","), ("a;b", ";"), ("a\tb", "\t"), ('"a,b,c";d', ";"), ("a", ","), ('"a;b","c;d"', ",")],
)
def test_the_delimiter_is_the_one_outside_quotes(header: str, delimiter: str) -> None:
    assert delimiter_of(header) == delimiter


def test_the_first_record_can_be_read_again() -> None:
    lines = Lines(io.StringIO("\n\na,b\nc,d\n"))

    assert first_record(lines) == (Record(3, ["a", "b"]), ",")
    lines.again()
    assert list(records(lines, ",", 2)) == [Record(3, ["a", "b"]), Record(4, ["c", "d"])]


def test_a_header_that_is_too_long_is_told() -> None:
    found, _ = first_record(Lines(io.StringIO("a" * 70_000)))

    assert found == BadRecord(1, f"a line of more than {MAX_RECORD_CHARACTERS} characters")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "utf-8-sig"),
        (b"abc", "utf-8-sig"),
        ("é".encode(), "utf-8-sig"),
        ("a" * 1_048_575 + "é", "utf-8-sig"),
        ("é".encode("cp1252"), "cp1252"),
        ("a" * 2_000_000 + "é", "utf-8-sig"),
        ("éé".encode() + b"\xe9", "utf-8-sig"),
        (b"a\xc3", "cp1252"),
        ("ab,é".encode("utf-16"), "utf-16"),
        ("abcdef".encode("utf-16-le"), "utf-16-le"),
        ("abcdef".encode("utf-16-be"), "utf-16-be"),
    ],
    ids=repr,
)
def test_an_encoding_is_found_out(tmp_path: Path, content: bytes | str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert scan(path).encoding == encoding
