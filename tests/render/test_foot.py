"""The foot of mails and pages: the newsletter's own words, links to elsewhere, and what the law asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import html

from newsletter.config.social import SocialLink
from newsletter.render import fill, personal_values, render_email, render_page
from tests.render.issues import ANNA, FRONT, SETTINGS, SITE, THEME, issue_of

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.model import Issue

SOCIAL = (
    SocialLink("LinkedIn", "https://www.linkedin.com/company/example?a=1&b=2"),
    SocialLink("Onze <b>groep</b>", "https://groep.example/"),
)
FOOTED = replace(
    SETTINGS,
    newsletter=replace(SETTINGS.newsletter, postal_address="Straat 1, 1234 AB Stad"),
    theme=replace(SETTINGS.theme, footer=(("nl", "Tot & met <morgen>."), ("en", "Until tomorrow.")), social=SOCIAL),
)
BARE = replace(SETTINGS, theme=replace(SETTINGS.theme, footer=()))
ENGLISH = FRONT.replace("date:", "language: en\ndate:")


def mail(issue: Issue, settings: Settings) -> tuple[str, str]:
    """The words at the foot of a mail, in its HTML and in its plain text."""
    email = render_email(issue, THEME, settings)
    values = personal_values(email, ANNA, SITE)
    page = html.document_fromstring(fill(email.html, values))
    around = page.cssselect(".around")[-1]
    return " ".join(around.text_content().split()), fill(email.text, values).rpartition("-" * 72)[2]


def test_a_mail_ends_in_the_words_the_links_and_the_postal_address() -> None:
    words, text = mail(issue_of("Hoi."), FOOTED)
    assert words.startswith("Tot & met <morgen>.LinkedIn · Onze <b>groep</b>Je krijgt deze mail omdat")
    assert words.endswith("Straat 1, 1234 AB Stad")
    assert text.startswith(
        "\n\nTot & met <morgen>.\n\n"
        "LinkedIn: https://www.linkedin.com/company/example?a=1&b=2\n"
        "Onze <b>groep</b>: https://groep.example/\n\n"
        "Je krijgt deze mail omdat"
    )
    assert text.endswith("\n\nStraat 1, 1234 AB Stad\n")


def test_the_links_of_a_mail_lead_where_they_say() -> None:
    email = render_email(issue_of("Hoi."), THEME, FOOTED)
    page = html.document_fromstring(fill(email.html, personal_values(email, ANNA, SITE)))
    links = {link.text_content(): link.get("href") for link in page.cssselect(".around a")}
    assert {link.name: link.url for link in SOCIAL}.items() <= links.items()
    assert page.cssselect(".around b") == []


def test_an_english_mail_has_the_english_words() -> None:
    words, text = mail(issue_of("Hi.", ENGLISH), FOOTED)
    assert words.startswith("Until tomorrow.")
    assert text.startswith("\n\nUntil tomorrow.\n")


def test_without_words_and_links_the_foot_begins_with_why() -> None:
    words, text = mail(issue_of("Hoi."), BARE)
    assert words.startswith("Je krijgt deze mail omdat")
    assert text.startswith("\n\nJe krijgt deze mail omdat")


@pytest.mark.parametrize(("language", "words"), [("nl", "Tot & met <morgen>."), ("en", "Until tomorrow.")])
def test_a_page_has_the_same_foot(language: str, words: str) -> None:
    context = {"issues": [], "root": "", "canonical": SITE}
    page = html.document_fromstring(render_page(THEME, FOOTED, "web/index.html.j2", language, context))
    foot = page.cssselect("footer p")
    assert [paragraph.text_content() for paragraph in foot[1:3]] == [words, "LinkedIn · Onze <b>groep</b>"]
    assert "Straat 1, 1234 AB Stad" in foot[3].text_content()
    assert [(link.text, link.get("href")) for link in foot[2].cssselect("a")] == [(x.name, x.url) for x in SOCIAL]


def test_a_page_without_them_has_no_empty_lines() -> None:
    context = {"issues": [], "root": "", "canonical": SITE}
    page = html.document_fromstring(render_page(THEME, BARE, "web/index.html.j2", "nl", context))
    assert len(page.cssselect("footer p")) == 2
