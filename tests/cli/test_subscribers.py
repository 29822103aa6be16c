"""`newsletter subscribers`, as a person and as a script meet it."""

from __future__ import annotations

import csv
import io
import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import TOML, Newsletter, add_issue, installed

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef0123456789abcdef"
LIST = """\
email,first_name,language,tags,company
anna@example.org,Anna,nl,"founder, vip",Acme
bram@example.org,Bram,,,
chloe@example.org,Chloé,en,vip,
"""


@pytest.fixture
def root(workspace: Path) -> Path:
    """A workspace with a segment and a field."""
    more = (
        "[subscribers]\nfields = [\"company\"]\n[segments]\nnl-founders = \"language == 'nl' and 'founder' in tags\"\n"
    )
    (workspace / "newsletter.toml").write_text(TOML + more, "utf-8")
    (workspace / "list.csv").write_text(LIST, "utf-8")
    return workspace


@pytest.fixture
def filled(root: Path, newsletter: Newsletter) -> Path:
    assert newsletter("subscribers", "import", "list.csv").status == 0
    return root


def test_a_file_is_imported(root: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "list.csv")

    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "imported list.csv, 3 lines: 3 added\n"
    assert newsletter("subscribers", "import", "list.csv").err == "imported list.csv, 3 lines: 3 unchanged\n"


def test_a_dry_run_imports_nothing(root: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "list.csv", "--dry-run")

    assert (ran.status, ran.err) == (0, "would import list.csv, 3 lines: 3 added\n")
    assert newsletter("subscribers", "list", "--json").document["total"] == 0


def test_an_import_is_one_json_document(root: Path, newsletter: Newsletter) -> None:
    (root / "list.csv").write_text(f"{LIST}ANNA@example.org,,,,\n", "utf-8")

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


def test_a_bad_line_stops_the_import_and_is_told(root: Path, newsletter: Newsletter) -> None:
    (root / "list.csv").write_text(f"{LIST}dirk\ne@\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "list.csv:5: error: has 1 cell where the header has 5",
        "list.csv:6: error: has 1 cell where the header has 5",
        "nothing was imported: 2 lines cannot be taken; mend them, or import the others with --skip-bad",
    ]
    assert newsletter("subscribers", "list", "--json").document["total"] == 0


def test_the_other_lines_can_be_imported(root: Path, newsletter: Newsletter) -> None:
    (root / "list.csv").write_text(f"{LIST}dirk,,,,\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--skip-bad")

    assert ran.status == 1
    assert ran.err.splitlines() == [
        'list.csv:5: error: "dirk" is not a mail address: An email address must have an @-sign.',
        "imported list.csv, 4 lines: 3 added, 1 refused",
    ]


def test_a_file_that_is_no_list_is_told(root: Path, newsletter: Newsletter) -> None:
    (root / "list.csv").write_text("naam,taal\nAnna,nl\n", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--json")

    message = 'no column of addresses among "naam", "taal": call it "email"'
    assert ran.status == 2
    assert ran.document["errors"][0] | {"column": 0} == {
        "path": "list.csv", "line": 1, "column": 0, "severity": "error", "rule": "subscriber-file", "message": message,
    }  # fmt: skip
    assert ran.err.splitlines()[-1] == "nothing was imported: 1 line cannot be taken"


def test_what_is_not_kept_and_what_was_guessed_is_told(root: Path, newsletter: Newsletter) -> None:
    (root / "list.csv").write_bytes("email,first_name,Shoes\nanna@example.org,Chloé,42\n".encode("cp1252"))

    ran = newsletter("subscribers", "import", "list.csv")

    assert ran.status == 0
    assert ran.err.splitlines() == [
        "imported list.csv, 1 line: 1 added",
        "columns that are not kept: Shoes (name a field of your own in [subscribers] of newsletter.toml)",
        "the file is not UTF-8, and was read as Windows-1252; see whether the names look right",
    ]


def test_a_file_that_is_not_there_is_told(root: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "import", "no.csv")

    assert (ran.status, ran.err) == (2, "error: no.csv: No such file or directory\n")


def test_progress_is_told_in_lines_where_there_is_no_terminal(
    root: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.cli.progress._LINE_EVERY", 2000)
    people = "".join(f"reader{number}@example.org\n" for number in range(3_000))
    (root / "list.csv").write_text(f"email\n{people}", "utf-8")

    ran = newsletter("subscribers", "import", "list.csv", "--dry-run")

    assert ran.err == "writing: 2,000 of 3,000\nwould import list.csv, 3,000 lines: 3,000 added\n"


def test_subscribers_are_listed(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "list")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "1  anna@example.org   active  nl  Anna   founder, vip",
        "2  bram@example.org   active  nl  Bram",
        "3  chloe@example.org  active  en  Chloé  vip",
    ]
    assert ran.err == "3 of 3 shown\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--segment", "nl-founders"), [1]),
        (("--segment", "all"), [1, 2, 3]),
        (("--tag", "VIP"), [1, 3]),
        (("--tag", "vip", "--segment", "nl-founders"), [1]),
        (("--status", "active", "--after", "2"), [3]),
        (("--status", "unsubscribed"), []),
        (("--status", "suppressed"), []),
    ],
)
def test_a_list_can_be_of_some(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], found: list[int]
) -> None:
    ran = newsletter("subscribers", "list", *arguments, "--json")

    assert (ran.status, [person["id"] for person in ran.document["subscribers"]]) == (0, found)


def test_a_list_goes_on_where_it_ended(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "list", "--limit", "2")

    assert ran.err == "2 of 3 shown; go on with --after 2\n"
    assert newsletter("subscribers", "list", "--limit", "2", "--json").document["next"] == 2
    assert newsletter("subscribers", "list", "--after", "2", "--json").document["next"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--status", "activ"), 'there is no status "activ" (did you mean "active"?)'),
        (
            ("--segment", "nl-founder"),
            'there is no segment "nl-founder" in newsletter.toml (did you mean "nl-founders"?)',
        ),
    ],
)
def test_what_there_is_not_cannot_be_listed(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], message: str
) -> None:
    ran = newsletter("subscribers", "list", *arguments)

    assert (ran.status, ran.err) == (2, f"error: {message}\n")


def test_a_list_plays_no_tricks_with_a_terminal(root: Path, newsletter: Newsletter) -> None:
    """Names are cleaned on their way in; who opens another's database reads what others let in."""
    newsletter("subscribers", "add", "anna@example.org", "--first-name", "[link=https://example.org]Anna[/link]")

    assert "[link=https://example.org]Anna[/link]" in newsletter("subscribers", "list").out


def test_an_export_is_printed(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "export", "--segment", "nl-founders")

    rows = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert (ran.status, ran.err) == (0, "exported 1 subscriber\n")
    assert [row[0] for row in rows] == ["email", "anna@example.org"]


@pytest.fixture
def _open_umask() -> object:
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


def test_an_export_in_json_needs_a_file(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "export", "--json")

    assert (ran.status, ran.out.count("--json says where the file is")) == (2, 1)


def test_a_raw_export_leaves_formulas(filled: Path, newsletter: Newsletter) -> None:
    newsletter("subscribers", "add", "dirk@example.org", "--first-name", "=1+1")

    assert '"\'=1+1"' in newsletter("subscribers", "export").out
    assert '"=1+1"' in newsletter("subscribers", "export", "--raw").out


def test_one_person_is_added_removed_and_comes_back(filled: Path, newsletter: Newsletter) -> None:
    said = []
    for arguments in (
        ("add", "Dirk@example.org", "--first-name", "Dirk", "--tag", "vip", "--tag", "Founder"),
        ("add", "dirk@example.org"),
        ("add", "dirk@example.org", "--last-name", "Jansen"),
        ("remove", "DIRK@example.org"),
        ("remove", "dirk@example.org"),
        ("add", "dirk@example.org"),
        ("add", "dirk@example.org", "--again", "--source", "wrote to us"),
        ("remove", "nobody@example.org"),
    ):
        ran = newsletter("subscribers", *arguments)
        said.append((ran.status, ran.err.removesuffix("\n")))

    assert said == [
        (0, "Dirk@example.org is added"),
        (0, "dirk@example.org was a subscriber already"),
        (0, "dirk@example.org was a subscriber, and has changed"),
        (0, "DIRK@example.org gets no more mail"),
        (0, "dirk@example.org was unsubscribed already"),
        (1, "dirk@example.org was not added: unsubscribed before, and stays so; --again if they now ask for mail"),
        (0, "dirk@example.org was a subscriber, and has changed"),
        (1, "nobody@example.org is no subscriber"),
    ]


def test_what_one_person_becomes_is_a_json_document(filled: Path, newsletter: Newsletter) -> None:
    documents = [
        newsletter("subscribers", *arguments, "--json").document
        for arguments in (
            ("add", "dirk@example.org"),
            ("remove", "dirk@example.org"),
            ("add", "dirk@example.org"),
            ("remove", "nobody@example.org"),
        )
    ]

    assert documents == [
        {"address": "dirk@example.org", "result": "added", "reason": ""},
        {"address": "dirk@example.org", "result": "unsubscribed"},
        {"address": "dirk@example.org", "result": "kept_out", "reason": "unsubscribed"},
        {"address": "nobody@example.org", "result": "unknown"},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "anna"), '"anna" is not a mail address: An email address must have an @-sign.'),
        (("add", "a@example.org", "--language", "fr"), '"fr" is not among the newsletter\'s languages, nl, en'),
        (("add", "a@example.org", "--tag", "a,b"), 'the tag "a,b" holds a comma, or more than 60 characters'),
        (("show", "anna"), '"anna" is not a mail address: An email address must have an @-sign.'),
    ],
)
def test_what_cannot_be_taken_is_told(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], message: str
) -> None:
    ran = newsletter("subscribers", *arguments)

    assert (ran.status, ran.err) == (2, f"error: {message}\n")


def test_a_person_is_shown_all_that_is_kept(filled: Path, newsletter: Newsletter) -> None:
    newsletter("subscribers", "remove", "anna@example.org")

    ran = newsletter("subscribers", "show", "ANNA@example.org")

    lines = [line.split(maxsplit=1) for line in ran.out.splitlines()]
    assert lines[0] == ["ANNA@example.org"]
    assert [name for name, _ in lines[1:]] == [
        "status", "name", "language", "company", "tags", "since", "unsubscribed", "came",
    ]  # fmt: skip
    assert lines[1] == ["status", "unsubscribed"]
    assert lines[8][1].startswith("by       list.csv:2 sha256:")


def test_what_is_kept_is_a_json_document(filled: Path, newsletter: Newsletter) -> None:
    document = newsletter("subscribers", "show", "anna@example.org", "--json").document

    assert document["subscriber"]["first_name"] == "Anna"
    assert (document["suppression"], document["received"]) == (None, [])


def test_of_a_stranger_nothing_is_shown(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "show", "nobody@example.org")

    assert (ran.status, ran.out, ran.err) == (1, "", "nothing is kept of nobody@example.org\n")


def test_who_is_forgotten_is_gone(filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)

    ran = newsletter("subscribers", "forget", "ANNA@example.org", "--yes")

    assert (ran.status, ran.err) == (0, "ANNA@example.org is forgotten\n")
    shown = newsletter("subscribers", "show", "anna@example.org")
    assert shown.out.splitlines()[1].startswith("  no mail  asked to be forgotten, and stays so (20")
    assert newsletter("subscribers", "import", "list.csv").err.splitlines() == [
        "list.csv:2: warning: asked to be forgotten, and stays so",
        "imported list.csv, 3 lines: 2 unchanged, 1 kept out",
    ]
    again = newsletter("subscribers", "forget", "nobody@example.org", "--yes", "--json")
    assert (again.status, again.document) == (1, {"address": "nobody@example.org", "forgotten": False})


def test_nobody_is_forgotten_unasked(filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    ran = newsletter("subscribers", "forget", "anna@example.org")

    assert (ran.status, ran.err) == (2, "error: nobody is there to be asked: confirm with --yes\n")
    assert newsletter("subscribers", "list", "--json").document["total"] == 3


class Terminal(io.StringIO):
    """A person at a terminal, who types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "status", "left"), [("y\n", 0, 2), ("ja\n", 0, 2), ("\n", 1, 3), ("n\n", 1, 3), ("", 1, 3)]
)
def test_a_person_is_asked_before_somebody_is_forgotten(
    filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, typed: str, status: int, left: int
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    ran = newsletter("subscribers", "forget", "anna@example.org")

    assert ran.err.startswith("Erase all that is kept of anna@example.org? It cannot be undone. [y/N] ")
    assert ran.status == status
    assert newsletter("subscribers", "list", "--json").document["total"] == left


def test_forgetting_needs_the_key(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "forget", "anna@example.org", "--yes")

    assert ran.status == 2
    assert ran.err.startswith("error: NEWSLETTER_SECRET_KEY is not set, ")


def test_a_segment_is_an_audience_for_an_issue(filled: Path, newsletter: Newsletter) -> None:
    add_issue(filled, "2026-11-25-founders", audience="nl-founders")
    add_issue(filled, "2026-11-26-nobody", audience="nl-foundrs")

    assert newsletter("render", "founders").status == 0
    ran = newsletter("render", "nobody")
    assert ran.status == 2
    assert 'did you mean "nl-founders"?' in ran.err


def test_a_database_that_cannot_be_opened_is_told_without_its_password(
    root: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_STORE_URL", "postgresql://anna:hunter22@127.0.0.1:1/readers")

    ran = newsletter("subscribers", "list")

    assert ran.status == 2
    assert ran.err.startswith("error: the database readers at 127.0.0.1: the server says: ")
    assert "hunter22" not in ran.err


def test_the_installed_command_exports_what_it_imported(root: Path) -> None:
    assert installed("subscribers", "import", "list.csv", cwd=root).status == 0

    ran = installed("subscribers", "export", cwd=root)

    assert "Chloé" in ran.out
    assert (ran.status, ran.err) == (0, "exported 3 subscribers\n")
