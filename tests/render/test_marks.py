"""A preview finds the blocks of a mail by marks, and without the marks it is the mail that is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from newsletter.render import fill, personal_values, render_email
from tests.render.goldens import NAMES, issue_named
from tests.render.issues import ANNA, SETTINGS, SITE, THEME, issue_of, mail_of, pictures_of

if TYPE_CHECKING:
    from newsletter.model import Block, Issue

MARK = re.compile(r"<!--at:\d+-->")


def mark(block: Block | None) -> str:
    return f"<!--at:{block.position.line if block else 0}-->"


def marked(issue: Issue) -> str:
    email = render_email(issue, THEME, SETTINGS, pictures_of(issue), mark)
    return fill(email.html, personal_values(email, ANNA, SITE))


@pytest.mark.parametrize("name", NAMES)
def test_without_its_marks_a_marked_mail_is_the_mail(name: str) -> None:
    issue = issue_named(name)
    assert MARK.sub("", marked(issue)) == mail_of(issue).html


@pytest.mark.parametrize("name", NAMES)
def test_marks_stand_side_by_side_in_the_order_of_the_blocks(name: str) -> None:
    issue = issue_named(name)
    tree = lxml_html.document_fromstring(marked(issue))
    marks = tree.xpath("//comment()[starts-with(., 'at:')]")
    shown = [block.position.line for block in issue.blocks if block.attributes.get("on", "email") == "email"]
    assert [int(found.text.removeprefix("at:")) for found in marks] == [*shown, 0]
    assert len({found.getparent() for found in marks}) == 1


def test_a_block_that_a_reader_does_not_get_has_no_mark() -> None:
    body = "Hier.\n\n::: note {if=\"subscriber.language == 'en'\"} English\nOnly.\n:::\n\nDaar.\n"
    assert MARK.findall(marked(issue_of(body))) == ["<!--at:6-->", "<!--at:12-->", "<!--at:0-->"]
