"""Mails and pages opened in a browser, and what there is to look at."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from newsletter.issue import read_issue, slug_of
from newsletter.render import prepare_logos, render_page
from tests.render.issues import ROOT, SETTINGS, SITE, THEME, house, issue_of, mail_of, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page, Route

    from newsletter.model import Issue

DESK, TELEPHONE = 680, 375

ISSUES = {slug_of(path): path for path in sorted((ROOT / "issues").glob("*.md"))}

EVERY_KIND = (
    "\n\n".join(kind.example for kind in THEME.kinds.values())
    .replace('"wafer.png"', '"three-files-loop.png"')
    .replace('"cover.png"', '"asml-cover.png"')
)

# For each piece of text that can be seen: the contrast of WCAG 2.2 between it and the first opaque background.
CONTRASTS = """() => {
  const parse = text => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return {rgb: [r, g, b], a};
  };
  const over = (top, below) => ({rgb: top.rgb.map((c, i) => c * top.a + below.rgb[i] * (1 - top.a)), a: 1});
  const light = ({rgb}) => rgb.map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = parse(getComputedStyle(at).backgroundColor);
      layers.push(layer);
      if (layer.a === 1) break;
    }
    const canvas = parse(getComputedStyle(document.documentElement).colorScheme.includes('dark')
      && matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)');
    return layers.reduceRight((below, layer) => over(layer, below), canvas);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.getClientRects().length) continue;
    const below = behind(element), style = getComputedStyle(element);
    const [a, b] = [light(over(parse(style.color), below)), light(below)];
    found.push({text, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), opacity: style.opacity});
  }
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """A document as it was opened, and what it tried to reach."""

    page: Page
    requests: list[str] = field(default_factory=list)
    """All but the document, its style sheet and its pictures."""
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser, html: str, *, width: int = DESK, dark: bool = False, scripts: bool = True
) -> Iterator[Visit]:
    """Open a document at an address of the archive; nothing but its own files is served."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    seen = Visit(context.new_page())

    def serve(route: Route) -> None:
        address = route.request.url
        if address == f"{SITE}/p/proef/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif address == f"{SITE}/assets/style.css":
            route.fulfill(body=render_page(THEME, SETTINGS, "web/style.css.j2", "nl", {}), content_type="text/css")
        elif content := picture(address):
            route.fulfill(body=content)
        else:
            seen.requests.append(address)
            route.abort()

    def dismiss(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    context.route("**/*", serve)
    seen.page.on("dialog", dismiss)
    seen.page.goto(f"{SITE}/p/proef/", wait_until="load")
    yield seen
    context.close()


def picture(address: str) -> bytes | None:
    """What an address of the archive shows."""
    folder, _, name = address.removeprefix(f"{SITE}/").rpartition("/")
    if folder == "assets":
        logos = prepare_logos(SETTINGS)
        return next((logo.content for logo in (logos.logo, logos.logo_dark) if logo and logo.file == name), None)
    path = ROOT / "issues" / name
    return path.read_bytes() if folder.startswith("p/") and path.is_file() else None


def real(slug: str) -> Issue:
    return read_issue(ISSUES[slug], f"issues/{ISSUES[slug].name}", house(THEME))


EVERY_MARKDOWN = """\
# Een

## Twee

### Drie

#### Vier

Gewoon, **vet**, *schuin*, ~~weg~~, `code` en [een link](https://a.example)[^1]. EenHeelErgLangWoord{}

> Een citaat met `code` en [een link](https://a.example)

- a
- b
  1. c

| Kop | Nog een |
|-----|---------|
| cel | [link](https://a.example) `code` |

```python
print("hallo", {})
```

---

![Drie vellen](three-files-desk.png)

[^1]: Een noot met [een link](https://a.example).
""".format("x" * 90, ", ".join(f"argument_{number}" for number in range(20)))

DOCUMENTS = [f"{what} {name}" for what in ("mail", "page") for name in (*ISSUES, "with everything")]


@cache
def document(name: str) -> str:
    what, _, slug = name.partition(" ")
    issue = real(slug) if slug in ISSUES else issue_of(f"{EVERY_KIND}\n\n{EVERY_MARKDOWN}")
    return mail_of(issue).html if what == "mail" else page_of(issue)
