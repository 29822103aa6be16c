"""What some mail programs do not show is told where readers miss it, and only there."""

from __future__ import annotations

import pytest

from newsletter.checks.clients.programs import PROGRAMS
from newsletter.checks.clients.support import features
from newsletter.checks.clients.unshown import HURTS, unshown
from tests.golden_files import GOLDEN

USUAL = ("gmail", "outlook-windows", "outlook-com", "apple-mail")
MAILS = sorted(path.stem for path in (GOLDEN / "email").glob("*.html"))


@pytest.mark.parametrize(
    ("html", "message"),
    [
        (
            '<div style="display:flex">a</div>',
            "Outlook on Windows does not show display:flex: boxes stand below each other, in their full width",
        ),
        (
            "<video>a</video>",
            "Gmail, Outlook on Windows and Outlook.com do not show <video>: it is missing, or does nothing",
        ),
        (
            '<img src="data:image/png;base64,AAAA">',
            "Gmail does not show a picture in the Base 64 image format: the picture is missing",
        ),
        (
            "<style>.a::before{content:'b'}</style>",
            "Gmail and Outlook on Windows do not show .a::before: what it adds is missing",
        ),
        (
            '<td style="background:linear-gradient()">a</td>',
            "Outlook on Windows and Outlook.com do not show background:linear-gradient(): the background is missing",
        ),
        (
            '<p style="position:relative">a</p>',
            "Gmail and Outlook on Windows do not show position:relative: it stands in the flow of the text",
        ),
        (
            "<style>.a{color:var(--b)}</style>",
            "Gmail, Outlook on Windows and Outlook.com do not show color:var(--b): the whole declaration is ignored",
        ),
    ],
)
def test_what_readers_miss_is_told(html: str, message: str) -> None:
    assert [found.message for found in unshown(html, USUAL)] == [message]


@pytest.mark.parametrize(
    "html",
    [
        '<p style="border-radius:8px;box-shadow:0 0 1px red;max-width:600px;overflow:hidden">a</p>',
        '<td style="background-color:#fff;background-image:url(a.png)">a</td>',
        '<td style="background:#fff url(a.png)">a</td>',
        '<p style="width:100px;width:calc(1px + 2px)">a</p>',
        "<style>@media (min-width:1px){.a{display:flex}}@supports (display:grid){.a{display:grid}}</style>",
        '<style media="(min-width:1px)">.a{display:flex}</style>',
        "<style>[data-ogsc] .a{color:var(--b)}.moz-text-html .a{position:fixed}</style>",
        "<style>a:hover{color:red}</style>",
        '<img src="https://a.example/b.webp">',
        '<link rel="stylesheet" href="https://a.example/b.css">',
        '<picture><source srcset="a.webp"><img src="a.png"></picture>',
    ],
)
def test_what_nobody_misses_is_not(html: str) -> None:
    assert list(unshown(html, USUAL)) == []


def test_a_feature_is_told_once_and_of_the_programs_that_are_asked_for() -> None:
    html = '<p style="position:relative">a <b>b</b></p><p style="position:absolute">c</p>'
    (found,) = unshown(html, ("outlook-com", "gmail"))
    assert (found.feature, found.words, found.programs) == ("css-position", "a", ("gmail",))
    assert list(unshown(html, ("apple-mail",))) == []


def test_the_place_is_told_by_the_words_in_it_or_around_it() -> None:
    html = '<td><p>a</p><i style="position:fixed"></i></td><td>c <i style="float:left"></i></td>'
    assert [(found.feature, found.words) for found in unshown(html, USUAL)] == [
        ("css-position", "a"),
        ("css-float", "c"),
    ]
    assert [found.words for found in unshown('<p>a</p><video src="b"></video>', USUAL)] == [""]


def test_every_harm_is_that_of_a_feature_that_is_known() -> None:
    assert HURTS.keys() <= features().keys()


@pytest.mark.parametrize("name", MAILS)
def test_everything_in_the_shipped_theme_is_shown_everywhere(name: str) -> None:
    assert list(unshown((GOLDEN / "email" / f"{name}.html").read_text("utf-8"), list(PROGRAMS))) == []
