"""Two pages, an editor who saves all the time, files that come and go, a broken template: never stale, never down."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import BODY, issue_text
from tests.web.preview.desks import NAME, save
from tests.web.preview.pages import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.preview.desks import Running

pytestmark = pytest.mark.browser

MOST_GROWN_KB = 25_000
"""More than a garbage collector leaves lying about; a leak of one mail a save would be ten times as much."""


def memory_kb(running: Running) -> int:
    """What both processes hold now."""
    total = 0
    for pid in (running.process.pid, *running.children()):
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


def disturb(step: int, path: Path, template: Path, text: str) -> None:
    """Do what must not stop a preview; the save that follows mends it, or the steps after it do."""
    away = path.with_name("2026-11-25-weg.md")
    match step:
        case 3:
            path.unlink()
        case 4:
            save(template, "<mj-section><mj-colum></mj-section>")
        case 5:
            template.unlink()
        case 6:
            path.write_text(text[: len(text) // 2], "utf-8")  # an editor that is half-way
        case 7:
            path.rename(away)
        case 8:
            away.unlink()


@pytest.mark.parametrize(
    ("saves", "seconds"), [(60, 6.0), pytest.param(500, 60.0, marks=[pytest.mark.long, pytest.mark.timeout(240)])]
)
def test_both_pages_show_the_last_save_whatever_happens(
    chromium: Browser, root: Path, preview: Running, saves: int, seconds: float
) -> None:
    path = root / "issues" / f"{NAME}.md"
    template = root / "templates/email/blocks/tip/email.mjml.j2"
    template.parent.mkdir(parents=True)
    with (
        opened(chromium, preview) as one,
        opened(chromium, preview, reader="sample:chloe@example.org", width="375") as two,
    ):
        one.mail_says("Dag Anna,")
        two.mail_says("Dag Chloé,")
        (worker,) = preview.children()
        held = 0
        for number in range(saves):
            began = time.monotonic()
            text = issue_text(BODY.replace("Een tip", f"Tip {number}"))
            disturb(number % 10, path, template, text)
            if number % 10 not in {3, 7}:
                save(path, text)
            if number % 20 == 19:
                for desk in (one, two):
                    desk.mail_says(f"Tip {number}")
                    assert desk.page.locator("#problem").is_hidden()
            if number == saves // 3:
                held = memory_kb(preview)
            one.page.wait_for_timeout(max(0, (seconds / saves - (time.monotonic() - began)) * 1000))
        assert memory_kb(preview) - held < MOST_GROWN_KB
        assert preview.children() == [worker], "the renderer died"
        assert [what for what in one.complaints + two.complaints if "404" not in what] == []
