"""Mail in programs that darken it themselves, whatever dark colours it brings: all text can still be read.

Outlook and Gmail turn the lightness of colours around, as the eye sees it (CIE L*). Outlook does so to every colour
(roosterjs, getDarkColor.ts), Gmail on Android to light backgrounds and dark words alone.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.render.looks import CONTRASTS, DESK, ISSUES, document, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MAILS = [f"mail {name}" for name in (*ISSUES, "with everything")]

# L* of the darkest background that Outlook makes, #333333.
DARKEN = """partly => {
  const darkest = 21.247;
  const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const gamma = c => c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
  const f = t => t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116;
  const g = t => t ** 3 > 216 / 24389 ? t ** 3 : (116 * t - 16) * 27 / 24389;
  const white = [0.95047, 1, 1.08883];
  const toXyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
  const toRgb = [[3.240454, -1.537139, -0.498531], [-0.969266, 1.876011, 0.041556], [0.055643, -0.204026, 1.057225]];
  const times = (matrix, v) => matrix.map(row => row.reduce((sum, x, i) => sum + x * v[i], 0));
  const darkened = (text, isInk) => {
    const [r, g_, b, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
    const [fx, fy, fz] = times(toXyz, [r, g_, b].map(c => linear(c / 255))).map((c, i) => f(c / white[i]));
    const lightness = 116 * fy - 16;
    if (alpha === 0 || partly && isInk === lightness > 50) return text;
    const y = ((100 - lightness) * (100 - darkest) / 100 + darkest + 16) / 116;
    const xyz = [y + fx - fy, y, y - fy + fz].map((c, i) => g(c) * white[i]);
    const rgb = times(toRgb, xyz).map(c => Math.round(255 * Math.min(1, Math.max(0, gamma(c)))));
    return `rgba(${rgb.join()}, ${alpha})`;
  };
  const changes = [];
  for (const element of document.querySelectorAll("html, body, body *")) {
    const style = getComputedStyle(element);
    const set = (name, value) => changes.push([element, name, value]);
    set("color", darkened(style.color, true));
    const isCanvas = element === document.documentElement;
    set("background-color", darkened(isCanvas ? "rgb(255, 255, 255)" : style.backgroundColor, false));
    for (const side of ["top", "right", "bottom", "left"])
      set(`border-${side}-color`, darkened(style[`border-${side}-color`], true));
  }
  for (const [element, name, value] of changes) element.style.setProperty(name, value, "important");
}"""


def darkened(page: Page, *, partly: bool) -> None:
    page.evaluate(DARKEN, partly)


@pytest.mark.parametrize("partly", [False, True], ids=["all", "light backgrounds and dark words"])
@pytest.mark.parametrize("name", MAILS)
def test_all_text_can_be_read_where_the_program_darkens_it(chromium: Browser, name: str, *, partly: bool) -> None:
    with visit(chromium, document(name)) as seen:
        darkened(seen.page, partly=partly)
        texts = seen.page.evaluate(CONTRASTS)
        shot = Image.open(io.BytesIO(seen.page.screenshot())).convert("L")
    assert sorted(shot.tobytes())[DESK * 450] < 64, "most of it is dark"
    assert len(texts) > 40
    assert [text for text in texts if text["ratio"] < 4.5] == []


MARKS = {
    "Outlook": """() => document.querySelector(".page").setAttribute("data-ogsc", "")""",
    # Only the sheet for it is left: it drops what stands within @media.
    "Thunderbird": """() => {
      document.body.className = "moz-text-html";
      document.querySelectorAll("style:not([media*=dark])").forEach(sheet => sheet.remove());
    }""",
}


@pytest.mark.parametrize("program", MARKS)
@pytest.mark.parametrize("name", MAILS)
def test_the_rules_for_one_program_alone_leave_all_text_readable(chromium: Browser, name: str, program: str) -> None:
    with visit(chromium, document(name), dark=program == "Thunderbird") as seen:
        seen.page.evaluate(MARKS[program])
        texts = seen.page.evaluate(CONTRASTS)
        card = seen.page.locator(".card").first.evaluate("card => getComputedStyle(card).backgroundColor")
    assert card == "rgb(24, 27, 36)"
    assert [text for text in texts if text["ratio"] < 4.5] == []
