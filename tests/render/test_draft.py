"""A new issue as its editor finds it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from newsletter.issue import parse_issue
from newsletter.render import open_theme
from newsletter.render.draft import render_draft
from tests.issue.episodes import EPISODE
from tests.render.issues import THEME, house

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 12, 1)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("subject", ['"Quotes" & <b>: a # b', "{ odd } 'x'", "Ünï 1 < 2"])
def test_a_draft_is_an_issue_that_can_be_rendered_as_it_is(language: str, subject: str) -> None:
    text = render_draft(THEME, language, subject, DAY, datetime(2026, 12, 1, 7, 0), ["latest"])  # noqa: DTZ001

    issue = parse_issue(text.encode(), "issue.md", "x", house(THEME), lambda _: True, {"latest": EPISODE})

    assert (issue.subject, issue.date, issue.language, issue.status) == (subject, DAY, language, "draft")
    assert issue.send_at
    assert f"{issue.send_at:%Y-%m-%d %H:%M}" == "2026-12-01 07:00"
    assert [block.kind for block in issue.blocks] == ["text", "episode", "tip", "tool"]


def test_without_an_episode_and_a_time_neither_is_mentioned() -> None:
    text = render_draft(THEME, "nl", "Proef", DAY, None, [])

    assert "send_at" not in text
    assert "episode" not in text
    assert text.startswith('---\nsubject: "Proef"\n')


def test_a_newsletter_begins_its_issues_as_it_likes(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "issue.md.j2").write_text("---\nsubject: {{ quoted.subject }}\n---\n", "utf-8")

    assert render_draft(open_theme(tmp_path), "nl", "Eigen", DAY, None, []) == '---\nsubject: "Eigen"\n---\n'
