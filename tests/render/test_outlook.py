"""What Outlook's engine gets: comments as MJML made them, widths that add up, buttons and backgrounds as shapes."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from typing import TYPE_CHECKING

import pytest

from newsletter.issue import read_issue, slug_of
from newsletter.render.compact import compact
from newsletter.render.inline import inline_document
from newsletter.render.mjml import VOID, compile_mjml
from tests.render.issues import ROOT, SETTINGS, THEME, house, mail_of, theme_with
from tests.render.outlook import as_outlook_reads, conditional_comments, too_wide
from tests.render.payloads import tree

if TYPE_CHECKING:
    from pathlib import Path

ISSUES = {slug_of(path): path for path in sorted((ROOT / "issues").glob("*.md"))}
DOCUMENTS = [*ISSUES, *THEME.kinds, "with everything"]


def mail_named(name: str) -> str:
    if name in ISSUES:
        return mail_of(read_issue(ISSUES[name], f"issues/{ISSUES[name].name}", house(THEME))).html
    examples = {kind: one.example for kind, one in THEME.kinds.items()}
    return mail_of(examples.get(name, "\n\n".join(examples.values()))).html


def document_of(body: str) -> str:
    return f'<mjml><mj-body width="600px">{body}</mj-body></mjml>'


# Comments


def test_inlining_changes_no_comment(tmp_path: Path) -> None:
    plain = theme_with(tmp_path, {"email/content.css.j2": ""})
    for path in ISSUES.values():
        issue = read_issue(path, path.name, house(THEME))
        after = conditional_comments(mail_of(issue).html)
        assert len(after) > 50
        assert after == conditional_comments(mail_of(issue, theme=plain).html)


def test_comments_that_follow_each_other_become_one_and_lose_nothing() -> None:
    columns = '<mj-column><mj-text><p class="x">a</p></mj-text></mj-column>' * 3
    html = compile_mjml(document_of(f"<mj-section>{columns}</mj-section>" * 2))
    joint = "<![endif]--><!--[if mso | IE]>"
    assert html.count(joint) == 9

    after = compact(inline_document(html, ".x { color: red; }"))

    assert joint not in after
    assert conditional_comments(after) == conditional_comments(html.replace(joint, ""))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_outlook_reads_is_whole(name: str) -> None:
    body = as_outlook_reads(mail_named(name)).partition("</head>")[2]
    assert "<!--" not in body
    open_names = ["html"]
    for slash, tag in re.findall(r"<(/?)([a-z][^\s/>]*)(?:[^>]*[^>/])?>", body):
        if slash:
            assert open_names.pop() == tag
        elif tag not in VOID:
            open_names.append(tag)
    assert open_names == []


def test_outlook_is_told_to_draw_at_96_pixels_an_inch_in_a_font_it_has() -> None:
    head = as_outlook_reads(mail_named("text")).partition("</head>")[0]
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in head
    assert "<o:AllowPNG/>" in head
    assert "font-family: Arial, Helvetica, sans-serif !important" in head


# Widths


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_is_wider_than_what_it_stands_in(name: str) -> None:
    assert too_wide(mail_named(name)) == []


def test_too_wide_a_picture_a_row_and_a_shape_are_noticed() -> None:
    # MJML's engine counts a column's share of 600 px, whatever the section's padding leaves of them.
    column = '<mj-column><mj-image padding="0 10px" src="https://a.example/a.png" alt="" /></mj-column>'
    html = compile_mjml(document_of(f'<mj-section padding="0 30px">{column * 3}</mj-section>'))
    assert "cells of 600 px in 540 px" in too_wide(html)

    html = compile_mjml(
        document_of('<mj-section><mj-column width="90px"><mj-text>HERE</mj-text></mj-column></mj-section>')
    )
    assert too_wide(html) == []
    for shape in ('<img width="91">', '<v:rect style="width:91px"></v:rect>', '<table width="91"></table>'):
        assert len(too_wide(html.replace("HERE", shape))) == 1


# Buttons

BUTTONS = """\
::: button {url="https://a.example/?a=1&b=2"} Kijk & "luister" -->
:::

::: sponsor {by="B" url="https://b.example" cta="Wwwwwwwwwwww"} T
Tekst
:::
"""


def test_a_button_is_a_shape_for_outlook_and_a_link_for_others() -> None:
    html = mail_of(BUTTONS).html
    outlook = tree(as_outlook_reads(html))

    # The shapes' names have a colon, which XPath takes for a namespace.
    shapes = [element for element in outlook.iter() if element.tag == "v:roundrect"]
    links = tree(html).xpath('//td[@class="fill" or @class="line"]//a')

    assert outlook.getroottree().getroot().get("xmlns:v") == "urn:schemas-microsoft-com:vml"
    assert outlook.xpath('//td[@class="fill" or @class="line"]//a') == []
    assert [link.text_content() for link in links] == ["Kijk & “luister” -->", "Wwwwwwwwwwww"]
    assert [shape.text_content() for shape in shapes] == [link.text_content() for link in links]
    assert [shape.get("href") for shape in shapes] == [link.get("href") for link in links]
    assert [shape.get("fillcolor") for shape in shapes] == ["#5b2be0", "#ffffff"]
    assert [shape.get("strokecolor") for shape in shapes] == ["#5b2be0", "#5b2be0"]
    assert [shape.get("style") for shape in shapes] == [
        "width:187px;height:48px;v-text-anchor:middle",
        "width:201px;height:44px;v-text-anchor:middle",
    ]


def test_a_shape_is_never_wider_than_the_box_around_it() -> None:
    label = "w" * 60
    html = mail_of(f'::: sponsor {{by="B" url="https://b.example" cta="{label}"}} T\nTekst\n:::\n').html
    assert "width:476px;height:44px" in html
    assert too_wide(html) == []


@pytest.mark.parametrize(("radius_px", "arcs"), [(0, ["0%", "0%"]), (8, ["16%", "18%"]), (32, ["50%", "50%"])])
def test_corners_are_as_round_for_outlook(radius_px: int, arcs: list[str]) -> None:
    settings = replace(SETTINGS, theme=replace(SETTINGS.theme, radius_px=radius_px))
    assert re.findall(r'arcsize="([^"]*)"', mail_of(BUTTONS, settings=settings).html) == arcs


# Backgrounds


def test_a_background_of_a_template_is_a_shape_for_outlook(tmp_path: Path) -> None:
    template = (
        '<mj-section background-url="{{ block.src }}" background-color="#102030" background-size="cover" '
        'padding="40px 0"><mj-column><mj-text>{{ block.alt }}</mj-text></mj-column></mj-section>'
    )
    theme = theme_with(tmp_path, {"email/blocks/image/email.mjml.j2": template})
    address = "https://a.example/a.png?a=1&b=2"
    html = mail_of(f'::: image {{src="{address}" alt="Drie vellen"}}\n:::\n', theme=theme).html

    (fill,) = re.findall(r"<v:fill [^>]*>", html)
    assert f' src="{escape(address)}" color="#102030" ' in fill
    outlook = as_outlook_reads(html)
    assert outlook.count("<v:rect ") == outlook.count("</v:rect>") == 1
    assert outlook.count("<v:textbox ") == outlook.count("</v:textbox>") == 1
    assert too_wide(html) == []
    styles = [unescape(style) for style in re.findall(r'style="(background:[^"]*)"', html)]
    assert [address in style for style in styles] == [True, True]
