"""The page of the preview for whoever uses it with keys, or has it read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.cli.commands import issue_text
from tests.web.preview.desks import NAME, save
from tests.web.preview.pages import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.preview.desks import Running
    from tests.web.preview.pages import Desk

pytestmark = pytest.mark.browser


def tabbed(desk: Desk) -> Iterator[str]:
    """Yield what gets the focus, one after the other, until it begins anew; each of them must show that it has it."""
    seen = ""
    while seen != "BODY":
        desk.press("Tab")
        seen = desk.page.evaluate("document.activeElement.id || document.activeElement.tagName")
        if seen not in {"BODY", "IFRAME"}:
            assert desk.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", seen
        yield seen
        if seen == "IFRAME":
            return


def test_the_focus_can_be_seen_wherever_it_is(chromium: Browser, all_of_it: Running) -> None:
    with opened(chromium, all_of_it, view="text") as desk:
        desk.says("pre.text", "Dag Anna,")
        # What the checks find fills the panel anew, and the focus in it is lost.
        desk.page.wait_for_function("() => !document.querySelector('#panel').innerText.includes('Checking')")
        reached = list(tabbed(desk))
        assert {"to-issues", "reader", "to-help", "copy"} <= set(reached)


@pytest.mark.parametrize("own", ["light", "dark"])
@pytest.mark.parametrize("view", ["mail", "beside", "inbox", "text", "page", "source", "overview", "help", "fault"])
def test_axe_finds_nothing(
    chromium: Browser, all_of_it: Running, root: Path, preview: Running, view: str, own: Literal["light", "dark"]
) -> None:
    running = preview if view == "fault" else all_of_it
    if view == "fault":
        save(root / "issues" / f"{NAME}.md", issue_text("::: tipp\n:::\n"))
    issue, shown = "" if view == "overview" else "proef", view if view not in {"overview", "help", "fault"} else "mail"
    with opened(chromium, running, own_scheme=own, issue=issue, view=shown) as desk:
        desk.says("h1", {"overview": "All issues", "fault": "proef"}.get(view, "Een proef"))
        if view == "help":
            desk.press("?")
        # The mail in a frame has its own test.
        verdict = Axe().run(desk.page, context={"exclude": [["iframe"]]}).response
        assert {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in verdict["violations"]} == {}
        assert verdict["passes"]
