"""What a mail becomes where a program darkens it by force."""

from __future__ import annotations

import pytest

from newsletter.checks.clients import inverted
from newsletter.checks.clients.colours import Colour, darkened, first_colour, is_light, read_colour, recoloured
from tests.checks.clients.seen import css_of, styles_of, tree

DARK, LIGHT = "#333333", "#ffffff"


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#abc", Colour(170, 187, 204)),
        ("#AABBCC80", Colour(170, 187, 204, 128 / 255)),
        ("rgb(1, 2, 3)", Colour(1, 2, 3)),
        ("rgb(1 2 3 / 50%)", Colour(1, 2, 3, 0.5)),
        ("rgba(300,-2,3,.5)", Colour(255, 0, 3, 0.5)),
        ("rgb(100%, 0%, 50%)", Colour(255, 0, 128)),
        ("hsl(120deg, 100%, 25%)", Colour(0, 128, 0)),
        ("rebeccapurple", Colour(102, 51, 153)),
        ("transparent", Colour(0, 0, 0, 0)),
        ("inherit", None),
        ("#abcde", None),
        ("#xyz", None),
        ("rgb(1,2)", None),
        ("rgb(a)", None),
        ("rgb(1.2.3, 1, 1)", None),
    ],
)
def test_colours_are_read_as_css_writes_them(text: str, colour: Colour | None) -> None:
    assert read_colour(text) == colour


def test_colours_are_found_among_other_things() -> None:
    assert first_colour("url(red.png) no-repeat center / cover white") == Colour(255, 255, 255)
    assert first_colour('"red" none') is None
    value = "1px solid {}, url(#fff) red-ish transparent"
    assert recoloured(value.format("#fff"), darkened) == value.format(DARK)


def test_lightness_is_turned_around_and_hue_stays() -> None:
    assert str(darkened(Colour(255, 255, 255))) == DARK
    assert str(darkened(Colour(0, 0, 0))) == LIGHT
    violet = darkened(Colour(91, 43, 224))
    assert violet.blue > violet.red > violet.green
    assert is_light(violet)
    assert darkened(Colour(0, 0, 0, 0.5)).alpha == 0.5


MAIL = """<html><head><style>.a{color:#000000;background:#ffffff;margin:0}
@media (prefers-color-scheme:dark){.a{color:#00ff00}}@media (max-width:9px){.a{color:#000000}}
[data-ogsc] .a{color:#123456!important}</style><style media="(prefers-color-scheme:dark)">.b{color:red}</style></head>
<body bgcolor="#ffffff"><p style="color:#000000;background-color:#ffffff">a</p>
<p style="color:#ffffff;background:#000000">b</p><font color="black">c</font></body></html>"""


def test_outlook_turns_every_colour_around_and_notes_the_old_ones() -> None:
    seen = inverted(MAIL, "outlook")
    assert styles_of(seen, "//p") == [f"color:{LIGHT};background-color:{DARK}", f"color:{DARK};background:{LIGHT}"]
    assert [(p.get("data-ogsc"), p.get("data-ogsb")) for p in tree(seen).xpath("//p")] == [
        ("#000000", "#ffffff"),
        ("#ffffff", "#000000"),
    ]
    assert [element.get("color") for element in tree(seen).xpath("//font")] == [LIGHT]
    assert tree(seen).xpath("//body/@bgcolor") == [DARK]


def test_outlook_keeps_what_a_mail_says_for_its_attributes() -> None:
    css = css_of(inverted(MAIL, "outlook"))
    assert f".a{{color:{LIGHT};background:{DARK};margin:0}}" in css
    assert f"@media (max-width:9px){{.a{{color:{LIGHT}}}}}" in css
    assert "[data-ogsc] .a{color:#123456!important}" in css
    assert "prefers-color-scheme" not in css
    assert "red" not in css


def test_gmail_changes_light_backgrounds_and_dark_words_alone() -> None:
    seen = inverted(MAIL, "gmail")
    assert styles_of(seen, "//p") == [f"color:{LIGHT};background-color:{DARK}", "color:#ffffff;background:#000000"]
    assert tree(seen).xpath("//p/@data-ogsc") == []
    assert "data-ogsc" not in css_of(seen)


@pytest.mark.parametrize("program", ["gmail", "outlook"])
def test_what_has_no_colours_stands_on_the_programs_own(program: str) -> None:
    css = css_of(inverted("<p>a</p>", program))  # type: ignore[arg-type]
    assert css.startswith(f"html{{background:{DARK};color:{LIGHT}}}a{{color:#")
