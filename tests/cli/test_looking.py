"""Commands that only look make no database: one that is not there is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            ["plan", "proef"],
            1,
            "there is no reader yet; bring in your readers with: newsletter subscribers import FILE",
        ),
        (["rehearse", "proef"], 2, "there is no reader yet"),
        (["status"], 0, "nothing was sent yet\n"),
        (["status", "proef"], 2, "proef was never sent"),
        (["doubts", "proef"], 2, "proef was never sent"),
        (["cancel", "proef"], 2, "proef was never sent"),
        (["subscribers", "list"], 0, "0 of 0 shown"),
        (["subscribers", "show", "anna@example.org"], 1, "nothing is kept of anna@example.org"),
        (["subscribers", "export"], 0, ""),
        (["subscribers", "import", "list.csv", "--dry-run"], 0, "would import list.csv, 3 lines: 3 added"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_who_looks_leaves_nothing_behind(
    arguments: list[str], status: int, said: str, newsletter: Newsletter, listed: Path
) -> None:
    add_issue(listed, status="ready")
    ran = newsletter(*arguments)
    assert ran.status == status, ran.err
    assert said in ran.err
    assert sorted(path.name for path in listed.iterdir() if path.name != "out") == [
        "issues",
        "list.csv",
        "newsletter.toml",
    ]
