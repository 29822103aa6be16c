"""The colours of code can be read, whatever a newsletter chose to put behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.config.contrast import LEAST, contrast
from newsletter.config.settings import DARK, LIGHT, Look
from newsletter.issue.highlight import GROUPS
from newsletter.render.code_colours import code_colours
from tests.render.issues import SETTINGS, issue_of, mail_of, page_of

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize("theme", [Look(), SETTINGS.theme])
def test_each_group_has_a_colour_that_can_be_read_in_both_schemes(theme: Look) -> None:
    colours = code_colours(theme)
    for palette, inks in ((theme.light, colours.light), (theme.dark, colours.dark)):
        assert set(inks) == set(GROUPS.values())
        assert len({*inks.values(), palette.text}) == len(inks) + 1
        for ink, ground in product(inks.values(), (palette.background, palette.card, palette.tint)):
            assert contrast(ink, ground) >= LEAST


@given(COLOURS)
def test_another_tint_moves_the_colours_until_they_can_be_read(tint: str) -> None:
    palette = replace(LIGHT, tint=tint)
    for ink in code_colours(Look(light=palette)).light.values():
        readable = min(contrast(ink, ground) for ground in (palette.background, palette.card, tint)) >= LEAST
        assert readable or ink == palette.text


def test_where_no_shade_can_be_read_the_text_s_own_colour_serves() -> None:
    palette = replace(DARK, tint="#ffffff")
    assert set(code_colours(Look(dark=palette)).dark.values()) == {palette.text}


def test_a_mail_carries_the_colours_in_its_tags_and_for_every_way_to_ask_for_the_dark() -> None:
    issue = issue_of('```python\nx = "a"\n```')
    html, colours = mail_of(issue).html, code_colours(SETTINGS.theme)
    assert f'<span class="s" style="color:{colours.light["s"]}">"a"</span>' in html
    for way in ("", "[data-ogsc] ", ".moz-text-html "):
        assert re.search(rf"[}}{{>]{re.escape(way)}\.prose \.s{{color:{colours.dark['s']}!important}}", html)
    assert '<span class="s">"a"</span>' in page_of(issue)
