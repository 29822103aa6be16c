"""Mails and pages as axe-core judges them, the checker of accessibility that most tools are built on."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.render.goldens import NAMES, issue_named
from tests.render.issues import mail_of, page_of
from tests.render.looks import DESK, TELEPHONE, visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CONTRAST = "color-contrast"
ALLOWED: dict[str, dict[str, str]] = {
    "email": {
        "landmark-one-main": "a mail stands inside a mail program, which has a main of its own; MJML marks an article",
        "region": "as landmark-one-main",
    },
    "web": {},
}
"""What axe may find, and why that is right as it is."""
MOST_UNDECIDED = {"email": 0, "web": 0}
"""How many contrasts of one document axe may leave to a person to judge."""


def places(rule: dict[str, Any]) -> list[str]:
    return [node["html"] for node in rule["nodes"]]


def verdicts(browser: Browser, html: str) -> Iterator[dict[str, Any]]:
    """Yield what axe says of a document on a desk and on a telephone, light and dark."""
    with visit(browser, html) as seen:
        for width, scheme in product((DESK, TELEPHONE), SCHEMES):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=scheme)
            yield Axe().run(seen.page, options={"resultTypes": ["violations", "incomplete"]}).response


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ALLOWED)
def test_axe_finds_nothing_but_what_is_right_as_it_is(chromium: Browser, what: str, name: str) -> None:
    issue = issue_named(name)
    found = list(verdicts(chromium, mail_of(issue).html if what == "email" else page_of(issue)))
    assert len(found) == 4
    for verdict in found:
        assert {rule["id"]: places(rule) for rule in verdict["violations"] if rule["id"] not in ALLOWED[what]} == {}
        undecided = [place for rule in verdict["incomplete"] if rule["id"] == CONTRAST for place in places(rule)]
        assert len(undecided) <= MOST_UNDECIDED[what], undecided
        assert CONTRAST in {rule["id"] for rule in verdict["passes"]}


def test_axe_does_find_what_is_wrong(chromium: Browser) -> None:
    html = '<!DOCTYPE html><html lang="nl"><title>x</title><main><h1>x</h1><p style="color:#999">grijs</p><img src="x">'
    for verdict in verdicts(chromium, html):
        assert {rule["id"] for rule in verdict["violations"]} == {CONTRAST, "image-alt"}
