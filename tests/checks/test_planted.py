"""Faults planted in issues that read like real ones: each is told at its line and column, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.checks import check_issue
from tests.checks.drafts import ROOT, material, parsed

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "tests" / "planted"
CASES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
LEAST_FAULTS = 50


def found_in(case: Path) -> list[str]:
    others = [parsed(path.read_text("utf-8"), f"issues/{path.name}") for path in CASES]
    found = check_issue(material(case.read_text("utf-8"), others, path=f"issues/{case.name}"))
    return [f"{finding}  [{finding.rule}]" for finding in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_planted_fault_is_told_at_its_place(case: Path, *, update_golden: bool) -> None:
    expected, found = case.with_suffix(".expected"), found_in(case)
    if update_golden:
        expected.write_text("".join(f"{line}\n" for line in found), "utf-8")

    assert found == expected.read_text("utf-8").splitlines()


def test_there_are_fifty_of_them() -> None:
    told = [line for case in CASES for line in case.with_suffix(".expected").read_text("utf-8").splitlines()]

    assert len(told) >= LEAST_FAULTS
