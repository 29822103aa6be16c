"""The archive in a browser: what a reader can do with it, with and without script, and what the policy holds back."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from newsletter.cli.local_site import open_site
from tests.archive.sources import ROOT, built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LISTS = ("", "issues/", "issues/2026/", "tips/", "tools/", "tags/", "tags/chips/")
PAGES = (*LISTS, "p/asml/", "p/three-text-files/", "nope/")
FOCUSED = """() => {
  const at = document.activeElement;
  return [at.getAttribute("href") ?? at.name, getComputedStyle(at).outlineStyle];
}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The archive of this repository's own issues, served."""
    out = tmp_path_factory.mktemp("browser") / "site"
    built(ROOT, out, with_search=True)
    with open_site(out, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, with what was asked for elsewhere and what the browser complained of."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, address: str, path: str, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(**options)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    seen = Visit(context.new_page())

    def note(url: str) -> None:
        (seen.asked if url.startswith((address, "blob:", "data:")) else seen.elsewhere).append(url)

    seen.page.on("request", lambda request: note(request.url))
    seen.page.on("console", lambda message: seen.complaints.append(message.text))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.goto(f"{address}{path}", wait_until="load")
    yield seen
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_fetched_from_elsewhere_and_the_policy_holds_nothing_back(
    path: str, chromium: Browser, address: str
) -> None:
    with visit(chromium, address, path) as seen:
        assert seen.elsewhere == []
        missing = ["404"] if path == "nope/" else []
        assert [text for text in seen.complaints if not any(word in text for word in missing)] == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(path: str, chromium: Browser, address: str) -> None:
    with visit(chromium, address, path) as seen:
        for width, scheme in product((1280, 375), SCHEMES):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=scheme)
            verdict = Axe().run(seen.page, options={"resultTypes": ["violations"]}).response
            assert {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in verdict["violations"]} == {}
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_word_is_found_by_its_key_and_the_page_says_how_many(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "tips/") as seen:
        before = list(seen.asked)
        seen.page.locator(".search input").focus()
        seen.page.keyboard.type("glasvezelkabel")
        assert [url for url in seen.asked if "/search/" in url] == [], "nothing is loaded before somebody asks"
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("#results li")
        assert seen.page.url == f"{address}issues/?q=glasvezelkabel"
        assert seen.page.locator("#results > p").inner_text() == "Gevonden: 1"
        link = seen.page.locator("#results h2 a")
        assert (link.inner_text(), link.get_attribute("href")) == ("Een traan in de cleanroom", "/p/asml/")
        assert seen.page.locator("#results mark").first.inner_text().lower() == "glasvezelkabel"
        assert not seen.page.locator("main > .issues").is_visible()
        assert len(seen.asked) > len(before)
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_the_list_comes_back_when_the_question_goes(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "issues/?q=nergenstevinden") as seen:
        seen.page.wait_for_selector("#results > p")
        assert seen.page.locator("#results > p").inner_text() == "Niets gevonden."
        seen.page.fill(".search input", "")
        seen.page.wait_for_selector("main > .issues:visible")
        assert not seen.page.locator("#results").is_visible()


def test_what_is_found_is_never_markup(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "issues/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E") as seen:
        seen.page.wait_for_selector("#results > p")
        assert seen.page.locator("#results img").count() == 0
        assert seen.complaints == []


def test_without_script_everything_can_be_read_and_the_box_leads_to_the_list(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "p/asml/", java_script_enabled=False) as seen:
        assert "glasvezelkabel" in seen.page.locator("article").inner_text()
        assert seen.page.locator(".copy").count() == 0
        seen.page.fill(".search input", "cleanroom")
        seen.page.press(".search input", "Enter")
        seen.page.wait_for_url("**/issues/?q=cleanroom")
        assert seen.page.locator("main > .issues > li").count() == 2


def test_an_issue_is_copied_with_its_formatting(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "p/asml/") as seen:
        button = seen.page.get_by_role("button", name="Kopieer met opmaak")
        button.click()
        seen.page.get_by_role("button", name="Gekopieerd").wait_for()
        read = "type => navigator.clipboard.read().then(([item]) => item.getType(type)).then(blob => blob.text())"
        html = seen.page.evaluate(read, "text/html")
        assert "<h1>Een traan in de cleanroom</h1>" in html
        assert f'href="{address}p/asml/#laat-je-interviewen"' in html
        assert "<button" not in html
        assert "Een traan in de cleanroom" in seen.page.evaluate(read, "text/plain")
        assert seen.complaints == []


def test_the_address_of_an_issue_is_copied_and_can_be_sent_on(chromium: Browser, address: str) -> None:
    url = "https://aireport.email/p/asml/"
    with visit(chromium, address, "p/asml/") as seen:
        share = seen.page.locator(".share")
        share.get_by_role("button", name="Kopieer de link").click()
        share.get_by_role("button", name="Gekopieerd").wait_for()
        assert seen.page.evaluate("navigator.clipboard.readText()") == url
        links = share.get_by_role("link").evaluate_all("links => links.map(one => decodeURIComponent(one.href))")
        assert links == [
            f"mailto:?subject=Een traan in de cleanroom&body={url}",
            f"https://wa.me/?text=Een traan in de cleanroom {url}",
            f"https://www.linkedin.com/sharing/share-offsite/?url={url}",
        ]
        assert (seen.elsewhere, seen.complaints) == ([], [])


def test_the_skip_link_is_the_first_and_leads_past_the_menu(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "") as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.getAttribute('href')") == "#content"
        seen.page.keyboard.press("Enter")
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_link_of_the_menu_is_reached_by_the_keyboard_and_shows_it(chromium: Browser, address: str) -> None:
    with visit(chromium, address, "issues/") as seen:
        reached = []
        for _ in range(9):
            seen.page.keyboard.press("Tab")
            reached.append(seen.page.evaluate(FOCUSED))
        assert [name for name, _ in reached][3:8] == ["../issues/", "../tips/", "../tools/", "../tags/", "q"]
        assert all(outline == "solid" for _, outline in reached[1:])


def test_styles_and_script_are_small(address: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("small") / "site"
    built(ROOT, out)
    assert (out / "assets" / "style.css").stat().st_size <= 20_000
    assert (out / "assets" / "site.js").stat().st_size <= 15_000
