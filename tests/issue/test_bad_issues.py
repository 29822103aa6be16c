"""Each file in tests/bad_issues is a broken issue beside exactly what must be said about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.issue.drafts import FRONT, ROOT, body_faults, faults, findings, refused

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "tests" / "bad_issues"
CASES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
RULE = re.compile(
    r'"((?:attribute|block|check|episode|fence|footnote|front-matter|issue|link|markdown|paragraph|picture)-[a-z]+)"'
)
TOLD_ELSEWHERE = {
    "block-schema",  # in a schema, not in an issue
    "episode-file",  # in the file beside the issue
    "front-matter-size",  # the rest are made below, by their size, or need a file
    "issue-file",
    "issue-name",
    "issue-size",
    "issue-work",
    "paragraph-size",
}


def told(case: Path) -> list[tuple[str, str]]:
    """What must be said about a case: each message and its rule."""
    lines = case.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    return [(message, rule.removesuffix("]")) for message, _, rule in (line.rpartition("  [") for line in lines)]


def test_there_are_cases() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_fault_is_told_at_its_place(case: Path) -> None:
    found = findings(case.read_bytes())
    assert [(str(finding), finding.rule) for finding in found] == told(case)


def test_every_rule_has_a_case() -> None:
    sources = (ROOT / "src" / "newsletter" / "issue").glob("*.py")
    rules = {rule for source in sources for rule in RULE.findall(source.read_text(encoding="utf-8"))}
    shown = {rule for case in CASES for _, rule in told(case)} - {"personal-field"}

    assert rules == shown | TOLD_ELSEWHERE


def test_an_issue_may_be_256_kib_and_no_byte_more() -> None:
    largest = FRONT.encode() + b"a\n\n" * 87_000
    largest += b"\n" * (256 * 1024 - len(largest))

    assert faults(largest) == []
    assert refused(largest + b"\n") == "issue.md: the issue is larger than 256 KiB; pictures belong beside it, as files"


def test_front_matter_may_be_64_kib_and_no_byte_more() -> None:
    lines = 'subject: "Proef"\ndate: 2026-11-24\n'
    comment = "#" * (64 * 1024 - len(lines))

    assert faults(f"---\n{lines}{comment}\n---\nHoi.\n") == []
    assert refused(f"---\n{lines}{comment}#\n---\nHoi.\n") == "issue.md:1:1: the front matter is larger than 64 KiB"


def test_a_paragraph_has_a_limit() -> None:
    assert body_faults("x" * 20_000) == []
    assert body_faults("Hoi.\n\n" + "x" * 20_001) == [
        "issue.md:7:1: a paragraph of 20001 characters; it may have 20000"
    ]


def test_brackets_have_a_limit_over_the_whole_issue() -> None:
    assert body_faults("[a]" * 5_000) == []
    assert body_faults("[a]" * 2_500 + "\n\n::: tipp\n" + "[a]\n" * 2_501 + ":::\n") == [
        'issue.md:2508:1: more than 5000 square brackets "[" in one issue, which is too much work for one mail'
    ]


def test_cells_of_tables_have_a_limit_over_the_whole_issue() -> None:
    table = "| a | b |\n|---|---|\n" + "| x |\n" * 3_000 + "\n"
    assert body_faults(table * 3) == []
    assert body_faults(table * 4) == [
        "issue.md:10012:1: more than 20000 cells of tables in one issue, which is too much work for one mail"
    ]


def test_no_more_than_twenty_control_characters_are_told() -> None:
    found = body_faults("a\x01\n" * 30)
    assert len(found) == 20
    assert found[19] == "issue.md:24:2: an invisible control character (U+0001); delete it"
