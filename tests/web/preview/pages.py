"""The page of a preview, opened in a browser."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Frame, Page, Request, Response

    from tests.web.preview.desks import Running

HERE = "127.0.0.1"
BLOCKED = {"csp", "net::ERR_BLOCKED_BY_CSP"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of the preview, and what went on in it that should not."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the console said, what was thrown, and what was asked of other machines."""
    loads: list[str] = field(default_factory=list)
    """The paths that were answered, without what changes from run to run."""

    def frames(self) -> list[Frame]:
        """The frames with a mail or a page in them."""
        self.page.wait_for_function(
            "[...document.querySelectorAll('iframe')].every(f => f.contentDocument.body?.innerText)"
        )
        return self.page.main_frame.child_frames

    def frame(self) -> Frame:
        """The only frame."""
        (frame,) = self.frames()
        return frame

    def wait_in_frame(self, condition: str) -> None:
        """Wait until an expression holds in the only frame, whose window and document are `inside` and `seen` in it.

        Asked by the page around it: in a frame without scripts Playwright can ask once, and wait for nothing.
        """
        self.page.wait_for_function(
            "() => { const inside = document.querySelector('iframe').contentWindow, seen = inside.document;"
            f"return {condition} }}"
        )

    def mail_says(self, words: str) -> None:
        """Wait until every frame says these words."""
        self.page.wait_for_function(
            "words => { const frames = [...document.querySelectorAll('iframe')];"
            "return frames.length && frames.every(f => f.contentDocument.body?.innerText.includes(words)) }",
            arg=words,
        )

    def says(self, selector: str, words: str) -> None:
        """Wait until something of the page says these words."""
        self.page.locator(selector).filter(has_text=words).first.wait_for()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@contextmanager
def opened(
    browser: Browser,
    running: Running,
    *,
    window_px: int = 1400,
    own_scheme: Literal["light", "dark"] = "light",
    language: str = "en-GB",
    **looked_at: str,
) -> Iterator[Desk]:
    """Open the page; the keywords are what is looked at, as they stand behind # in its address."""
    context = browser.new_context(
        viewport={"width": window_px, "height": 900}, color_scheme=own_scheme, locale=language
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    desk = Desk(page)

    def failed(request: Request) -> None:
        # What the policy holds back has not left the browser.
        address = urlsplit(request.url)
        if address.hostname != HERE and request.failure not in BLOCKED and address.scheme not in {"data", "blob"}:
            desk.complaints.append(f"asked for {request.url}: {request.failure}")

    def answered(response: Response) -> None:
        address = urlsplit(response.url)
        desk.loads.append(address.path.removeprefix(running.path.rstrip("/")))
        if address.hostname != HERE and address.scheme not in {"data", "blob"}:
            desk.complaints.append(f"got {response.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            desk.complaints.append(message.text)

    def dismiss(dialog: Dialog) -> None:
        desk.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def thrown(error: Any) -> None:
        desk.complaints.append(f"thrown: {error}")

    page.on("requestfailed", failed)
    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", thrown)
    page.on("dialog", dismiss)
    page.goto(f"{running.url}#{urlencode({'issue': 'proef'} | looked_at)}")
    yield desk
    context.close()
