"""From the save of a file to the pixels of a page, in Chromium."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from benchmarks.previews.servers import Server

PATIENCE_MS = 30_000

# Looks into every frame each millisecond. When the word is there, two frames are drawn: the second one begins when what
# the first one changed has been painted.
_SEEN = """
word => {
  const within = (page) => page && (page.body?.textContent.includes(word)
    || [...page.querySelectorAll("iframe")].some((frame) => within(frame.contentDocument)));
  window.wordSeen = new Promise((seen) => {
    const look = () => within(document)
      ? requestAnimationFrame(() => requestAnimationFrame(() => seen(performance.timeOrigin + performance.now())))
      : setTimeout(look, 1);
    look();
  });
}
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Open Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield opened
        opened.close()


def open_page(chromium: Browser, server: Server, text: str) -> Page:
    """Open a preview in a window of its own, and wait until it shows a save."""
    page = chromium.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(server.url)
    page.wait_for_selector("iframe")
    saved_to_pixels_ms(page, server, text, "Begin")
    return page


def saved_to_pixels_ms(page: Page, server: Server, text: str, word: str) -> float:
    """Save the issue with a new word in it; return how long it took until that could be seen, in milliseconds."""
    page.bring_to_front()
    page.evaluate(_SEEN, word)
    began = time.time()
    server.path.write_text(server.text(text), "utf-8")
    return float(page.evaluate("window.wordSeen")) - began * 1000
