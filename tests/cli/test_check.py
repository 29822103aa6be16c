"""`newsletter check`: what it prints, in each of its formats, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.cli.findings import excerpt
from tests.cli.commands import TOML, add_issue

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

GOOD = """\
Wij waren deze week in Veldhoven en keken naar de machine waar iedereen het over heeft. Zij is zo groot als een bus,
en wie haar van dichtbij ziet begrijpt waarom er maar een fabriek is die haar kan maken. Wat dat betekent voor de rest
van het land, en voor wie er werkt, staat hieronder. Het is een lang verhaal, en wij hebben het kort gehouden.
"""
FRONT = {"subject": '"Een traan in de cleanroom"', "preheader": '"Waar het over gaat, en wat u er morgen aan heeft"'}


@pytest.fixture
def good(workspace: Path) -> Path:
    """A workspace with one issue in which nothing is wrong."""
    add_issue(workspace, body=GOOD, **FRONT)
    return workspace


def test_a_good_issue_is_let_pass(good: Path, newsletter: Newsletter) -> None:
    ran = newsletter("check")

    assert (ran.status, ran.out, ran.err) == (0, "", "nothing to mend in 1 issue\n")


def test_a_finding_stands_beside_its_line(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})

    ran = newsletter("check", "proef")

    assert ran.out == (
        'issues/2026-11-24-proef.md:2:1: warning: the subject has "!!" in it; one mark says the same '
        "[subject-shouting]\n"
        '    subject: "Een traan!!"\n'
        "    ^\n"
    )
    assert (ran.status, ran.err) == (0, "1 warning in 1 issue\n")
    assert newsletter("check", "--strict").status == 1


def test_an_issue_that_cannot_be_read_keeps_no_other_from_being_checked(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, "2026-11-25-stuk", "::: tipp\n:::\n")
    add_issue(good, "2026-11-26-luid", GOOD, **FRONT | {"subject": '"Een traan!!"', "preheader": f'"{"Wat " * 12}"'})

    ran = newsletter("check")

    assert ran.status == 1
    assert [line.split(" ")[0:2] for line in ran.out.splitlines() if line.startswith("issues/")] == [
        ["issues/2026-11-25-stuk.md:6:5:", "error:"],
        ["issues/2026-11-26-luid.md:2:1:", "warning:"],
    ]
    assert ran.err == "1 error and 1 warning in 3 issues\n"


def test_what_cannot_be_rendered_is_a_finding(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD + "\n{{ subscriber.shoe_size }}\n", **FRONT)

    ran = newsletter("check")

    assert ran.status == 1
    assert ran.out.startswith('issues/2026-11-24-proef.md:10:1: error: "{{ subscriber.shoe_size }}": subscriber has no')


def test_one_json_document(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})

    ran = newsletter("check", "--json")

    assert ran.document == newsletter("check", "--format", "json").document
    assert ran.document == {
        "issues": 1,
        "findings": [
            {
                "path": "issues/2026-11-24-proef.md",
                "line": 2,
                "column": 1,
                "severity": "warning",
                "rule": "subject-shouting",
                "message": 'the subject has "!!" in it; one mark says the same',
            }
        ],
    }
    assert ran.err == ""


def test_a_level_for_a_rule_that_there_is_not_is_refused(good: Path, newsletter: Newsletter) -> None:
    (good / "newsletter.toml").write_text(f'{TOML}\n[checks]\nsubject-shoutin = "off"\n', "utf-8")

    ran = newsletter("check")

    assert ran.status == 2
    assert 'checks.subject-shoutin: unknown rule (did you mean "subject-shouting"?)' in ran.err


@pytest.mark.parametrize(
    ("line", "column", "width", "shown"),
    [
        ("Een traan", 5, 40, ("Een traan", "    ^")),
        ("\tEen traan", 6, 40, ("    Een traan", "        ^")),
        ("漢字 en meer", 4, 40, ("漢字 en meer", "     ^")),
        ("x" * 60, 1, 20, ("x" * 19 + "…", "^")),
        ("x" * 30 + "y" + "z" * 30, 31, 20, ("…" + "x" * 9 + "y" + "z" * 8 + "…", " " * 10 + "^")),
        ("Een", 9, 40, ("Een", "   ^")),
    ],
)
def test_the_mark_stands_under_its_character(line: str, column: int, width: int, shown: tuple[str, str]) -> None:
    assert excerpt(line, column, width) == shown
