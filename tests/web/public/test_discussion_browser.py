"""The discussion in a browser, at a real Isso: a comment waits for its moderator, and nothing in it does harm."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.public.issos import discussed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from playwright.sync_api import Browser, Dialog, Page

    from tests.web.public.issos import Discussed

pytestmark = pytest.mark.browser

SMALL, LARGE = {"width": 375, "height": 800}, {"width": 1280, "height": 900}
EVIL = """\
Een **antwoord**. <img src=x onerror="window.harmed=1"><script>window.harmed=1</script>

[koppeling](javascript:window.harmed=1) <a href="javascript:window.harmed=1">a</a>

<iframe srcdoc="<script>parent.harmed=1</script>"></iframe>
![](http://127.0.0.1:1/pixel.png)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Discussed]:
    with discussed(tmp_path_factory.mktemp("discussed")) as running:
        yield running


@contextmanager
def visit(chromium: Browser, address: str, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its browser complains of."""
    context = chromium.new_context(**options)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    try:
        yield page, complaints
    finally:
        context.close()


def write(page: Page, text: str, author: str) -> int:
    """Write a comment as a reader does; return its number."""
    box = page.locator("#isso-thread > .isso-postbox")
    box.locator("textarea").fill(text)
    box.locator("[name=author]").fill(author)
    with page.expect_response(lambda answer: "/comments/new" in answer.url) as answered:
        box.locator("[type=submit]").click()
    return int(answered.value.json()["id"])


def follow(chromium: Browser, link: str, *, agree: bool) -> str:
    """Open a moderator's link, and answer its question; return what is shown behind it."""

    def answer(dialog: Dialog) -> None:
        if agree:
            dialog.accept()
        else:
            dialog.dismiss()

    context = chromium.new_context()
    page = context.new_page()
    page.on("dialog", answer)
    page.goto(link)
    if agree:
        page.wait_for_url("**/p/**")
    address = page.url
    context.close()
    return address


def test_a_comment_waits_for_its_moderator(site: Discussed, chromium: Browser) -> None:
    address = f"{site.url}/p/proef/"
    with visit(chromium, address, viewport=LARGE) as (page, complaints):
        number = write(page, "Mijn agenda.", "Anna de Vries")
        mine = page.locator(f"#isso-{number}")
        mine.wait_for()
        assert "Mijn agenda." in mine.inner_text()
        assert "Reactie staat in de wachtrij voor goedkeuring." in mine.inner_text()
        assert complaints == []
    with visit(chromium, address) as (page, _):
        page.locator(".isso-postbox").wait_for()
        assert page.locator(f"#isso-{number}").count() == 0

    link = site.link("activate", number)
    follow(chromium, link, agree=False)
    with visit(chromium, address) as (page, _):
        page.locator(".isso-postbox").wait_for()
        assert page.locator(f"#isso-{number}").count() == 0

    assert follow(chromium, link, agree=True) == f"{address}#isso-{number}"
    with visit(chromium, address) as (page, complaints):
        shown = page.locator(f"#isso-{number}")
        shown.wait_for()
        assert "Anna de Vries" in shown.inner_text()
        assert "Mijn agenda." in shown.inner_text()
        assert complaints == []


def test_nothing_in_a_comment_does_harm(site: Discussed, chromium: Browser) -> None:
    address = f"{site.url}/p/proef/"
    with visit(chromium, address) as (page, _):
        number = write(page, EVIL, "<b onmouseover=window.harmed=1>Bram</b>")
    follow(chromium, site.link("activate", number), agree=True)

    asked: list[str] = []
    with visit(chromium, "about:blank") as (page, complaints):
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        shown = page.locator(f"#isso-{number}")
        shown.wait_for()
        assert page.evaluate("window.harmed") is None
        assert shown.locator("script, iframe, img, b").count() == 0
        assert shown.locator("strong").inner_text() == "antwoord"
        for href in shown.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href') ?? '')"):
            assert not href.startswith("javascript:")
        assert complaints == []
    assert {url for url in asked if not url.startswith(site.url)} == set()


def test_the_writer_can_take_a_comment_back(site: Discussed, chromium: Browser) -> None:
    with visit(chromium, f"{site.url}/p/trial/") as (page, _):
        number = write(page, "A mistake.", "Chloé")
        mine = page.locator(f"#isso-{number}")
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert (cookies[str(number)]["path"], cookies[str(number)]["httpOnly"]) == ("/comments/", True)
        assert cookies[f"isso-{number}"]["path"].rstrip("/") == "/p/trial"
        mine.locator(".isso-delete").click()  # it asks whether that is meant
        with page.expect_response(lambda answer: answer.request.method == "DELETE") as answered:
            mine.locator(".isso-delete").click()
        assert answered.value.ok
    with visit(chromium, f"{site.url}/p/trial/") as (page, _):
        page.locator(".isso-postbox").wait_for()
        assert page.locator(f"#isso-{number}").count() == 0


@pytest.fixture(scope="module")
def answerable(site: Discussed, chromium: Browser) -> dict[str, int]:
    """A comment of somebody else on each page."""
    found = {}
    for path in ("proef", "trial"):
        with visit(chromium, f"{site.url}/p/{path}/") as (page, _):
            found[path] = write(page, f"Lang: {'lang' * 60}", "Dirk")
        follow(chromium, site.link("activate", found[path]), agree=True)
    return found


@pytest.mark.parametrize("path", ["proef", "trial"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [SMALL, LARGE], ids=["375", "1280"])
def test_it_is_for_everybody_on_every_screen(
    viewport: dict[str, int],
    scheme: Literal["light", "dark"],
    path: str,
    site: Discussed,
    answerable: dict[str, int],
    chromium: Browser,
) -> None:
    with visit(chromium, f"{site.url}/p/{path}/", viewport=viewport, color_scheme=scheme) as (page, complaints):
        write(page, f"Op een scherm van {viewport['width']} wacht dit.", "Eva")
        answered = page.locator(f"#isso-{answerable[path]}")
        answered.locator(".isso-reply").click()
        answered.locator("textarea").first.wait_for()

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heading = {"proef": "Discussie", "trial": "Discussion"}[path]
        assert page.locator("#discussion > h2").inner_text() == heading
        found = Axe().run(page, "#discussion").response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        assert not page.locator(".waits").is_visible()
        assert complaints == []


def test_all_of_it_is_done_with_the_keyboard(site: Discussed, chromium: Browser) -> None:
    with visit(chromium, f"{site.url}/p/trial/") as (page, _):
        page.locator("#isso-thread > .isso-postbox textarea").focus()
        page.keyboard.type("By hand.")
        page.keyboard.press("Tab")
        page.keyboard.type("Eva")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (page.evaluate("document.activeElement.type"), outline) == ("submit", "solid")
        with page.expect_response(lambda answer: "/comments/new" in answer.url) as answered:
            page.keyboard.press("Enter")
        assert answered.value.json()["author"] == "Eva"


def test_without_a_script_it_says_why_nothing_is_there(site: Discussed, chromium: Browser) -> None:
    with visit(chromium, f"{site.url}/p/proef/", java_script_enabled=False) as (page, _):
        shown = page.locator("#discussion").inner_text()

    assert "Om reacties te lezen en te schrijven" in shown
    assert "onderweg" not in shown
