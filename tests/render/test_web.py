from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from newsletter.errors import IssueError, TemplateError
from newsletter.render import render_issue_page, render_page
from newsletter.render.web import WORDS_A_MINUTE, public_line
from tests.render.issues import ANNA, FRONT, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, theme_with

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.html import HtmlElement

ENGLISH = FRONT.replace("---\nsubject", "---\nlanguage: en\nsubject")
EVERY_KIND = "\n\n".join(kind.example for kind in THEME.kinds.values())


def tree(html: str) -> HtmlElement:
    return lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))


def test_a_page_is_one_whole_document_in_the_language_of_the_issue() -> None:
    for front, language in ((FRONT, "nl"), (ENGLISH, "en")):
        html = page_of(issue_of(EVERY_KIND, front))
        assert html.startswith(f'<!DOCTYPE html>\n<html lang="{language}">\n')
        assert html.endswith("</html>")
        for tag in ("<html", "<head>", "<body", "<title>", "<main", "<h1>", "</title>", "</main>", "</body>"):
            assert html.count(tag) == 1, tag


def test_a_page_names_its_issue() -> None:
    issue = issue_of("x", FRONT.replace("Een proef", "A & B <c> it's").replace("Waar", "'Waar'"))
    page = tree(page_of(issue))
    assert page.findtext(".//title") == "A & B <c> it's · AI Report"
    assert page.findtext(".//h1") == "A & B <c> it's"
    assert page.find(".//meta[@name='description']").get("content") == "'Waar' het over gaat"
    assert page.find(".//meta[@property='og:title']").get("content") == "A & B <c> it's"
    assert page.find(".//link[@rel='canonical']").get("href") == f"{SITE}/p/proef/"
    assert page.find(".//time").get("datetime") == "2026-11-24"
    assert page.find(".//time").text == "dinsdag 24 november 2026"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**een**\n*twee*", "<p><strong>een</strong>\n<em>twee</em></p>"),
        (
            "10\u00a0000 👩\u200d💻 e\u0301 \\n é > b </mj-text>",
            "10\u00a0000 👩\u200d💻 e\u0301 \\n é &gt; b &lt;/mj-text&gt;",
        ),
        ("`{{7*7}}{% raw %}` zq7w0z $1 50% %s &amp;", "<code>{{7*7}}{% raw %}</code> zq7w0z $1 50% %s &amp;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)
def test_what_the_editor_wrote_comes_through_unharmed(source: str, html: str) -> None:
    assert html in page_of(source)


def test_a_page_has_no_script_and_nothing_of_a_reader() -> None:
    html = page_of(EVERY_KIND)
    assert not re.search(r"<script|<iframe|<form|<object|\son\w+=", html)
    for trace in (ANNA.address, ANNA.token, "Anna", "/u/", "/preferences/"):
        assert trace not in html


def test_the_skip_link_leads_to_the_content() -> None:
    page = tree(page_of("x"))
    (link,) = (link for link in page.iter("a") if link.get("class") == "skip")
    assert page.get_element_by_id(link.get("href")[1:]).tag == "main"


def test_pictures_lie_beside_the_page() -> None:
    html = page_of('![Zo](a.png) ![Zo](https://a.example/b.png)\n\n::: image {src="c.png" alt="Zo"}\n:::\n')
    assert re.findall(r'<img (?:loading="lazy" )?src="([^"]*)" alt="Zo"', html) == [
        "a.png",
        "https://a.example/b.png",
        "c.png",
    ]


def test_tips_and_tools_have_an_address_of_their_own() -> None:
    html = page_of('::: tip {#agenda} Agenda\nx\n:::\n\n::: tool {#hamer url="https://a.example"} Hamer\nx\n:::\n')
    assert 'id="agenda"' in html
    assert 'href="#agenda"' in html
    assert 'id="hamer"' in html


def test_a_sponsor_is_labelled_and_its_links_say_so() -> None:
    page = tree(page_of('::: sponsor {by="W" url="https://a.example"} Titel\nx\n:::\n'))
    links = [link.get("rel") for link in page.iter("a") if link.get("href") == "https://a.example"]
    assert links == ["sponsored noopener", "sponsored noopener"]
    assert "Advertentie" in page.find(".//aside").text_content()


def test_a_block_for_the_mail_is_not_on_the_page() -> None:
    html = page_of('::: note {on="web"}\nalleen hier\n:::\n\n::: note {on="email"}\nalleen daar\n:::\n')
    assert "alleen hier" in html
    assert "alleen daar" not in html


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (WORDS_A_MINUTE * 4, 4)])
def test_the_time_to_read_counts_what_the_page_shows(words: int, minutes: int) -> None:
    body = "woord\n" * words
    for_mail = '\n::: note {on="email"}\n' + "woord\n\n" * 9999 + ":::\n"
    assert f"{minutes} min leestijd" in page_of(body + for_mail)
    assert f"{minutes} min read" in page_of(issue_of(body + for_mail, ENGLISH))


def test_neighbours_are_linked_in_their_own_language() -> None:
    older = SimpleNamespace(slug="ouder", subject="Een & twee", language="nl")
    newer = SimpleNamespace(slug="newer", subject="Later", language="en")
    context = {"older": older, "newer": newer, "root": "../../", "canonical": f"{SITE}/p/proef/"}
    page = tree(render_issue_page(issue_of("x"), THEME, SETTINGS, context))

    links = {link.get("rel"): link for link in page.iter("a") if link.get("rel") in {"prev", "next"}}
    assert links["prev"].get("href") == "../../p/ouder/"
    assert links["next"].get("href") == "../../p/newer/"
    assert links["prev"].find("span[@lang='nl']").text == "Een & twee"
    assert links["next"].find("span[@lang='en']").text == "Later"
    assert 'rel="prev"' not in page_of("x")
    assert 'rel="next"' not in page_of("x")


def test_a_page_of_the_archive_has_the_newsletter_and_what_the_archive_says() -> None:
    entry = SimpleNamespace(
        slug="een",
        subject="Eén",
        preheader="<Kort>",
        date=date(2026, 11, 24),
        day="24 november",
        language="en",
        minutes=4,
    )
    context = {"issues": [entry], "root": "", "canonical": f"{SITE}/"}
    page = tree(render_page(THEME, SETTINGS, "web/index.html.j2", "nl", context))

    assert page.get("lang") == "nl"
    (shown,) = page.cssselect(".entry")
    assert shown.get("lang") == "en"
    assert shown.findtext(".//a") == "Eén"
    assert shown.find(".//a").get("href") == "p/een/"
    assert "<Kort>" in shown.text_content()
    assert "24 november · 4 min" in shown.text_content()
    assert "De eerste editie moet nog komen." not in page.text_content()


def test_a_newsletter_without_a_logo_or_a_description_has_pages_too() -> None:
    plain = replace(SETTINGS, newsletter=replace(SETTINGS.newsletter, description=""))
    context = {"issues": [], "root": "", "canonical": f"{SITE}/"}
    page = tree(render_page(THEME, plain, "web/index.html.j2", "nl", context))
    assert list(page.iter("img")) == []
    assert page.find(".//link[@rel='icon']") is None
    assert page.findtext(".//h1") == "AI Report"
    assert "De eerste editie moet nog komen." in page.text_content()


def test_a_line_of_the_front_matter_is_shown_in_its_fallback() -> None:
    issue = issue_of("x", FRONT.replace("Een proef", "Dag {{ subscriber.first_name | default('lezer') }}, a & b"))
    assert public_line(issue.subject, issue, SETTINGS) == "Dag lezer, a & b"
    assert public_line("", issue, SETTINGS) == ""


def test_a_wrong_field_is_told_before_a_line_of_it_is_shown() -> None:
    issue = issue_of("x", FRONT.replace("Een proef", "{{ 7*7 }}"))
    with pytest.raises(IssueError, match="mul is not allowed"):
        public_line(issue.subject, issue, SETTINGS)


def test_a_field_between_tags_of_a_style_is_refused_on_a_page_too(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"email/blocks/tip/web.html.j2": "<style>{{ block.title }}</style>{{ block.body }}"})
    issue = issue_of("::: tip {#een} Voor {{ subscriber.first_name }}\nx\n:::\n", theme=theme)
    with pytest.raises(IssueError, match=r"^issues/proef\.md:6:21: .* cannot stand inside <style>"):
        page_of(issue, theme)


def test_a_page_says_which_template_is_broken(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"web/base.html.j2": "<html>\n{{ nope }}</html>"})
    with pytest.raises(TemplateError, match=r"^templates/web/base\.html\.j2:2: 'nope' is undefined$"):
        page_of("x", theme)


def test_page_and_mail_show_the_same_words() -> None:
    body = "Een **twee** [drie](https://a.example), vier `vijf`.\n\n> zes\n\n1. zeven"
    for html in (page_of(body), mail_of(body).html):
        assert "Een twee drie, vier vijf." in tree(html).text_content()
        assert "zes" in tree(html).text_content()
        assert "zeven" in tree(html).text_content()
