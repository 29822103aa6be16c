"""`newsletter subscribers import` and `export`, as a person and as a script meet them."""

from __future__ import annotations

import csv
import io
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import LIST, Newsletter, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_is_imported(listed: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "list.csv")

    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "imported list.csv, 3 lines: 3 added\n"
    assert newsletter("subscribers", "import", "list.csv").err == "imported list.csv, 3 lines: 3 unchanged\n"


def test_a_dry_run_imports_nothing(listed: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "list.csv", "--dry-run")

    assert (ran.status, ran.err) == (0, "would import list.csv, 3 lines: 3 added\n")
    assert newsletter("subscribers", "list", "--json").document["total"] == 0


def test_an_import_is_one_json_document(listed: Path, newsletter: Newsletter) -> None:
    (listed / "list.csv").write_text(f"{LIST}ANNA@example.org,,,,\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--json")

    assert ran.status == 1
    assert ran.document == {
        "file": "list.csv",
        "dry_run": False,
        "lines": 4,
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "unsubscribed": 0,
        "suppressed": 0,
        "kept_out": 0,
        "repeated": 1,
        "refused": 0,
        "encoding": "utf-8-sig",
        "left_out": [],
        "findings": [
            {
                "path": "list.csv",
                "line": 5,
                "column": 0,
                "severity": "warning",
                "rule": "subscriber-repeated",
                "message": "the same person as in line 2, which counts; this one does not",
            }
        ],
    }


def test_a_bad_line_stops_the_import_and_is_told(listed: Path, newsletter: Newsletter) -> None:
    (listed / "list.csv").write_text(f"{LIST}dirk\ne@\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "list.csv:5: error: has 1 cell where the header has 5",
        "list.csv:6: error: has 1 cell where the header has 5",
        "nothing was imported: 2 lines cannot be taken; mend them, or import the others with --skip-bad",
    ]
    assert newsletter("subscribers", "list", "--json").document["total"] == 0


def test_the_other_lines_can_be_imported(listed: Path, newsletter: Newsletter) -> None:
    (listed / "list.csv").write_text(f"{LIST}dirk,,,,\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--skip-bad")

    assert ran.status == 1
    assert ran.err.splitlines() == [
        'list.csv:5: error: "dirk" is not a mail address: An email address must have an @-sign.',
        "imported list.csv, 4 lines: 3 added, 1 refused",
    ]


def test_a_file_that_is_no_list_is_told(listed: Path, newsletter: Newsletter) -> None:
    (listed / "list.csv").write_text("naam,taal\nAnna,nl\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--json")

    message = 'no column of addresses among "naam", "taal": call it "email"'
    assert ran.status == 2
    assert ran.document["errors"][0] | {"column": 0} == {
        "path": "list.csv", "line": 1, "column": 0, "severity": "error", "rule": "subscriber-file", "message": message,
    }  # fmt: skip
    assert ran.err.splitlines()[-1] == "nothing was imported: 1 line cannot be taken"


def test_what_is_not_kept_and_what_was_guessed_is_told(listed: Path, newsletter: Newsletter) -> None:
    (listed / "list.csv").write_bytes("email,first_name,Shoes\nanna@example.org,Chloé,42\n".encode("cp1252"))

    ran = newsletter("subscribers", "import", "list.csv")

    assert ran.status == 0
    assert ran.err.splitlines() == [
        "imported list.csv, 1 line: 1 added",
        "columns that are not kept: Shoes (name a field of your own in [subscribers] of newsletter.toml)",
        "the file is not UTF-8, and was read as Windows-1252; see whether the names look right",
    ]


def test_a_file_that_is_not_there_is_told(listed: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "no.csv")

    assert (ran.status, ran.err) == (2, "error: no.csv: No such file or directory\n")


def test_progress_is_told_in_lines_where_there_is_no_terminal(
    listed: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.cli.progress._LINE_EVERY", 2000)
    people = "".join(f"reader{number}@example.org\n" for number in range(3_000))
    (listed / "list.csv").write_text(f"email\n{people}", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--dry-run")

    assert ran.err == "writing: 2,000 of 3,000\nwould import list.csv, 3,000 lines: 3,000 added\n"


def test_an_export_is_printed(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "export", "--segment", "nl-founders")

    rows = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert (ran.status, ran.err) == (0, "exported 1 subscriber\n")
    assert [row[0] for row in rows] == ["email", "anna@example.org"]


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_umask")
def test_an_exported_file_is_for_its_owner_alone(filled: Path, newsletter: Newsletter) -> None:
    (filled / "out.csv").write_text("older")
    (filled / "out.csv").chmod(0o666)

    ran = newsletter("subscribers", "export", "--out", "out.csv", "--json")

    assert ran.document == {"file": "out.csv", "subscribers": 3}
    assert stat.S_IMODE((filled / "out.csv").stat().st_mode) == 0o600
    assert (filled / "out.csv").read_bytes().count(b"\r\n") == 4
    assert sorted(path.name for path in filled.iterdir() if "out" in path.name) == ["out.csv"]


def test_an_export_that_fails_leaves_the_older_file(filled: Path, newsletter: Newsletter) -> None:
    (filled / "out").mkdir()

    ran = newsletter("subscribers", "export", "--out", "out")

    assert ran.status == 2
    assert [path.name for path in filled.iterdir() if path.name.startswith(".out")] == []


def test_an_export_into_a_folder_that_is_not_there_is_told(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "export", "--out", "lists/out.csv")

    assert (ran.status, ran.err) == (2, 'error: lists/out.csv: there is no folder "lists" yet; make it first\n')
    assert not (filled / "lists").exists()


def test_an_export_in_json_needs_a_file(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "export", "--json")

    assert (ran.status, ran.out.count("--json says where the file is")) == (2, 1)


def test_a_raw_export_leaves_formulas(filled: Path, newsletter: Newsletter) -> None:
    newsletter("subscribers", "add", "dirk@example.org", "--first-name", "=1+1")

    assert '"\'=1+1"' in newsletter("subscribers", "export").out
    assert '"=1+1"' in newsletter("subscribers", "export", "--raw").out


def test_the_installed_command_exports_what_it_imported(listed: Path) -> None:
    assert installed("subscribers", "import", "list.csv", cwd=listed).status == 0

    ran = installed("subscribers", "export", cwd=listed)

    assert "Chloé" in ran.out
    assert (ran.status, ran.err) == (0, "exported 3 subscribers\n")
