"""What Outlook on Windows makes of a mail."""

from __future__ import annotations

import pytest

from newsletter.checks.clients import as_outlook
from tests.checks.clients.seen import css_of, styles_of, tree, words_of

WORDS_OWN = css_of(as_outlook("<p>a</p>"))


def kept_css(html: str) -> str:
    """What is left of a mail's style sheets, without what Word does by itself."""
    return css_of(as_outlook(html)).removeprefix(WORDS_OWN)


def test_words_own_ways_come_before_the_mails_rules() -> None:
    assert "pre{white-space:pre-wrap}" in WORDS_OWN
    assert css_of(as_outlook("<head><style>p{margin:0}</style></head>a")) == f"{WORDS_OWN}p{{margin:0}}"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("mso", True),
        ("!mso", False),
        ("mso | IE", True),
        ("IE", False),
        ("mso & IE", False),
        ("gte mso 9", True),
        ("lte mso 11", False),
        ("mso 16", True),
        ("(gt mso 14)&(lt mso 17)", True),
        ("!(mso | IE)", False),
        ("vml", True),
        ("gte", False),
        ("(mso", False),
        ("mso mso", False),
        ("", False),
    ],
)
def test_comments_for_it_are_read_by_their_condition(condition: str, holds: bool) -> None:  # noqa: FBT001
    begin = f"<!--[if {condition}]>"
    html = f"<p>a</p>{begin}<p>b</p><![endif]-->{begin}<!--><p>c</p><!--<![endif]--><p>d</p>"
    assert words_of(as_outlook(html)) == (["a", "b", "c", "d"] if holds else ["a", "d"])


def test_its_settings_are_no_words() -> None:
    settings = "<xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml>"
    shown = as_outlook(f"<head><!--[if mso]><noscript>{settings}</noscript><![endif]--></head><body><p>a</p></body>")
    assert "96" not in shown
    assert words_of(shown) == ["a"]


def test_what_is_hidden_from_it_goes_with_the_comments_within() -> None:
    html = "<!--[if !mso]><!--><p>a</p><!-- b --><p>c</p><!--<![endif]--><p>d</p>"
    assert words_of(as_outlook(html)) == ["d"]


@pytest.mark.parametrize(
    ("tag", "style", "kept"),
    [
        ("div", "max-width:600px;border-radius:4px;color:red", "color:red"),
        ("table", "max-width:600px", "max-width:600px"),
        ("p", "padding:4px;margin:0 0 4px", "margin:0 0 4px"),
        ("td", "padding:4px", "padding:4px"),
        ("div", "margin:0 auto", ""),
        ("div", "margin:0 -4px", ""),
        ("span", "margin:4px", ""),
        ("div", "width:50%;height:4px", ""),
        ("td", "width:50%;height:4px", "width:50%;height:4px"),
        ("div", "display:inline-block", ""),
        ("div", "display:flex", ""),
        ("div", "display:none", "display:none"),
        ("div", "background:#fff url(https://a.example/b.png) no-repeat", "background-color:#ffffff"),
        ("div", "background:none", ""),
        ("div", "color:rgba(0,0,0,.5)", ""),
        ("div", "color:red!important", ""),
        ("div", "mso-hide:all", "display:none!important"),
        ("div", "mso-line-height-rule:exactly;line-height:4px", "line-height:4px"),
        ("div", "opacity:.5;overflow:hidden;float:left;position:absolute", ""),
    ],
)
def test_words_engine_ignores_much_of_a_style(tag: str, style: str, kept: str) -> None:
    inside = f'<{tag} style="{style}" id="x">a</{tag}>'
    html = f"<table><tr>{inside}</tr></table>" if tag == "td" else inside
    assert styles_of(as_outlook(html), "//*[@id='x']") == [kept]


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("@media (max-width:500px){p{margin:0}}", ""),
        ("p{margin:0;border-radius:4px}", "p{margin:0}"),
        ("a>p,a p{margin:0}", "a p{margin:0}"),
        ("p:hover,.a.b,[c]{margin:0}", ""),
        ("td.a{padding:0}p.a{padding:0}", "td.a{padding:0}"),
        ("p{color:red!important}", "p{color:red!important}"),
    ],
)
def test_style_sheets_are_sifted(css: str, kept: str) -> None:
    assert kept_css(f"<head><style>{css}</style></head><p>a</p>") == kept


def test_a_sheet_for_some_screens_alone_is_dropped() -> None:
    assert kept_css('<head><style media="(max-width:9px)">p{margin:0}</style></head><p>a') == ""
    assert kept_css('<head><style media="screen">p{margin:0}</style></head><p>a') == "p{margin:0}"


BUTTON = (
    '<!--[if mso]><v:roundrect href="https://a.example" style="width:100px;height:40px;v-text-anchor:middle"'
    ' arcsize="20%" strokecolor="#111111" fillcolor="#222222"><w:anchorlock/><center>Klik</center></v:roundrect>'
    "<![endif]--><p>b</p>"
)


def test_a_shape_becomes_a_box_of_its_size_and_colours() -> None:
    seen = as_outlook(BUTTON)
    (box,) = tree(seen).xpath("//a")
    assert box.get("href") == "https://a.example"
    assert box.get("style") == (
        "display:inline-block;box-sizing:border-box;width:100px;height:40px;border:1px solid #111111;"
        "border-radius:8px;background-color:#222222;text-align:center;line-height:40px;text-decoration:none"
    )
    assert box.text_content() == "Klik"
    assert words_of(seen) == ["Klik", "b"]


@pytest.mark.parametrize(
    ("shape", "style"),
    [
        (
            '<v:rect fillcolor="#f00" stroked="f">a</v:rect>',
            "border:0 solid #000000;border-radius:0;background-color:#f00",
        ),
        ("<v:oval filled='f'>a</v:oval>", "border:1px solid #000000;border-radius:50%;background-color:transparent"),
        ("<v:roundrect arcsize='x'>a</v:roundrect>", "border-radius:0"),
    ],
)
def test_shapes_may_leave_out_what_they_like(shape: str, style: str) -> None:
    (found,) = styles_of(as_outlook(f"<!--[if mso]>{shape}<![endif]-->"), "//div[@data-vml]")
    assert style in found


def test_pictures_of_kinds_that_it_does_not_know_are_not_shown() -> None:
    other = '<img src="https://a.example/e.png" style="width:9px">'
    seen = as_outlook(f'<img src="https://a.example/b.webp?c" alt="d">{other}')
    assert [(image.get("src"), image.get("style")) for image in tree(seen).xpath("//img")] == [
        (None, None),
        ("https://a.example/e.png", None),
    ]
