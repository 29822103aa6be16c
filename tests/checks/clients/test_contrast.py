"""Words that cannot be read on what stands behind them are found, light and dark, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import given

from newsletter.checks.clients.contrast import unreadable_words
from newsletter.checks.clients.paint import painted_words, seen
from newsletter.config.contrast import contrast
from tests.golden_files import GOLDEN
from tests.render.hostile import TEXTS
from tests.render.looks import CONTRASTS, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    Scheme = Literal["light", "dark"]

MAILS = sorted(path.stem for path in (GOLDEN / "email").glob("*.html"))
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
DARK = "<style>@media (prefers-color-scheme:dark){%s}</style>"


def found(html: str, scheme: Scheme = "light") -> list[tuple[str, str, str]]:
    return [(one.words, str(one.ink), str(one.ground)) for one in unreadable_words(html) if one.scheme == scheme]


@pytest.mark.parametrize(
    ("html", "ink", "ground"),
    [
        ('<p style="color:#999">a</p>', "#999999", "#ffffff"),
        ('<div style="background:#000"><p>a</p></div>', "#000000", "#000000"),
        ('<table bgcolor="black"><tr><td>a</td></tr></table>', "#000000", "#000000"),
        ('<body bgcolor="#333333"><a href="x">a</a></body>', "#0000ee", "#333333"),
        ('<font color="yellow">a</font>', "#ffff00", "#ffffff"),
        ('<p style="color:rgba(0,0,0,.3)">a</p>', "#b2b2b2", "#ffffff"),
        ('<p style="opacity:0.3">a</p>', "#b2b2b2", "#ffffff"),
        ('<style>p{color:#777!important}</style><p style="color:#000">a</p>', "#777777", "#ffffff"),
        ('<style>#b p{color:#777}p{color:#000}</style><div id="b"><p>a</p></div>', "#777777", "#ffffff"),
        ('<style>.c>td,.d{color:#777}</style><table><tr class="c"><td>a</td></tr></table>', "#777777", "#ffffff"),
        ("<style>table>tbody>tr>td{color:#777}</style><table><tr><td>a</td></tr></table>", "#777777", "#ffffff"),
        ('<style>[role="e"]{color:#777}</style><p role="e">a</p>', "#777777", "#ffffff"),
        ("<style>:root{color:#777}</style><p>a</p>", "#777777", "#ffffff"),
        ("<style>@media screen and (min-width:480px){p{color:#777}}</style><p>a</p>", "#777777", "#ffffff"),
        ('<p style="background:url(x.png)"><b style="background:#fff;color:#eee">a</b></p>', "#eeeeee", "#ffffff"),
        ('<p style="color:#777"><b style="color:inherit">a</b></p>', "#777777", "#ffffff"),
        ('<p style="color:#8a8a8a;font-size:18px;font-weight:700">a</p>', "#8a8a8a", "#ffffff"),
    ],
)
def test_words_that_cannot_be_read_are_found(html: str, ink: str, ground: str) -> None:
    assert found(html) == [("a", ink, ground)]


@pytest.mark.parametrize(
    "html",
    [
        "<p>a</p>",
        '<a href="x">a</a>',
        '<p style="color:#767676">a</p>',
        '<p style="color:#8a8a8a;font-size:24px">a</p>',
        '<p style="color:#8a8a8a;font-size:14pt;font-weight:bold">a</p>',
        '<h1 style="color:#8a8a8a">a</h1>',
        '<div style="font-size:32px"><p style="color:#8a8a8a;font-size:1em">a</p></div>',
        '<p style="color:#fff;display:none">a</p>',
        '<p style="color:#fff;visibility:hidden">a</p>',
        '<p style="color:#fff;opacity:0">a</p>',
        '<p style="color:#fff;font-size:0">a</p>',
        '<p style="color:#fff">· – </p>',
        "<title>a</title><style>a{color:#fff}</style><!-- a -->",
        '<p style="color:#fff;background-image:url(x.png)">a</p>',
        '<table background="x.png"><tr><td style="color:#fff">a</td></tr></table>',
        '<p style="color:#fff;background:#000">a</p>',
        '<p style="color:#fff;background:#000;background-color:#222">a</p>',
        "<style>p:hover,p + p,p::before,p:not(.b),{color:#fff}</style><p>a</p><p>b</p>",
        "<style>@media print{p{color:#fff}}@media (max-width:500px){p{color:#fff}}</style><p>a</p>",
        "<style>@media (orientation:portrait){p{color:#fff}}@media not screen{p{color:#fff}}</style><p>a</p>",
    ],
)
def test_words_that_can_be_read_or_cannot_be_seen_are_not(html: str) -> None:
    assert found(html) == []


def test_dark_rules_count_where_a_screen_is_dark() -> None:
    html = DARK % "p{color:#bbb}" + "<p>a</p>"
    assert found(html, "light") == []
    assert found(html, "dark") == [("a", "#bbbbbb", "#ffffff")]
    sheet = (
        '<style media="(prefers-color-scheme: dark)">p{color:#fff}</style><p style="color:#000;background:#fff">a</p>'
    )
    assert found(sheet, "dark") == []
    important = sheet.replace("#fff}", "#fff!important}")
    assert found(important, "dark") == [("a", "#ffffff", "#ffffff")]


def test_a_mail_for_dark_screens_stands_on_a_dark_canvas() -> None:
    meta = '<head><meta name="color-scheme" content="light dark"></head><p>a</p><p style="color:#222">b</p>'
    root = '<style>:root{color-scheme:light dark}</style><p>a</p><p style="color:#222">b</p>'
    for html in (meta, root):
        assert found(html, "light") == []
        assert found(html, "dark") == [("b", "#222222", "#121212")]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", MAILS)
def test_nothing_in_the_shipped_theme_is_unreadable(name: str, scheme: Scheme) -> None:
    html = (GOLDEN / "email" / f"{name}.html").read_text("utf-8")
    assert len([one for one in painted_words(html) if one.scheme == scheme]) >= 10
    assert found(html, scheme) == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["asml", "three-text-files", "markdown-nl"])
def test_chromium_paints_the_same(chromium: Browser, name: str, scheme: Scheme) -> None:
    html = (GOLDEN / "email" / f"{name}.html").read_text("utf-8")
    with visit(chromium, html, dark=scheme == "dark") as visited:
        texts: list[dict[str, Any]] = visited.page.evaluate(CONTRASTS)
    expected = [(one["text"], round(one["ratio"], 1)) for one in texts if any(map(str.isalnum, one["text"]))]
    painted = [(one.words, one.paint, seen(one.paint)) for one in painted_words(html) if one.scheme == scheme]
    assert [
        (words.strip(), round(contrast(str(ink), str(paint.ground)), 1)) for words, paint, ink in painted
    ] == expected


@given(TEXTS)
def test_whatever_the_html_nothing_is_raised(html: str) -> None:
    for one in unreadable_words(html):
        assert one.ratio < one.needed
