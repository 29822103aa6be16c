"""Blocks that some readers get and others do not."""

from __future__ import annotations

import re

import pytest

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.model import Conditional
from newsletter.render import dry_run, render_email
from tests.render.issues import ANNA, FRONT, NOBODY, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, reader

AROUND = "Vooraf\n\n::: divider\n:::\n\n{}Achteraf\n"
TIP = "::: tip {{#tip{}}} Een tip\nMet een [link](https://a.example).\n:::\n\n"


def tip(condition: str = "") -> str:
    return AROUND.format(TIP.format(f' if="{condition}"' if condition else ""))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("subscriber.first_name", True),
        ("not subscriber.first_name", False),
        ("subscriber.first_name == 'Anna'", True),
        ("subscriber.first_name == 'Bram'", False),
        ("subscriber.first_name in 'Anna Bram'", True),
        ("subscriber.language == 'nl' and subscriber.first_name != 'Bram'", True),
        ("subscriber.language == 'en' or subscriber.first_name | upper == 'ANNA'", True),
        ("subscriber.last_name", False),
        ("subscriber.last_name == 'Jansen'", False),
        ("subscriber.last_name > 'A'", False),
        ("subscriber.last_name | default('Jansen') == 'Jansen'", True),
        ("subscriber.last_name is defined", False),
        ("subscriber.address is defined", True),
        ("issue.slug == 'proef'", True),
        ("true", True),
    ],
)
def test_a_block_is_for_the_readers_for_whom_its_condition_holds(condition: str, *, holds: bool) -> None:
    mail = mail_of(tip(condition), ANNA)
    for part in (mail.html, mail.text):
        assert ("Een tip" in part, "https://a.example" in part) == (holds, holds)
        assert part.index("Vooraf") < part.index("Achteraf")


def test_without_the_block_the_mail_is_that_of_an_issue_without_it() -> None:
    """But for the head, which has the widths of its columns."""
    left_out, never_there = (mail_of(body, NOBODY) for body in (tip("subscriber.first_name"), AROUND.format("")))
    bodies = [html.partition("<body")[2] for html in (left_out.html, never_there.html)]
    assert bodies[0] == bodies[1]
    assert left_out.text == never_there.text


def test_with_the_block_the_mail_is_that_of_an_issue_with_it() -> None:
    with_it, always = mail_of(tip("subscriber.first_name"), ANNA), mail_of(tip(), ANNA)
    assert (with_it.html, with_it.text) == (always.html, always.text)


def test_a_field_within_a_block_is_only_worked_out_for_those_who_get_it() -> None:
    body = '::: note {if="subscriber.first_name"}\nDag {{ subscriber.first_name }}\n:::\n'
    assert "Dag Anna" in mail_of(body, ANNA).text
    assert "Dag" not in mail_of(body, NOBODY).text


def test_a_page_shows_what_is_for_everybody() -> None:
    assert "Een tip" in page_of(tip("subscriber.language == 'nl'"))
    assert "Een tip" in page_of(tip("not subscriber.first_name"))
    assert "Een tip" not in page_of(tip("subscriber.first_name"))
    assert "Een tip" not in page_of(tip("subscriber.language == 'en'"))


def test_a_condition_is_checked_at_its_place_along_with_the_fields() -> None:
    body = '::: note {if="subscriber.firstname"}\nDag {{ subscriber.nam }}\n:::\n'
    with pytest.raises(IssueError) as caught:
        render_email(issue_of(body), THEME, SETTINGS)
    assert [(finding.position.line, finding.position.column) for finding in caught.value.findings] == [(6, 15), (7, 5)]
    assert 'if="subscriber.firstname": subscriber has no "firstname" (did you mean "first_name"?)' in str(caught.value)


def test_a_comparison_of_text_with_a_number_is_told_at_its_place() -> None:
    with pytest.raises(PersonalFieldError, match=r'^issues/proef\.md:11:\d+: if="subscriber.first_name > 3" cannot be'):
        mail_of(tip("subscriber.first_name > 3"), ANNA)


def test_a_condition_is_a_segment_of_its_own() -> None:
    email = render_email(issue_of(tip("subscriber.first_name")), THEME, SETTINGS)
    for part in (email.html, email.text):
        (conditional,) = (segment for segment in part if isinstance(segment, Conditional))
        assert conditional.condition.expression == "subscriber.first_name"
        assert "Een tip" in "".join(str(segment) for segment in conditional.segments)


def test_the_tags_of_a_conditional_block_are_whole() -> None:
    email = render_email(issue_of(tip("subscriber.first_name")), THEME, SETTINGS)
    (conditional,) = (segment for segment in email.html if isinstance(segment, Conditional))
    html = "".join(str(segment) for segment in conditional.segments)
    for tag in ("table", "td", "tr", "div"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>") > 0
    assert html.count("<!--[if") == html.count("<![endif]-->") > 0


def test_a_dry_run_names_each_reader_who_cannot_have_the_mail() -> None:
    body = (
        "Dag {{ subscriber.first_name }}\n\n"
        '::: note {if="subscriber.last_name"}\n[Jij]({{ subscriber.last_name }})\n:::\n'
    )
    email = render_email(issue_of(body, FRONT.replace("Een proef", "Een {{ subscriber.first_name }}")), THEME, SETTINGS)
    fine = reader(first_name="Anna", last_name="https://a.example")
    bad_link = reader(first_name="Bram", last_name="javascript:alert(1)")

    found = list(dry_run(email, [fine, NOBODY, ANNA, bad_link], SITE))

    assert [recipient for recipient, _ in found] == [NOBODY, bad_link]
    assert "has no value for this reader" in found[0][1]
    assert "not a web address" in found[1][1]
