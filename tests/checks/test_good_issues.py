"""Nothing is said of issues in which nothing is wrong: a check that cries wolf is turned off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.checks import Desk, examine, outline_of
from newsletter.config import load
from newsletter.issue import House, read_issue
from newsletter.render import open_theme
from tests.checks.drafts import NOW, ROOT

if TYPE_CHECKING:
    from pathlib import Path

OWN = ROOT / "tests" / "checks" / "good" / "2026-12-01-stagiair.md"
GOOD = [*sorted((ROOT / "issues").glob("*.md")), OWN]


def test_there_are_three_of_them() -> None:
    assert len(GOOD) >= 3


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_nothing_is_said_of_a_good_issue(path: Path) -> None:
    settings, theme = load(ROOT, {}), open_theme(ROOT)
    newsletter = settings.newsletter
    house = House(newsletter.language, newsletter.languages, newsletter.timezone, theme.kinds)
    issues = {each: read_issue(each, f"issues/{each.name}", house) for each in GOOD}
    others = tuple(outline_of(issue, theme.kinds) for issue in issues.values())

    assert examine(issues[path], path, Desk(theme, settings, NOW, others)) == []
