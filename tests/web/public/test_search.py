"""The search of a served archive: for whoever has no scripts, and of nothing that is not public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html

from newsletter.web.public.app import build_app
from tests.archive.sources import built
from tests.cli.commands import add_issue
from tests.web.public.sites import ask, desk_in, told

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp


def served(root: Path) -> ASGIApp:
    desk = desk_in(root)
    add_issue(root, "2026-11-01-fusie", "De kernfusie van <b>Zürich</b> & meer.\n", status="ready")
    built(root, desk.site.settings.archive.out)
    return build_app(desk.site, told([], []), lambda: "")


def test_the_form_of_every_page_leads_to_what_was_asked_for(tmp_path: Path) -> None:
    app = served(tmp_path)
    answer = ask(app, "/issues/?q=kernfus&lang=nl")
    page = html.fromstring(answer.content)
    assert answer.status_code == 200
    assert [(link.get("href"), link.text) for link in page.cssselect("ol.issues h2 a")] == [("/p/fusie/", "Een proef")]
    assert [mark.text for mark in page.cssselect("ol.issues mark")] == ["kernfusie"]
    assert "Zürich" in page.cssselect("ol.issues p")[0].text_content()
    assert [box.get("value") for box in page.cssselect("input[type=search]")] == ["kernfus"]
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


def test_without_a_question_it_is_the_list_of_issues(tmp_path: Path) -> None:
    app = served(tmp_path)
    plain = ask(app, "/issues/")
    assert [ask(app, path).content for path in ("/issues/?q=", "/issues/?page=2")] == [plain.content] * 2


def test_a_question_is_shown_and_never_run(tmp_path: Path) -> None:
    answer = ask(served(tmp_path), "/issues/", params={"q": '"><script>alert(1)</script>'})
    page = html.fromstring(answer.content)
    assert page.cssselect("script, ol.issues li") == []
    assert [box.get("value") for box in page.cssselect("input[type=search]")] == ['"><script>alert(1)</script>']
    assert "script-src" not in answer.headers["content-security-policy"]


def test_before_there_is_an_archive_nothing_is_found(tmp_path: Path) -> None:
    answer = ask(build_app(desk_in(tmp_path).site, told([], []), lambda: ""), "/issues/?q=kern")
    assert (answer.status_code, html.fromstring(answer.content).cssselect("ol.issues li")) == (200, [])
