"""The player of an episode in a browser: chapters and transcript follow the sound, and lead to their place in it."""

from __future__ import annotations

import io
import threading
import wave
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from newsletter.cli.local_site import open_site
from newsletter.model import Chapter, Cue
from tests.archive.pinned import EPISODE, pin
from tests.archive.sources import built, workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

SECONDS, RATE = 60, 8000
CURRENT = "list => [...document.querySelectorAll(list + ' [data-seconds][aria-current]')].map(one => one.innerText)"


def silence() -> bytes:
    """A minute of it, as a sound file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(b"\x80" * (SECONDS * RATE))
    return file.getvalue()


SOUND = silence()


def serve_sound(route: Route) -> None:
    """Answer as a host of sound does, with the part that is asked for."""
    asked = route.request.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
    first, last = int(asked[0]), int(asked[2] or len(SOUND) - 1)
    headers = {
        "Content-Type": "audio/wav",
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {first}-{last}/{len(SOUND)}",
    }
    route.fulfill(status=206, headers=headers, body=SOUND[first : last + 1])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An archive with one episode, served; the address is that of its page."""
    folder = tmp_path_factory.mktemp("player")
    root = workspace(folder / "ws")
    chapters = (Chapter(0, "Begin"), Chapter(20, "Midden"), Chapter(40, "Einde"))
    cues = (Cue(0, 5, "Hallo.", "Wietse"), Cue(22, 25, "Halverwege.", "Alexander"), Cue(41, 45, "Dag.", "Wietse"))
    pin(root, "2026-11-24-troef", replace(EPISODE, chapters=chapters, cues=cues, duration_s=SECONDS))
    built(root, folder / "site")
    with open_site(folder / "site", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/episodes/de-gouden-troef/"
        server.shutdown()
        thread.join()


@contextmanager
def listening(browser: Browser, address: str, fragment: str = "", *, scripts: bool = True) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=scripts)
    context.route("https://media.example/**", serve_sound)
    page = context.new_page()
    page.goto(f"{address}{fragment}", wait_until="load")
    yield page
    context.close()


def time_of(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def test_nothing_of_the_sound_is_fetched_before_somebody_listens(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.new_page().goto(address, wait_until="load")
    context.close()
    assert asked
    assert [url for url in asked if "media.example" in url] == []


def test_a_chapter_leads_to_its_place_and_shows_that_it_is_heard(chromium: Browser, address: str) -> None:
    with listening(chromium, address) as page:
        page.get_by_role("link", name="Midden").click()
        page.wait_for_function("() => document.querySelector('audio').currentTime >= 20")
        page.wait_for_function("() => document.querySelector('.chapters [aria-current]')")
        assert page.url == address, "it is played here, not opened elsewhere"
        assert page.evaluate(CURRENT, ".chapters") == ["0:20\nMidden"]
        assert page.evaluate("!document.querySelector('audio').paused")


def test_the_transcript_follows_the_sound(chromium: Browser, address: str) -> None:
    with listening(chromium, address) as page:
        page.evaluate(
            "() => { const sound = document.querySelector('audio'); sound.currentTime = 41.5; sound.play(); }"
        )
        page.wait_for_function("() => document.querySelector('.transcript [aria-current]')?.innerText.includes('Dag.')")
        assert page.evaluate(CURRENT, ".chapters") == ["0:40\nEinde"]


def test_what_was_said_leads_to_its_place_by_mouse_and_by_key(chromium: Browser, address: str) -> None:
    with listening(chromium, address) as page:
        page.get_by_text("Halverwege.").click()
        page.wait_for_function("() => document.querySelector('audio').currentTime >= 22")
        page.get_by_text("Dag.").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('audio').currentTime >= 41")


def test_a_link_to_a_moment_begins_there(chromium: Browser, address: str) -> None:
    with listening(chromium, address, "#t=40") as page:
        page.evaluate("document.querySelector('audio').play()")
        page.wait_for_function("() => document.querySelector('audio').currentTime >= 40")
        assert time_of(page) < 50


def test_without_script_there_is_a_player_and_chapters_lead_into_the_sound(chromium: Browser, address: str) -> None:
    with listening(chromium, address, scripts=False) as page:
        assert page.locator("audio[controls]").is_visible()
        link = page.get_by_role("link", name="Midden")
        assert link.get_attribute("href") == f"{EPISODE.audio_url}#t=20"
        assert page.get_by_text("Halverwege.").is_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing(width: int, chromium: Browser, address: str) -> None:
    with listening(chromium, address) as page:
        page.set_viewport_size({"width": width, "height": 900})
        verdict = Axe().run(page, options={"resultTypes": ["violations"]}).response
        assert {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in verdict["violations"]} == {}
        assert page.evaluate("document.documentElement.scrollWidth") <= width
