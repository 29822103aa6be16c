"""Every text of a mail and of a page can be read: on a desk and a telephone, light and dark, with and without pictures.

Where pictures are blocked, as most mail programs do at first, their alternatives are read in their place.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Literal

import pytest

from tests.render.issues import THEME, issue_of, mail_of, page_of
from tests.render.looks import CONTRASTS, DESK, DOCUMENTS, TELEPHONE, document, visit
from tests.render.variants import variants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NEEDED = 4.5
"""The contrast of WCAG 2.2, success criterion 1.4.3."""

# Each line of text that reaches beyond the window, or beyond what an element around it shows. Some links, such as that
# to the content, are out of sight until somebody comes to them with the keyboard.
CUT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  const within = (line, box) => line.left > box.left - 1 && line.right < box.right + 1
    && line.top > box.top - 1 && line.bottom < box.bottom + 1;
  const screen = {left: 0, right: innerWidth, top: 0, bottom: document.documentElement.scrollHeight};
  const found = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    walker.currentNode.parentElement.closest('a')?.focus();
    range.selectNodeContents(walker.currentNode);
    const boxes = [screen];
    for (let at = walker.currentNode.parentElement; at; at = at.parentElement)
      if (getComputedStyle(at).overflow !== 'visible') boxes.push(at.getBoundingClientRect());
    for (const line of range.getClientRects())
      if (line.width && !boxes.every(box => within(line, box))) found.push(walker.currentNode.data.trim());
  }
  return found;
}"""

# Puts in the place of each picture its alternative, set as the browser sets that: then it is text as all other text.
# Gives those that have less room than they need.
ALTERNATIVES = """() => [...document.images].filter(image => image.alt).flatMap(image => {
  const style = getComputedStyle(image), box = image.getBoundingClientRect();
  const words = document.createElement('span');
  words.textContent = image.alt;
  words.style.cssText = `display: inline-block; width: ${box.width}px`;
  for (const name of ['color', 'background-color', 'font-family', 'font-size', 'font-weight', 'line-height', 'margin'])
    words.style.setProperty(name, style.getPropertyValue(name));
  image.replaceWith(words);
  const fits = words.offsetHeight <= box.height + 1 && words.scrollWidth <= box.width + 1;
  return box.width && fits ? [] : [image.alt];
})"""


@contextmanager
def opened(browser: Browser, html: str, *, pictures: bool) -> Iterator[Page]:
    with visit(browser, html) as seen:
        if not pictures:
            seen.page.route("**/*.{png,jpg,jpeg,gif}", lambda route: route.abort())
            seen.page.reload(wait_until="load")
            assert not seen.page.evaluate("[...document.images].some(image => image.naturalWidth)")
        yield seen.page


def screens(page: Page) -> Iterator[str]:
    """Put a document on each kind of screen in turn."""
    for width, scheme in product((DESK, TELEPHONE), SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        yield f"{width} {scheme}"


def unreadable(page: Page) -> list[object]:
    """Return what of a document cannot be read on the screen that it is on."""
    weak = [text for text in page.evaluate(CONTRASTS) if text["ratio"] < NEEDED or text["opacity"] != "1"]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*weak, *page.evaluate(CUT), *([f"{wide} px too wide"] if wide > 0 else [])]


EVERY_BLOCK = "mail every block", "page every block"
NAMES = [*DOCUMENTS, *EVERY_BLOCK]


@cache
def html_of(name: str) -> str:
    if name not in EVERY_BLOCK:
        return document(name)
    issue = issue_of("\n\n".join(block for kind in THEME.kinds.values() for block in variants(kind)))
    return mail_of(issue).html if name.startswith("mail") else page_of(issue)


@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "no pictures"])
@pytest.mark.parametrize("name", NAMES)
def test_every_text_can_be_read(chromium: Browser, name: str, *, pictures: bool) -> None:
    with opened(chromium, html_of(name), pictures=pictures) as page:
        assert page.evaluate("document.compatMode") == "CSS1Compat"
        assert len(page.evaluate(CONTRASTS)) > 40
        assert {screen: found for screen in screens(page) if (found := unreadable(page))} == {}


@pytest.mark.parametrize("name", NAMES)
def test_without_pictures_their_alternatives_can_be_read(chromium: Browser, name: str) -> None:
    with opened(chromium, html_of(name), pictures=False) as page:
        for screen in screens(page):
            page.reload(wait_until="load")
            assert page.evaluate("[...document.images].filter(image => image.alt).length") > 0
            assert page.evaluate(ALTERNATIVES) == [], screen
            assert unreadable(page) == [], screen


def test_what_cannot_be_read_is_noticed(chromium: Browser) -> None:
    faults = {
        "color: #999": "contrast",
        "height: 5px; overflow: hidden": "cut",
        "margin-left: -20px": "cut",
        "width: 2000px": "wide",
    }
    for style, fault in faults.items():
        with opened(chromium, f'<!DOCTYPE html><p style="{style}">woorden</p>', pictures=True) as page:
            found = {
                "contrast": [text["text"] for text in page.evaluate(CONTRASTS) if text["ratio"] < NEEDED],
                "cut": page.evaluate(CUT),
                "wide": ["woorden"] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else [],
            }
            assert {name for name, texts in found.items() if texts == ["woorden"]} == {fault}, style
            assert unreadable(page)
    style = "display: block; width: 40px; height: 20px"
    html = f'<!DOCTYPE html><img src="a.png" alt="een lange omschrijving" style="{style}">'
    with opened(chromium, html, pictures=False) as page:
        assert page.evaluate(ALTERNATIVES) == ["een lange omschrijving"]
