"""The kinds of blocks that do more than show words: events, the contents, discussions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from tests.render.issues import FRONT, ROOT, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, theme_with

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.html import HtmlElement

    from newsletter.model import Issue

ENGLISH = FRONT.replace("date:", "language: en\ndate:")
EVENT = '::: event {{#avond start="2026-12-08 20:00"{more}}} Een avond\n:::\n'
LISTED = """\
::: toc
:::

## Eerst & dan

Tekst.

## Eerst & dan

> ## Geciteerd

::: tip {#een-tip} Een tip voor {{ subscriber.first_name | default("jou") }}
x
:::

::: tool {url="https://a.example"} Een <b>ding</b>
x
:::

::: episode {url="https://a.example"} Aflevering
:::

::: event {start="2026-12-08 20:00"} Een avond
:::

::: note Geen deel
x
:::

::: tip {#stil on="web"} Alleen op het web
x
:::
"""
TITLES = ["Eerst & dan", "Eerst & dan", "Een tip voor Anna", "Een <b>ding</b>", "Aflevering", "Een avond"]


def tree(document: str) -> HtmlElement:
    return html.document_fromstring(document)


def event(more: str = "", front: str = FRONT) -> Issue:
    return issue_of(EVENT.format(more=more), front)


@pytest.mark.parametrize(
    ("more", "front", "label", "when", "where"),
    [
        ("", FRONT, "Evenement", "dinsdag 8 december 2026, 20:00 uur", "Online · Midden-Europese tijd"),
        (
            ' type="webinar" end="2026-12-08 21:30"',
            ENGLISH,
            "Webinar",
            "Tuesday, 8 December 2026, 8:00–9:30 pm",
            "Online · Central European Time",
        ),
        (
            ' type="webinar" place="Zoom & zo"',
            FRONT,
            "Webinar",
            "dinsdag 8 december 2026, 20:00 uur",
            "Zoom & zo · Midden-Europese tijd",
        ),
        (
            ' type="lecture" place="De <i>Balie</i>, Amsterdam"',
            FRONT,
            "Lezing",
            "dinsdag 8 december 2026, 20:00 uur",
            "De <i>Balie</i>, Amsterdam",
        ),
        (' type="meetup" place="Utrecht"', ENGLISH, "Meetup", "Tuesday, 8 December 2026, 8:00 pm", "Utrecht"),
    ],
)
def test_an_event_says_what_it_is_when_and_where(more: str, front: str, label: str, when: str, where: str) -> None:
    mail, page = mail_of(event(more, front)), page_of(event(more, front))
    for document in (mail.html, page):
        (eyebrow,) = tree(document).cssselect(".eyebrow")
        paragraph = eyebrow.xpath("following-sibling::p[1]")[0]
        assert eyebrow.text_content() == label
        assert [text.strip() for text in paragraph.itertext()] == [when, where]
    title = f"{label}: Een avond"
    assert f"{title}\n{'-' * len(title)}\n{when}\n{where.replace(' · ', ' - ')}\n" in mail.text


def test_an_event_leads_to_its_file_for_calendars() -> None:
    mail, page = mail_of(event()), page_of(event())
    assert f"\nZet het in je agenda: {SITE}/p/proef/avond.ics\n" in mail.text
    assert tree(mail.html).xpath('//a[.="Zet het in je agenda"]/@href') == [f"{SITE}/p/proef/avond.ics"]
    assert tree(page).xpath('//a[.="Zet het in je agenda"]/@href') == ["avond.ics"]
    assert tree(page).xpath("//time[@datetime='2026-12-08T20:00:00+01:00']")


@pytest.mark.parametrize(
    ("more", "words"),
    [(' url="https://a.example/?a=1&b=2"', "Meld je aan"), (' url="https://a.example/?a=1&b=2" cta="Kom!"', "Kom!")],
)
def test_people_sign_up_for_an_event_where_there_is_an_address(more: str, words: str) -> None:
    mail, page = mail_of(event(more)), page_of(event(more))
    assert f"\n{words}: https://a.example/?a=1&b=2\n" in mail.text
    for document in (mail.html, page):
        assert tree(document).xpath(f'//a[.="{words}"]/@href') == ["https://a.example/?a=1&b=2"]


def test_nobody_signs_up_where_there_is_none() -> None:
    assert "Meld je aan" not in mail_of(event()).html + mail_of(event()).text + page_of(event())


@pytest.mark.parametrize("what", ["mail", "page"])
def test_the_contents_lead_to_every_title_that_is_shown(what: str) -> None:
    issue = issue_of(LISTED)
    page = tree(mail_of(issue).html if what == "mail" else page_of(issue))
    links = page.xpath('//ol/li/a[starts-with(@href, "#")]')
    on_page = [title.replace("Anna", "jou") for title in TITLES] + ["Alleen op het web"]
    assert [link.text_content() for link in links] == (TITLES if what == "mail" else on_page)
    names = [link.get("href").removeprefix("#") for link in links]
    assert len(set(names)) == len(names)
    for name, link in zip(names, links, strict=True):
        (target,) = page.xpath("//*[@id=$name or @name=$name]", name=name)
        nearby = target if what == "page" else target.getparent()
        assert link.text_content() in nearby.text_content()


def test_the_contents_are_numbered_in_plain_text() -> None:
    text = mail_of(LISTED).text
    lines = "".join(f"{number}. {title}\n" for number, title in enumerate(TITLES, start=1))
    assert f"In deze editie\n--------------\n\n{lines}" in text


def test_contents_may_have_a_title_of_their_own() -> None:
    issue = LISTED.replace("::: toc", "::: toc Wat je krijgt")
    assert "Wat je krijgt\n-------------\n" in mail_of(issue).text
    assert tree(page_of(issue)).xpath('//nav[@aria-label="Wat je krijgt"]')


def test_contents_of_nothing_are_left_out() -> None:
    mail, page = mail_of("::: toc\n:::\n\nHoi.\n"), page_of("::: toc\n:::\n\nHoi.\n")
    for document in (mail.html, mail.text, page):
        assert "In deze editie" not in document
        assert "Hoi." in document


def test_a_mail_has_no_anchors_unless_a_block_lists_them() -> None:
    without = LISTED.replace("::: toc\n:::\n", "")
    assert tree(mail_of(without).html).xpath("//a[@name]") == []
    assert [tree(page_of(without)).get_element_by_id(name).tag for name in ("eerst-dan", "eerst-dan-2")] == ["h2", "h2"]


def test_a_discussion_is_a_reply_to_the_newsletter() -> None:
    subject = FRONT.replace("Een proef", "100% & één?")
    mail, page = (
        mail_of(issue_of("::: discussion Wat vind jij?\n:::\n", subject)),
        page_of(issue_of("::: discussion Wat vind jij?\n:::\n", subject)),
    )
    assert f"Wat vind jij?\n-------------\n\nPraat mee: {SETTINGS.newsletter.reply_to}\n" in mail.text
    for document in (mail.html, page):
        (address,) = tree(document).xpath('//a[.="Praat mee"]/@href')
        assert urlsplit(address)[:3] == ("mailto", "", SETTINGS.newsletter.reply_to)
        assert parse_qs(urlsplit(address).query) == {"subject": ["Re: 100% & één?"]}


def test_a_discussion_may_be_held_elsewhere() -> None:
    block = '::: discussion {url="https://a.example/praat" cta="Naar het forum"} Wat vind jij?\nZeg het.\n:::\n'
    mail = mail_of(block)
    assert "Zeg het.\n\nNaar het forum: https://a.example/praat\n" in mail.text
    for document in (mail.html, page_of(block)):
        assert tree(document).xpath('//a[.="Naar het forum"]/@href') == ["https://a.example/praat"]


def test_a_newsletter_may_change_one_template_of_a_kind(tmp_path: Path) -> None:
    own = (
        "<mj-section><mj-column><mj-text>Van ons: {{ block.title }}{{ block.body }}</mj-text></mj-column></mj-section>"
    )
    theme = theme_with(tmp_path, {"email/blocks/event/email.mjml.j2": own})
    issue = event(' url="https://a.example"')

    mail = mail_of(issue, theme=theme)
    assert "Van ons: Een avond" in mail.html
    assert "Zet het in je agenda" not in mail.html
    assert mail.text == mail_of(issue, theme=THEME).text
    assert page_of(issue, theme) == page_of(issue)


def test_the_recipe_of_the_how_to_works(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/add-a-block.md").read_text("utf-8")
    files = dict(re.findall(r"\*\*`([\w.]+)`\*\*.*?\n```\w*\n(.*?)```\n", page, re.DOTALL))
    assert set(files) == {"schema.toml", "email.mjml.j2", "text.txt.j2", "web.html.j2"}
    theme = theme_with(tmp_path, {f"email/blocks/recipe/{name}": text for name, text in files.items()})
    (written,) = re.findall(r"```markdown\n(::: recipe.*?)```", page, re.DOTALL)
    issue = issue_of(f"::: toc\n:::\n\n{written}", theme=theme)

    mail, document = mail_of(issue, theme=theme), page_of(issue, theme)
    assert "Recipe: Lentil soup\n-------------------\n20 min\n\nOnion, lentils, lemon." in mail.text
    for html_document in (mail.html, document):
        assert tree(html_document).xpath('//ol/li/a[@href="#lentil-soup"]')
        assert tree(html_document).xpath('//h2/a[@href="https://example.org/soup"]')
        assert "20 min" in tree(html_document).cssselect(".eyebrow")[-1].text_content()
    assert tree(mail.html).xpath('//h2/a[@name="lentil-soup"]')
