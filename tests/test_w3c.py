"""Every kind of page that there is, and the style sheets, in the W3C's checker of HTML and CSS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.measure import w3c
from newsletter.config.settings import LANGUAGES
from newsletter.web.public.app import build_app
from tests.archive.every_kind import every_kind
from tests.archive.sources import built, site_of, workspace
from tests.cli.commands import TOML, add_issue
from tests.web.public.every_page import every_page
from tests.web.public.sites import MORE, ask, desk_in, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(not w3c.is_here(), reason="Java is missing, or npm ci in benchmarks/w3c"),
    pytest.mark.timeout(300),
]

ISSO = '\n[discussion]\nkind = "isso"\nserver = "http://127.0.0.1:8200"\n'
BROKEN = '<!DOCTYPE html><html lang="nl"><title>Stuk</title><p><img src="a.png"></p></html>'


def archives(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the pages and style sheets of three archives: a full one, one with a discussion, one without an issue."""
    add_issue(discussed := workspace(folder / "discussed", TOML + ISSO))
    for root in (every_kind(folder / "full"), discussed, workspace(folder / "empty")):
        for path, content in site_of(root).files.items():
            if path.endswith((".html", ".css")):
                yield f"{root.name}/{path}", content


def pages_of_readers(folder: Path, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield each page on which somebody subscribes, chooses, leaves or searches, in a language."""
    folder.mkdir()
    desk = desk_in(folder, more=MORE + ISSO)
    for name, (path, said) in every_page(desk).items():
        address = f"{path}?lang={language}"
        answer = desk.browser.get(address) if said is None else desk.browser.post(address, data=said)
        yield f"{name}.{language}.html", answer.content
    add_issue(folder, "2026-11-01-kern", "Een kern.\n", status="ready")
    built(folder, desk.site.settings.archive.out)
    app = build_app(desk.site, told([], []), lambda: "")
    for name, path in (("search", "/issues/"), ("replies", "/comments/id/1/unsubscribe/a@b.example/x")):
        yield f"{name}.{language}.html", ask(app, path, params={"q": "kern", "lang": language}).content


def test_no_kind_of_page_has_an_error(tmp_path: Path) -> None:
    of_readers = (page for language in LANGUAGES for page in pages_of_readers(tmp_path / language, language))
    pages = dict([*archives(tmp_path), *of_readers, ("broken.html", BROKEN.encode())])
    for name, content in pages.items():
        (path := tmp_path / "pages" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert len(pages) > 85
    faults = w3c.faults(tmp_path / "pages", pages)
    assert {name for name, _ in faults} == {"broken.html"}, faults
