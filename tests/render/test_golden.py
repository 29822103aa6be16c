"""The mails and pages that a reviewer has looked at, byte for byte: what came of them must not change unseen.

Open a file of `tests/golden/email` or `tests/golden/web` in a browser to look at it.
`pytest tests/render --update-golden` writes them all anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.render import render_page
from tests.golden_files import GOLDEN, hold
from tests.render.goldens import NAMES, issue_named
from tests.render.issues import SETTINGS, THEME, mail_of, page_of

if TYPE_CHECKING:
    from pathlib import Path


def files_of(name: str) -> dict[Path, str]:
    issue = issue_named(name)
    mail = mail_of(issue)
    return {
        GOLDEN / "email" / f"{name}.html": mail.html,
        GOLDEN / "email" / f"{name}.txt": mail.text,
        # Its style sheet lies below it, so that it can be opened as it is.
        GOLDEN / "web" / f"{name}.html": page_of(issue, root=""),
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_mail_and_the_page_are_as_a_reviewer_approved_them(name: str, *, update_golden: bool) -> None:
    for path, found in files_of(name).items():
        hold(path, found, update=update_golden)


def test_the_style_sheet_is_as_a_reviewer_approved_it(*, update_golden: bool) -> None:
    css = render_page(THEME, SETTINGS, "web/style.css.j2", "nl", {})
    hold(GOLDEN / "web" / "assets" / "style.css", css, update=update_golden)


def test_no_golden_file_is_left_of_what_is_gone(*, update_golden: bool) -> None:
    expected = {path for name in NAMES for path in files_of(name)} | {GOLDEN / "web" / "assets" / "style.css"}
    found = {path for folder in ("email", "web") for path in (GOLDEN / folder).rglob("*") if path.is_file()}
    left = found - expected
    if update_golden:
        for path in left:
            path.unlink()
        return
    assert left == set()
