"""The mails and pages that a reviewer has looked at, byte for byte: what came of them must not change unseen.

Open a file of `tests/golden/email` or `tests/golden/web` in a browser to look at it.
`pytest tests/render --update-golden` writes them all anew.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

from newsletter.render import render_page
from tests.render.goldens import NAMES, issue_named
from tests.render.issues import ROOT, SETTINGS, THEME, mail_of, page_of

if TYPE_CHECKING:
    from pathlib import Path


GOLDEN = ROOT / "tests" / "golden"


def files_of(name: str) -> dict[Path, str]:
    issue = issue_named(name)
    mail = mail_of(issue)
    return {
        GOLDEN / "email" / f"{name}.html": mail.html,
        GOLDEN / "email" / f"{name}.txt": mail.text,
        # Its style sheet lies below it, so that it can be opened as it is.
        GOLDEN / "web" / f"{name}.html": page_of(issue, root=""),
    }


def hold(path: Path, found: str, *, update: bool) -> None:
    """Compare what was made with its golden file, or write that anew."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.encode())
    expected = path.read_bytes().decode() if path.is_file() else ""
    if found != expected:
        # A whole mail is too long for a diff, and much of it is one line.
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(found, expected, strict=False)))
        start, end = max(0, same - 40), same + 80
        pytest.fail(
            f"{path.relative_to(ROOT)} is different from character {same} on:\n"
            f"  golden: {expected[start:end]!r}\n  found:  {found[start:end]!r}\n"
            "If that is meant: pytest tests/render --update-golden, and look at the difference."
        )


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
