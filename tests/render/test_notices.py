"""Mails that are no issues: what the newsletter writes of itself, and the first one to a new reader."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from newsletter.config import Discussion
from newsletter.config.settings import LANGUAGES
from newsletter.errors import IssueError, TemplateError
from newsletter.issue import read_issue
from newsletter.model import Form, Picture, Pictures, PictureUse
from newsletter.render import open_theme, render_email
from newsletter.render.notices import FORMS, read_notice
from newsletter.render.personal import fill
from newsletter.render.view import issue_view
from tests.golden_files import GOLDEN, hold
from tests.render.issues import SETTINGS, SITE, THEME, house, issue_of

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.issue import House
    from newsletter.model import Email

HOUSE: House = house(THEME)
VALUES = {
    "confirm_url": f"{SITE}/c/confirm-token",
    "access_url": f"{SITE}/me/access-token",
    "newsletter_name": "AI & <Report>",
    "hours": "72",
}


def notice(name: str, language: str) -> Email:
    return render_email(read_notice(name, language, THEME, HOUSE), THEME, SETTINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMS)
def test_the_mails_are_those_that_somebody_looked_at(name: str, language: str, *, update_golden: bool) -> None:
    email = notice(name, language)
    html, text = fill(email.html, VALUES), fill(email.text, VALUES)
    hold(GOLDEN / "own" / f"{name}.{language}.html", html, update=update_golden)
    subject = f"{fill(email.subject, VALUES)}\n{fill(email.preheader, VALUES)}\n\n"
    hold(GOLDEN / "own" / f"{name}.{language}.txt", subject + text, update=update_golden)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMS)
def test_they_lead_to_one_page_and_ask_nothing_else(name: str, language: str) -> None:
    """No link to leave what nobody has joined yet, none to a page that is not there, and nothing that sells."""
    html = fill(notice(name, language).html, VALUES)
    links = set(re.findall(r'href="([^"]+)"', html))
    assert links == {SITE, VALUES[f"{name}_url"]}
    assert "AI &amp; &lt;Report&gt;" in html
    for _, footer in SETTINGS.theme.footer:
        assert footer not in html


@pytest.mark.parametrize("expression", ["subscriber.first_name", "unsubscribe_url", "web_url", "access_url"])
def test_what_somebody_typed_into_a_form_cannot_stand_in_them(tmp_path: Path, expression: str) -> None:
    own = tmp_path / "templates" / "mails" / "confirm.nl.md"
    own.parent.mkdir(parents=True)
    own.write_text(f"---\nsubject: Hoi\n---\nDag {{{{ {expression} }}}}\n", "utf-8")
    theme = open_theme(tmp_path)
    issue = read_notice("confirm", "nl", theme, HOUSE)
    with pytest.raises(IssueError, match=r"^templates/mails/confirm\.nl\.md:4:5: "):
        render_email(issue, theme, SETTINGS)


def test_a_text_for_a_language_that_has_none_is_told() -> None:
    with pytest.raises(TemplateError, match=r"^templates/mails/confirm\.fy\.md: no such file$"):
        read_notice("confirm", "fy", THEME, HOUSE)


def test_a_welcome_leads_to_no_page_of_its_own_and_can_be_left(tmp_path: Path) -> None:
    path = tmp_path / "welcome.md"
    path.write_text("---\nsubject: Welkom\n---\n::: share Deel dit\n:::\n", "utf-8")
    issue = read_issue(path, "issues/welcome.md", HOUSE)
    email = render_email(issue, THEME, SETTINGS)
    values = {"unsubscribe_url": f"{SITE}/u/token", "preferences_url": f"{SITE}/preferences/token"}
    html, text = fill(email.html, values), fill(email.text, values)
    for whole in (html, text):
        assert "/p/welcome" not in whole
        assert values["unsubscribe_url"] in whole
    assert issue_view(issue, SETTINGS, [], str).share_url.endswith("aireport.email")


@pytest.mark.parametrize(("on_web", "leads_to"), [(True, f"{SITE}/p/proef/#discussion"), (False, "")])
def test_what_has_no_page_is_not_discussed_below_it(leads_to: str, *, on_web: bool) -> None:
    settings = replace(SETTINGS, discussion=Discussion("isso", server="http://127.0.0.1:8200"))
    issue = replace(issue_of("x"), form=Form(on_web=on_web))

    assert issue_view(issue, settings, [], str).discussion_url == leads_to


def test_pictures_of_a_mail_that_is_not_on_the_web_travel_in_it() -> None:
    assert SETTINGS.pictures.in_mail == "linked"
    issue = replace(issue_of("![Een wafer](wafer.png)\n"), form=Form(on_web=False))
    picture = Picture("wafer.0123abcd.png", 600, 400, "image/png", b"wafer")
    shown = Pictures(((PictureUse("wafer.png", 536), picture),))
    email = render_email(issue, THEME, SETTINGS, shown)
    assert [part.picture for part in email.embedded] == [picture]
    assert render_email(replace(issue, form=Form()), THEME, SETTINGS, shown).embedded == ()
