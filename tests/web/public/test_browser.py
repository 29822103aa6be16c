"""The pages in a browser: with and without script, on a phone and a desktop, by keyboard alone, and for everybody."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from newsletter.audience.tokens import HOUR_MS, MINUTE_MS, Purpose
from tests.web.public.every_page import every_page
from tests.web.public.sites import desk_in, mails, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.web.public.sites import Desk

pytestmark = pytest.mark.browser

WIDTHS = (375, 1280)
FOCUSED = """(() => {
  const at = document.activeElement;
  return at.tagName === "BUTTON" ? at.innerText : at.name || at.innerText;
})()"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """On SQLite: what a browser sees does not depend on the database."""
    return desk_in(tmp_path)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as url:
        yield url


@contextmanager
def visited(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """Open a page; whatever the browser complains of fails the test."""
    context = browser.new_context(**{"locale": "nl-NL", "viewport": {"width": 1280, "height": 900}} | options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    yield page
    assert [one for one in complaints if "status of 4" not in one] == []  # which the browser says of each 404 and 422
    context.close()


def confirm_link(desk: Desk, subscriber_id: int) -> str:
    return f"/c/{desk.token(Purpose.CONFIRM, subscriber_id, desk.clock.now_ms // HOUR_MS)}"


@pytest.mark.parametrize(("with_script", "width"), list(product((True, False), WIDTHS)))
def test_from_the_form_to_the_end_of_it(
    desk: Desk, address: str, chromium: Browser, *, with_script: bool, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    with visited(chromium, f"{address}/subscribe/", java_script_enabled=with_script, viewport=viewport) as page:
        page.get_by_label("Je mailadres").fill("anna@example.org")
        desk.clock.now_ms += 5000
        page.get_by_role("button", name="Aanmelden").click()
        page.get_by_role("heading", name="Kijk nu in je inbox").wait_for()
        (anna,) = desk.everybody()

        page.goto(address + confirm_link(desk, anna.id))
        page.get_by_role("button", name="Ja, meld me aan").click()
        page.get_by_role("heading", name="Je bent aangemeld").wait_for()
        assert desk.of(anna.id).status == "active"

        page.goto(f"{address}/preferences/{desk.token(Purpose.PREFERENCES, anna.id, 1)}")
        page.get_by_label("Weekoverzicht").check()
        page.get_by_label("English").check()
        page.get_by_label("Een pauze").select_option(label="4 weken geen mails")
        page.get_by_role("button", name="Opslaan").click()
        page.get_by_role("status").filter(has_text="Saved.").wait_for()
        assert (desk.of(anna.id).tags, desk.of(anna.id).language) == (",weekly,", "en")
        page.get_by_role("button", name="Send me that link").click()
        page.get_by_role("heading", name="Now look in your inbox").wait_for()

        page.goto(f"{address}/me/{desk.token(Purpose.ACCESS, anna.id, desk.clock.now_ms // MINUTE_MS)}")
        page.get_by_label("First name").fill("Anna")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("status").filter(has_text="Saved.").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download my data").click()
        assert download.value.suggested_filename == "newsletter-data.json"

        page.goto(f"{address}/u/{desk.token(Purpose.UNSUBSCRIBE, anna.id, 1)}")
        page.get_by_role("button", name="Meld me af").click()
        page.get_by_role("heading", name="Je bent afgemeld").wait_for()
        assert desk.of(anna.id).status == "unsubscribed"
        page.get_by_role("button", name="Blijf het me sturen").click()
        page.get_by_text("Fijn dat je blijft").wait_for()

        page.goto(f"{address}/me/{desk.token(Purpose.ACCESS, anna.id, desk.clock.now_ms // MINUTE_MS)}?lang=nl")
        page.get_by_label("Ja, ik weet het zeker").check()
        page.get_by_role("button", name="Wis alles").click()
        page.get_by_role("heading", name="Alles is gewist").wait_for()
        assert desk.everybody() == []


def test_all_of_it_can_be_done_by_keyboard(desk: Desk, address: str, chromium: Browser) -> None:
    with visited(chromium, f"{address}/subscribe/") as page:
        reach(page, "email")
        page.keyboard.type("anna@gmial.com")
        desk.clock.now_ms += 5000
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Is dit je adres?").wait_for()
        reach(page, "Meld anna@gmail.com aan")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Kijk nu in je inbox").wait_for()
    assert mails(desk) == [("confirm", "anna@gmail.com")]


def reach(page: Page, name: str) -> list[str]:
    """Press Tab until something of this name has the focus; return the names of all that had it on the way."""
    page.wait_for_load_state()
    reached: list[str] = []
    while name not in reached:
        assert len(reached) < 12, reached
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    return reached


def test_no_field_is_reached_by_keyboard_that_nobody_sees(address: str, chromium: Browser) -> None:
    with visited(chromium, f"{address}/subscribe/") as page:
        assert reach(page, "Aanmelden") == ["Direct naar de inhoud", "Proef", "email", "Aanmelden"]


def test_a_fault_is_read_with_its_field_which_has_the_focus(address: str, chromium: Browser) -> None:
    with visited(chromium, f"{address}/subscribe/", java_script_enabled=False) as page:
        # What the browser itself would say is not heard in a form that another site shows.
        page.get_by_label("Je mailadres").fill("anna@x")
        page.get_by_role("button", name="Aanmelden").click()
        field = page.get_by_label("Je mailadres")
        field.wait_for()
        assert page.locator("#fault").inner_text().startswith("Dit is geen volledig mailadres.")
        assert field.get_attribute("aria-describedby") == "fault"
        expect(field).to_be_focused()


def test_the_form_that_is_pasted_elsewhere_leads_here(desk: Desk, address: str, chromium: Browser) -> None:
    pasted = f'<form action="{address}/subscribe/" method="post"><input name="email"><button>Go</button></form>'
    with visited(chromium, f"{address}/") as page:
        page.set_content(pasted)
        page.locator("[name=email]").fill("anna@example.org")
        page.get_by_role("button", name="Go").click()
        page.get_by_role("heading", name="Nog één klik").wait_for()
        desk.clock.now_ms += 3000
        page.get_by_role("button", name="Aanmelden").click()
        page.get_by_role("heading", name="Kijk nu in je inbox").wait_for()
        assert page.context.cookies() == []
    assert mails(desk) == [("confirm", "anna@example.org")]


@pytest.mark.parametrize(("scheme", "width", "locale"), [("light", 1280, "nl-NL"), ("dark", 375, "en-GB")])
def test_every_page_is_for_everybody_and_fits(
    desk: Desk, address: str, chromium: Browser, scheme: str, width: int, locale: str
) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "locale": locale}
    found = {}
    with visited(chromium, f"{address}/", **options) as page:
        for name, (path, said) in every_page(desk).items():
            show(page, address + path, said)
            wide = page.evaluate("document.documentElement.scrollWidth")
            faults = [(fault["id"], fault["nodes"][0]["html"]) for fault in Axe().run(page).response["violations"]]
            found[name] = (wide > width, faults)
    assert found == dict.fromkeys(found, (False, []))
    assert len(found) == 24


def show(page: Page, url: str, said: dict[str, str] | None) -> None:
    """Open a page, or send a form to it."""
    if said is None:
        page.goto(url)
        return
    page.set_content('<form method="post"><button>Go</button></form>')
    page.evaluate(
        """([url, said]) => {
            const form = document.querySelector("form");
            form.action = url;
            for (const [name, value] of Object.entries(said)) {
                const field = document.createElement("textarea");
                field.name = name; field.value = value; form.append(field);
            }
        }""",
        [url, said],
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Go").click()
