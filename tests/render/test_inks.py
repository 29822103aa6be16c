"""Which colour the templates write on which: each such pair is one whose contrast the settings check.

Every colour of the palettes is one that no other has, so what Chromium paints tells which key it came from. That the
colours of these palettes cannot be read does not matter here.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from newsletter.config.contrast import PAIRS
from newsletter.config.settings import Palette
from newsletter.config.social import SocialLink
from newsletter.render import fill, personal_values, render_email, render_issue_page, render_page
from newsletter.render.code_colours import code_colours
from tests.render.issues import ANNA, SETTINGS, SITE, THEME, issue_of, pictures_of
from tests.render.looks import EVERY_KIND, EVERY_MARKDOWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

_numbers = count(1)
LIGHT, DARK = (
    Palette(**{name: f"#{next(_numbers):02x}{100 * dark + 55:02x}aa" for name in asdict(SETTINGS.theme.light)})
    for dark in (False, True)
)
SOCIAL = (SocialLink("LinkedIn", "https://a.example"), SocialLink("X", "https://b.example"))
PAINTED = replace(SETTINGS, theme=replace(SETTINGS.theme, light=LIGHT, dark=DARK, social=SOCIAL))
CODE = code_colours(PAINTED.theme)
CODE_PAIRS = {("code", ground) for ground in ("background", "card", "tint")}
"""The colours of code are made so that they can be read on these: `test_code_colours` holds them to it."""
LINKED = """\
A [`link in code`](https://a.example), **a [`bold`](https://a.example) one**, and a note[^1].

> A [link](https://a.example) and a [`link in code`](https://a.example).

- [`in a list`](https://a.example)

| Head [link](https://a.example) | `code` |
|---|---|
| [link](https://a.example) | [`code`](https://a.example) |

[^1]: With a [link](https://a.example).
"""
EVERYTHING = f"{EVERY_KIND}\n\n{EVERY_MARKDOWN}\n\n{LINKED}\n\n" + "\n\n".join(
    f"::: {head}\n{LINKED}\n:::"
    for head in (
        "note A note",
        "tip {#inks} A tip",
        'tool {#tool url="https://a.example" price="free"} A tool',
        'quote {by="Ada" url="https://a.example"}',
        'image {src="three-files-loop.png" alt="A loop"}',
        'sponsor {by="Somebody" url="https://a.example"} A sponsor',
        'episode {url="https://a.example" duration="48:05"} An episode',
        'event {#event start="2026-12-08 20:00"} An event',
        "discussion A question",
        "share Share it",
        "subscribe Join",
    )
)

# For each piece of text that can be seen: its colour, and the first colour behind it.
INKS = """() => {
  const hex = text => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return a ? '#' + [r, g, b].map(c => c.toString(16).padStart(2, '0')).join('') : '';
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (!text || !walker.currentNode.parentElement.getClientRects().length) continue;
    let at = walker.currentNode.parentElement;
    const ink = hex(getComputedStyle(at).color);
    while (at && !hex(getComputedStyle(at).backgroundColor)) at = at.parentElement;
    const ground = at ? hex(getComputedStyle(at).backgroundColor) : '';
    found[ink + ' ' + ground] = text;
  }
  return found;
}"""


def document(what: str) -> str:
    issue = issue_of(EVERYTHING)
    if what == "mail":
        email = render_email(issue, THEME, PAINTED, pictures_of(issue))
        return fill(email.html, personal_values(email, ANNA, SITE))
    context = {"older": None, "newer": None, "root": "../../", "canonical": SITE}
    page = render_issue_page(issue, THEME, PAINTED, context, pictures_of(issue))
    css = render_page(THEME, PAINTED, "web/style.css.j2", "nl", {})
    assert page.count("</head>") == 1
    return page.replace("</head>", f"<style>{css}</style></head>")


def pairs(browser: Browser, what: str, *, dark: bool) -> dict[tuple[str, str], str]:
    """Return each pair of keys, ink and ground, with a text that is painted so."""
    inks = CODE.dark if dark else CODE.light
    names = dict.fromkeys(inks.values(), "code")
    names |= {colour: name for name, colour in asdict(DARK if dark else LIGHT).items()}
    assert len(names) == len(asdict(LIGHT)) + len(set(inks.values()))
    context = browser.new_context(color_scheme="dark" if dark else "light", offline=True)
    page = context.new_page()
    page.set_content(document(what), wait_until="domcontentloaded")
    painted = page.evaluate(INKS)
    context.close()
    found = {}
    for colours, text in painted.items():
        ink, _, ground = colours.partition(" ")
        found[names.get(ink, ink), names.get(ground, ground)] = text
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("what", ["mail", "page"])
def test_every_ink_stands_on_a_ground_that_is_checked(chromium: Browser, what: str, *, dark: bool) -> None:
    found = pairs(chromium, what, dark=dark)
    assert len(found) >= 6
    assert {pair: text for pair, text in found.items() if pair not in {*PAIRS, *CODE_PAIRS}} == {}


def test_every_pair_that_is_checked_is_written_somewhere(chromium: Browser) -> None:
    """Else colours would be refused for a contrast that nobody sees."""
    found = {pair for what in ("mail", "page") for dark in (False, True) for pair in pairs(chromium, what, dark=dark)}
    assert found >= set(PAIRS)
