"""Read a file of comma-separated values line by line, whatever program wrote it, and trust none of it.

Encoding, byte-order mark and delimiter are found out. A record that cannot be right is told at the line it begins at,
and reading goes on at the next line: one quote that is never closed must not swallow everybody behind it.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper
    from pathlib import Path

DELIMITERS = (",", ";", "\t")

MAX_RECORD_LINES = 50
"""Of notes in a cell; more is a quote that was not closed."""

MAX_RECORD_CHARACTERS = 60_000
"""Below the 131,072 at which Python's reader gives up."""

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands in a cell where the file's bytes are no text."""

_FORMULA = re.compile(r"'*[=+\-@|\t\r]")
"""How a cell begins that a spreadsheet would take for a formula, and run. Addresses may begin so too."""

_CHUNK_BYTES = 1 << 20
_SAMPLE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a first look at the whole file found."""

    encoding: str
    """As Python calls it."""
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file."""

    line: int
    """Where it begins, from 1."""
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A place where no record can be read."""

    line: int
    message: str


def scan(path: Path) -> Scanned:
    """Look through a file: which encoding it is in, and its hash.

    Text that is not UTF-8 is taken for Windows-1252, as old spreadsheets write it, unless most of what is not ASCII
    in it is UTF-8 after all: then its bad lines are told, and the others keep their letters.
    """
    digest, lines, good, bad = hashlib.sha256(), 0, 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            lines += chunk.count(b"\n")
            # The decoder waits for the rest of a character that a chunk cuts in two.
            if not chunk.isascii() or decoder.getstate()[0]:
                text = decoder.decode(chunk)
                replaced = text.count(REPLACED)
                bad += replaced
                good += len(text) - len(text.encode("ascii", "ignore")) - replaced
    bad += len(decoder.decode(b"", final=True))
    encoding = _wide(sample) or ("utf-8-sig" if bad <= good else "cp1252")
    return Scanned(encoding, digest.hexdigest(), lines)


def _wide(sample: bytes) -> str:
    """Return which UTF-16 a file is in; empty for none. Without a mark, every other byte of its ASCII is a NUL."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(sample) // 2
    if sample[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > half * 0.6 else ""


def open_text(path: Path, encoding: str) -> TextIOWrapper:
    """Open a file as text with its line ends as they are, as the reader wants them."""
    return path.open(encoding=encoding, errors="replace", newline="")


def delimiter_of(line: str) -> str:
    """Return the delimiter of a header: the one that stands in it most often outside quotes; a comma if none does."""
    outside = "".join(part for number, part in enumerate(line.split('"')) if number % 2 == 0)
    return max(DELIMITERS, key=outside.count)


class _RunsOnError(Exception):
    """A record is longer than any can be."""


class Lines:
    """The lines of a file, with those of the record that is being read held back to be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._held: list[str] = []
        self._held_characters = 0
        self.first = 1
        """The number of the first line of the record."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._file.readline(MAX_RECORD_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self._held.append(line)
        self._held_characters += len(line)
        if len(self._held) > MAX_RECORD_LINES or self._held_characters > MAX_RECORD_CHARACTERS:
            raise _RunsOnError
        return line

    @property
    def held(self) -> int:
        """How many lines the record has."""
        return len(self._held)

    def done(self) -> None:
        """The record is read: the next line begins another."""
        self.first += len(self._held)
        self._forget()

    def again(self) -> None:
        """Read the record's lines once more."""
        self._again.extendleft(reversed(self._held))
        self._forget()

    def give_up_first(self) -> None:
        """Give up the record's first line, and read on at the one behind it."""
        self._skip_rest_of_first()
        del self._held[0]
        self.first += 1
        self.again()

    def _skip_rest_of_first(self) -> None:
        # Only a line that is too long can lack its end here; the last one of a file is never given up half-read.
        while self._held and len(self._held[0]) > MAX_RECORD_CHARACTERS and self._held[0][-1] not in "\r\n":
            more = self._file.readline(MAX_RECORD_CHARACTERS + 1)
            if not more:
                return
            self._held[0] = more if len(more) > MAX_RECORD_CHARACTERS else "\n"

    def _forget(self) -> None:
        self._held = []
        self._held_characters = 0


def first_record(lines: Lines) -> tuple[Record | BadRecord, str]:
    """Return the first record and the delimiter. Excel's `sep=;` may stand above it; empty lines may too.

    `lines` is left where it was before the record, so that it can be read again or passed over with `lines.done()`.
    """
    delimiter = ""
    try:
        for line in lines:
            text = line.strip("\r\n")
            if text.casefold().startswith("sep=") and text[4:] in DELIMITERS:
                delimiter = text[4:]
            elif text.strip():
                delimiter = delimiter or delimiter_of(text)
                return Record(lines.first, next(csv.reader([text], delimiter=delimiter, strict=True))), delimiter
            lines.done()
    except (csv.Error, _RunsOnError) as error:
        return BadRecord(lines.first, _words(error, lines)), delimiter
    return BadRecord(0, "the file is empty"), delimiter


def guarded(cell: str) -> str:
    """Return a cell as a spreadsheet leaves it alone: with `'` before what it would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return what `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def records(lines: Lines, delimiter: str, width: int) -> Iterator[Record | BadRecord]:
    """Yield the records, each with `width` cells, and each place where there is none; empty lines are passed over."""
    ended = False
    while not ended:
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                fault = _fault(cells, lines, delimiter, width)
                if fault:
                    yield BadRecord(lines.first, fault)
                    if lines.held > 1:
                        lines.give_up_first()
                        break
                elif cells:
                    yield Record(lines.first, cells)
                lines.done()
            else:
                ended = True
        except (csv.Error, _RunsOnError) as error:
            yield BadRecord(lines.first, _words(error, lines))
            lines.give_up_first()


def _fault(cells: list[str], lines: Lines, delimiter: str, width: int) -> str:
    if cells and len(cells) != width:
        hint = f"; put quotes around a cell that holds {_NAMES[delimiter]}" if len(cells) > width else ""
        return f"has {len(cells)} cell{'s' if len(cells) > 1 else ''} where the header has {width}{hint}"
    if lines.held > 1 and any(_is_whole_record(line, delimiter, width) for cell in cells for line in cell.splitlines()):
        return f"a cell runs on to line {lines.first + lines.held - 1} and holds other records: a quote is not closed"
    return ""


def _is_whole_record(line: str, delimiter: str, width: int) -> bool:
    return "@" in line and line.count(delimiter) == width - 1 and width > 1


_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab"}


def _words(error: Exception, lines: Lines) -> str:
    if isinstance(error, _RunsOnError):
        if lines.held > 1:
            return f"a cell runs on for more than {MAX_RECORD_LINES} lines: a quote is not closed"
        return f"a line of more than {MAX_RECORD_CHARACTERS} characters"
    if "unexpected end of data" in str(error):
        return "a quote is not closed up to the end of the file"
    return 'a quote is not closed, or stands within a quoted cell, where it is written twice: ""'
