"""How mails and pages look in Chromium: the inliner changes no pixel, and nothing runs or asks for more."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from benchmarks.ours.frame import frame
from benchmarks.ours.mail import Mailer
from newsletter.render.compact import compact
from newsletter.render.email import content_css
from newsletter.render.inline import inline_document
from newsletter.render.mjml import compile_mjml
from tests.render.issues import FRONT, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, theme_with
from tests.render.looks import DESK, ISSUES, TELEPHONE, document, real, visit
from tests.render.payloads import ATTACKS, CLOSERS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


pytestmark = pytest.mark.browser


def screenshot(browser: Browser, html: str, *, width: int, dark: bool) -> Image.Image:
    with visit(browser, html, width=width, dark=dark) as seen:
        assert seen.requests == []
        return Image.open(io.BytesIO(seen.page.screenshot(full_page=True))).convert("RGB")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("slug", ISSUES)
def test_inlining_changes_no_pixel(chromium: Browser, tmp_path: Path, slug: str, width: int, *, dark: bool) -> None:
    issue, plain = real(slug), theme_with(tmp_path, {"email/content.css.j2": ""})
    before = mail_of(issue, theme=plain).html
    assert inline_document(before, "") == before, "without rules, the inliner gives back what MJML made"
    css = content_css(THEME, SETTINGS, issue.language)
    assert before.count("</head>") == 1
    before = before.replace("</head>", f"<style>{css}</style></head>")
    after = mail_of(issue).html

    first, second = (screenshot(chromium, html, width=width, dark=dark) for html in (before, after))

    assert first.height > 2000
    assert first.size == second.size
    assert ImageChops.difference(first, second).getbbox() is None


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("slug", ISSUES)
def test_fewer_bytes_change_no_pixel(chromium: Browser, slug: str, width: int, *, dark: bool) -> None:
    layout = frame(Mailer(ISSUES[slug]), ISSUES[slug].read_text(encoding="utf-8"))
    before = inline_document(compile_mjml(layout["document"]), layout["css"])
    before = re.sub(r'src="zq7w[0-9]+z"', f'src="{SITE}/p/proef/asml-cover.png"', before)
    after = compact(before)
    # MJML gives a section's colour to its table too; there, dark mode's rules need not reach it any more.
    before = before.replace("</head>", "<style>div > table { background: none !important; }</style></head>")
    assert len(after) < 0.85 * len(before)

    first, second = (screenshot(chromium, html, width=width, dark=dark) for html in (before, after))

    assert first.height > 1000
    assert first.size == second.size
    assert ImageChops.difference(first, second).getbbox() is None


def test_the_pixels_do_show_a_rule_that_is_lost(chromium: Browser, tmp_path: Path) -> None:
    issue, plain = issue_of("[x](https://a.example)"), theme_with(tmp_path, {"email/content.css.j2": ""})
    shots = [screenshot(chromium, mail_of(issue, theme=theme).html, width=DESK, dark=False) for theme in (THEME, plain)]
    assert shots[0].size != shots[1].size or ImageChops.difference(*shots).getbbox()


SIZES = """() => [...document.querySelectorAll("td.fill a, td.line a")].map(link => {
  const box = link.getBoundingClientRect();
  return {label: link.textContent, width: box.width, height: box.height};
})"""


@pytest.mark.parametrize("slug", ISSUES)
def test_a_button_is_as_large_as_the_shape_that_outlook_draws(chromium: Browser, slug: str) -> None:
    html = document(f"mail {slug}")
    shapes = re.findall(r'<v:roundrect .*?style="width:(\d+)px;height:(\d+)px', html)
    # The font that Debian has for Arial is as wide; it moves some pairs of letters closer to each other.
    with visit(chromium, re.sub(r"font-family:-apple-system[^;]*", "font-family:Arial", html)) as seen:
        links = seen.page.evaluate(SIZES)
    assert len(links) == len(shapes) > 3
    for link, (width, height) in zip(links, shapes, strict=True):
        assert 0 <= int(width) - link["width"] < 3, link["label"]
        assert link["height"] == int(height), link["label"]


def test_a_hostile_issue_asks_for_nothing_and_shows_no_dialog(chromium: Browser) -> None:
    payloads = [f"{closer}{attack}" for closer in CLOSERS for attack in ATTACKS if "{%" not in attack]
    body = "\n\n".join(
        [
            *payloads,
            *(f"::: note T {payload}\nX {payload}\n:::" for payload in payloads[::5]),
            *(f'::: button {{url="https://a.example"}} T {payload}\n:::' for payload in payloads[1::5]),
        ]
    )
    front = FRONT.replace('"Een proef"', "'<script>alert(1)</script>\"><img src=x onerror=alert(1)>'")
    issue = issue_of(body, front)
    for html in (mail_of(issue).html, page_of(issue)):
        with visit(chromium, html) as seen:
            assert seen.page.title().startswith("<script>alert(1)</script>")
            assert seen.page.evaluate("document.images.length") == 1
            assert seen.page.evaluate("document.scripts.length") == 0
            assert seen.requests == []
            assert seen.dialogs == []


def test_the_browser_does_notice_a_script_and_a_request(chromium: Browser) -> None:
    with visit(chromium, "<!DOCTYPE html><img src=//evil.example/x.png><script>alert(7)</script>") as seen:
        assert seen.requests == ["https://evil.example/x.png"]
        assert seen.dialogs == ["7"]


@pytest.mark.parametrize("slug", ISSUES)
def test_a_page_works_without_scripts(chromium: Browser, slug: str) -> None:
    html = page_of(real(slug))
    assert "<script" not in html
    with visit(chromium, html, scripts=False) as seen:
        assert seen.page.get_by_role("heading", level=1).is_visible()
        for block in seen.page.locator("article > *").all():
            assert block.is_visible()
        assert seen.requests == []
