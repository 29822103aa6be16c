"""Fewer bytes: what goes says nothing, and what stays means what it meant."""

from __future__ import annotations

import pytest

from newsletter.render.compact import compact

UNCHANGED = [
    "",
    "text alone",
    '<p style="margin:0 0 16px">a <b>b</b>\n c</p>',
    '<td align="left" style="text-align:center">x</td>',
    '<table align="center"><tr><td style="text-align:center">x</td></tr></table>',
    '<div style="direction:rtl"><div style="direction:ltr"></div></div>',
    '<div style="background:#fff;background:linear-gradient(#fff, #000)"></div>',
    '<div style="background:#fff url(a.png);background-color:#fff"></div>',
    '<div style="background:#000;background-color:#fff"></div>',
    "<div style=\"font-family:'inherit', Arial\"></div>",
    '<div style="padding:10px 20.0px"></div>',
    '<td style="vertical-align:top"></td>',
    '<div style="background-color:#fff"><p style="background-color:#fff"></p></div>',
    '<div style="background-color:#fff"><p><table style="background-color:#fff"></table></p></div>',
    '<div class="mj-outlook-group-fix mj-column-per-100" style="width:50%"></div>',
    '<div class="mj-column-per-100-5 x" style="display:inline-block;width:100%"></div>',
    '<div class="mj-column-px-9" style="display:inline-block;vertical-align:top;width:100%"></div>',
    '<td style="font-size:0"><img><div style="font-size:17px">x</div></td>',
    '<td style="font-size:0;padding:0"><div style="font-size:0;width:9px">x</div></td>',
    '<img border="0" style="display:block">',
    '<table><tbody class="a"><tr><td></td></tr></table>',
    "<title> a  b </title><textarea> <tbody> </textarea>",
    "<!--[if mso]><p>a</p><![endif]--> <!--[if mso]><p>b</p><![endif]-->",
    "<!--[if mso]><p>a</p><![endif]--><!--[if mso | IE]><p>b</p><![endif]-->",
    "<!--[if !mso]><!--><p>a</p><!--<![endif]--><!--[if mso]><p>b</p><![endif]-->",
    "<!--[if mso]><p>a</p><![endif]--><!--[if !mso]><!--><p>b</p><!--<![endif]-->",
    '<!--[if mso]><table border="0"><tbody><tr><td style="font-family:inherit; font-size:0px"><![endif]-->',
]


@pytest.mark.parametrize("html", UNCHANGED)
def test_what_says_something_stays(html: str) -> None:
    assert compact(html) == html


@pytest.mark.parametrize(
    ("html", "shorter"),
    [
        ('<p style="margin: 0px ; padding:0px 1px;">x</p>', '<p style="margin:0;padding:0 1px">x</p>'),
        ('<p style="font-family:inherit;">x</p>', "<p>x</p>"),
        ('<p style="">x</p>', "<p>x</p>"),
        ('<td style="background:#FfF;background-color:#FfF;"></td>', '<td style="background-color:#FfF"></td>'),
        ('<html dir="ltr"><p style="direction:ltr"></p></html>', '<html dir="ltr"><p></p></html>'),
        ('<td align="left"><div style="text-align:left">x</div></td>', '<td align="left"><div>x</div></td>'),
        (
            '<div style="word-break:break-word"><p><b style="word-break:break-word">x</b></p></div>',
            '<div style="word-break:break-word"><p><b>x</b></p></div>',
        ),
        (
            '<div style="text-align:left"><br><img><p style="text-align:left"></p></div>',
            '<div style="text-align:left"><br><img><p></p></div>',
        ),
        (
            '<div style="text-align:left"><p style="text-align:center"></p><p style="text-align:left"></p></div>',
            '<div style="text-align:left"><p style="text-align:center"></p><p></p></div>',
        ),
        (
            '<table border="0" role="presentation"><tbody><tr><td></td></tr></tbody></table>',
            '<table role="presentation"><tr><td></td></tr></table>',
        ),
        (
            "<table><thead></thead><tbody><tr><td></td></tr></tbody></table>",
            "<table><thead></thead><tbody><tr><td></td></tr></table>",
        ),
        ('<table style="vertical-align:top;"></table>', "<table></table>"),
        (
            '<div style="color:#fff"><table align="center" style="background-color:#fff;width:100%"></table></div>',
            '<div style="color:#fff"><table style="background-color:#fff;width:100%"></table></div>',
        ),
        (
            '<div style="background-color:#fff"><table style="background-color:#fff;color:#000"></table></div>',
            '<div style="background-color:#fff"><table style="color:#000"></table></div>',
        ),
        (
            '<div class="mj-outlook-group-fix mj-column-per-100" style="width:100%"></div>',
            '<div style="width:100%"></div>',
        ),
        (
            '<div class="mj-column-per-100" style="display:inline-block;vertical-align:top;width:100%"></div>',
            '<div style="width:100%"></div>',
        ),
        (
            '<td style="font-size:0px;padding:0"><div style="font-size:17px">x</div></td>',
            '<td style="padding:0"><div style="font-size:17px">x</div></td>',
        ),
        (
            '<div class="mj-outlook-group-fix mj-column-px-536 box" style="width:100%"></div>',
            '<div class="mj-column-px-536 box" style="width:100%"></div>',
        ),
        (
            "<!--[if mso]><p>a<![endif]--><!--[if mso]>b<![endif]--><!--[if mso]></p><![endif]-->",
            "<!--[if mso]><p>ab</p><![endif]-->",
        ),
        (
            "<style> /* x */ a , b > i { color : red ; top: 0 !important ; } @media (x: 9px){ b:hover {} }</style>",
            "<style>a,b>i{color : red;top:0!important}@media (x:9px){b:hover{}}</style>",
        ),
        (
            "<style>a  b { content: \";}  /* x */ !important\"; font: 9px 'A  B' }</style>",
            "<style>a b{content:\";}  /* x */ !important\";font:9px 'A  B'}</style>",
        ),
    ],
)
def test_what_says_nothing_goes(html: str, shorter: str) -> None:
    assert compact(html) == shorter
    assert compact(shorter) == shorter


def test_what_a_rule_may_change_is_not_left_to_inheritance() -> None:
    html = '<style>.a{text-align:center}</style><div style="text-align:left"><p style="text-align:left"></p></div>'
    assert compact(html) == html
