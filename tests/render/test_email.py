from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from newsletter.errors import TemplateError
from newsletter.model import Hole
from newsletter.render import render_email
from newsletter.render.email import content_css
from newsletter.render.layout import compile_layout
from tests.render.issues import ANNA, FRONT, NOBODY, ROOT, SETTINGS, SITE, THEME, issue_of, mail_of, theme_with

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.html import HtmlElement

ENGLISH = FRONT.replace("---\nsubject", "---\nlanguage: en\nsubject")
PLACEHOLDER = re.compile(r"zq[0-9a-f]{12}h|zq7w", re.IGNORECASE)
EVERY_KIND = "\n\n".join(kind.example for kind in THEME.kinds.values())


def tree(html: str) -> HtmlElement:
    return lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))


def prose(html: str) -> str:
    """The HTML of the first block's text, without what the inliner added."""
    found = re.search(r'<div class="prose"[^>]*>(.*?)\n?</div>', html, re.DOTALL)
    assert found
    return re.sub(r' style="[^"]*"', "", found[1])


# What the editor wrote


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "[a](https://a.example)\n[b](https://b.example)",
            '<a href="https://a.example">a</a>\n<a href="https://b.example">b</a>',
        ),
        ("**een**\n*twee*\n`drie`", "<strong>een</strong>\n<em>twee</em>\n<code>drie</code>"),
        ("een\\\ntwee", "een<br />\ntwee"),
        ("10\u00a0000 en 10&nbsp;000", "10\u00a0000 en 10\u00a0000"),
        ("👩\u200d💻 en ❤\ufe0f en 👍🏽", "👩\u200d💻 en ❤\ufe0f en 👍🏽"),
        ("e\u0301 é ǅ ﷺ 日本", "e\u0301 é ǅ ﷺ 日本"),
        ("C:\\dir \\\\ \\u{a0} \\n \\1", "C:\\dir \\ \\u{a0} \\n \\1"),
        ("é > b < c & d", "é &gt; b &lt; c &amp; d"),
        ("</mj-text></mj-column><mj-raw>", "&lt;/mj-text&gt;&lt;/mj-column&gt;&lt;mj-raw&gt;"),
        ("`<!--[if mso]>x<![endif]-->`", "<code>&lt;!--[if mso]&gt;x&lt;![endif]--&gt;</code>"),
        ("`{{7*7}}{% raw %}` {# x #}", "<code>{{7*7}}{% raw %}</code> {# x #}"),
        ("&lt; &amp;amp; &eacute; &#8364;", "&lt; &amp;amp; é €"),
        ("zq7w0z zq7w1z ZQ7W0Z", "zq7w0z zq7w1z ZQ7W0Z"),
        ("zq0123456789abh0z", "zq0123456789abh0z"),
        ("$1 \\g<0> 50% %s %(name)s ${x}", "$1 \\g&lt;0&gt; 50% %s %(name)s ${x}"),
        ("```\na\n\n\n  b\n```", "<pre><code>a\n\n\n  b\n</code></pre>"),
        ('[x](https://a.example/?a=1&b=2 "it\'s")', '<a href="https://a.example/?a=1&amp;b=2" title="it\'s">x</a>'),
        ("~~weg~~", "<s>weg</s>"),
    ],
)
def test_what_the_editor_wrote_comes_through_unharmed(source: str, html: str) -> None:
    assert html in prose(mail_of(source).html)


WORDS = "a\u00a0b 👩\u200d💻 e\u0301 \\n é > b </mj-text> {% raw %} zq7w0z $1 50% %s &nbsp; it's <b>"


def test_titles_alternatives_and_addresses_come_through_unharmed() -> None:
    alt = WORDS.replace("\\", "\\\\")
    mail = mail_of(
        f'::: image {{src="https://a.example/p.png?a=1&b=%20" alt="{alt}" url="https://a.example/?q=é&zq7w0z"}}\n:::\n\n'
        f'::: button {{url="https://a.example/$1?a=1&b=\\\\"}} {WORDS}\n:::\n'
    )
    document = tree(mail.html)
    picture = document.find(".//img[@width='536']")
    assert picture is not None
    assert picture.get("alt") == WORDS
    assert picture.get("src") == "https://a.example/p.png?a=1&b=%20"
    assert picture.getparent().get("href") == "https://a.example/?q=é&zq7w0z"
    (button,) = (link for link in document.iter("a") if link.get("href") == "https://a.example/$1?a=1&b=\\")
    assert button.text == WORDS.replace("it's", "it’s")
    assert WORDS.replace("it's", "it’s") in " ".join(mail.text.split("\n"))


def test_the_front_matter_comes_through_unharmed() -> None:
    subject = WORDS.replace("'", "''")
    mail = mail_of(issue_of("x", f"---\nsubject: '{subject}'\npreheader: 'Voor {subject}'\ndate: 2026-11-24\n---\n"))
    document = tree(mail.html)

    assert mail.subject == WORDS
    assert mail.preheader == f"Voor {WORDS}"
    assert document.findtext(".//title") == WORDS
    assert document.findtext(".//h1") == WORDS
    assert document.find(".//div[@role='article']").get("aria-label") == WORDS
    assert document.find("body")[0].text == f"Voor {WORDS}"


def test_a_mail_without_a_preheader_hides_no_text() -> None:
    mail = mail_of(issue_of("x", FRONT.replace('preheader: "Waar het over gaat"\n', "")))
    assert mail.preheader == ""
    assert 'style="display:none' not in mail.html


def test_no_placeholder_remains_for_any_reader() -> None:
    for reader in (ANNA, NOBODY):
        mail = mail_of(EVERY_KIND, reader)
        for part in (mail.subject, mail.preheader, mail.html, mail.text):
            assert not PLACEHOLDER.search(part)


def test_the_holes_of_a_mail_are_the_fields_of_the_issue_and_the_readers_own_links() -> None:
    email = render_email(issue_of("Dag {{ subscriber.first_name }}"), THEME, SETTINGS)
    for part in (email.html, email.text):
        fields = [piece.field.expression for piece in part if isinstance(piece, Hole)]
        assert fields == ["subscriber.first_name", "unsubscribe_url", "preferences_url"]


# The document


def test_a_mail_is_one_whole_document_in_the_language_of_the_issue() -> None:
    for front, language in ((FRONT, "nl"), (ENGLISH, "en")):
        html = mail_of(issue_of(EVERY_KIND, front)).html
        assert html.startswith(f'<!DOCTYPE html><html lang="{language}" dir="ltr" ')
        assert html.endswith("</body></html>")
        for tag in ("<html", "<head>", "<body", "<title>", "</title>", "</head>", "</body>", "</html>"):
            assert html.count(tag) == 1, tag
        assert f'role="article" lang="{language}"' in html
        assert "charset=UTF-8" in html


def test_every_conditional_comment_is_whole() -> None:
    html = mail_of(EVERY_KIND).html
    opened = re.findall(r"<!--\[if [^\]<>]+\]>", html)
    assert len(opened) > 20
    assert len(opened) == html.count("<![endif]-->")
    assert html.count("<!--") == len(opened) + html.count("<!-->") + html.count("<!--<![endif]-->")
    inside = re.findall(r"<!--\[if [^\]<>]+\]>(?!<!-->)(.*?)<!\[endif\]-->", html, re.DOTALL)
    assert not [text for text in inside if "<!--" in text]
    # What only Outlook reads opens and closes the same tables and cells.
    for tag in ("table", "tr", "td"):
        ghosts = "".join(inside)
        assert ghosts.count(f"<{tag} ") + ghosts.count(f"<{tag}>") == ghosts.count(f"</{tag}>"), tag


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = mail_of(EVERY_KIND).html
    assert not re.search(r"@import|<link|googleapis|<script|url\(", html)
    assert {src.split("/")[2] for src in re.findall(r'src="([^"]*)"', html)} == {"aireport.email"}


def test_pictures_beside_the_issue_become_addresses_of_its_page() -> None:
    mail = mail_of("![Zo](a-b.png) ![Daar](https://a.example/c.png)")
    assert f'src="{SITE}/p/proef/a-b.png"' in mail.html
    assert 'src="https://a.example/c.png"' in mail.html


def test_the_words_of_the_templates_follow_the_language_of_the_issue() -> None:
    tip = '::: sponsor {by="W" url="https://a.example"} Tip\nx\n:::\n'
    dutch, english = mail_of(issue_of(tip)), mail_of(issue_of(tip, ENGLISH))
    for part in (dutch.html, dutch.text):
        for words in ("Afmelden", "Lees online", "Advertentie", "dinsdag 24 november 2026"):
            assert words in part
        assert "Unsubscribe" not in part
    for part in (english.html, english.text):
        for words in ("Unsubscribe", "Read on the web", "Sponsored", "Tuesday, 24 November 2026"):
            assert words in part
        assert "Afmelden" not in part


def test_every_reader_can_leave_in_html_and_in_text() -> None:
    mail = mail_of("x")
    for part in (mail.html, mail.text):
        assert f"{SITE}/u/anna-token" in part
        assert f"{SITE}/preferences/anna-token" in part
        assert SETTINGS.newsletter.postal_address in part


@pytest.mark.parametrize("path", sorted((ROOT / "issues").glob("*.md")), ids=lambda path: path.stem)
def test_the_issues_fit_below_the_size_at_which_gmail_cuts(path: Path) -> None:
    body = path.read_text("utf-8").partition("\n---\n")[2]
    assert len(mail_of(body).html.encode()) < 90_000


# Plain text


def test_the_plain_text_is_made_of_the_source_with_its_links_below_each_block() -> None:
    mail = mail_of(
        "[Een](https://een.example) en [twee](https://twee.example).\n\n"
        "::: tip {#tip} Een tip\nZie [drie](https://drie.example).\n:::\n\n"
        '::: tool {#tool url="https://gereedschap.example" price="gratis"} Hamer\nx\n:::\n'
    )
    assert mail.text == (
        "AI Report - dinsdag 24 november 2026\n\n"
        "Een proef\n=========\n\n"
        f"Lees online: {SITE}/p/proef/\n\n"
        "Een [1] en twee [2].\n\n[1] https://een.example\n[2] https://twee.example\n\n"
        "Tip: Een tip\n------------\n\nZie drie [1].\n\n[1] https://drie.example\n\n"
        "Tool: Hamer (gratis)\n--------------------\nhttps://gereedschap.example\n\nx\n\n"
        f"{'-' * 72}\n\n"
        "Twee keer per week tips en tools, van Wietse en Alexander.\n\n"
        "Je krijgt deze mail omdat je je hebt aangemeld voor AI Report.\n\n"
        f"Afmelden: {SITE}/u/anna-token\nWijzig je voorkeuren: {SITE}/preferences/anna-token\n\n"
        "AI Report, Nederland\n"
    )


def test_the_plain_text_has_no_markup_no_trailing_spaces_and_no_long_lines() -> None:
    text = mail_of(EVERY_KIND).text
    assert not re.search(r"&\w+;|</|[ \t]$|\n{3}", text, re.MULTILINE)
    assert [line for line in text.split("\n") if len(line) > 78 and "://" not in line and "mailto:" not in line] == []


# One place only


def test_a_block_for_the_web_is_not_in_the_mail() -> None:
    mail = mail_of('::: note {on="web"}\nalleen daar\n:::\n\n::: note {on="email"}\nalleen hier\n:::\n')
    for part in (mail.html, mail.text):
        assert "alleen hier" in part
        assert "alleen daar" not in part


# What is kept


def test_the_layout_is_compiled_once_for_issues_of_the_same_kinds_of_blocks() -> None:
    compile_layout.cache_clear()
    tip, rule = "::: tip {{#{0}}} Titel {0}\nTekst [{0}](https://{0}.example)\n:::\n\n", "::: divider\n:::\n\n"
    first = mail_of(f"Hallo **jij**\n\n{tip.format('een')}{rule}")
    other = FRONT.replace("Een proef", "Heel wat anders: 'x'").replace("date:", "tags: [een, twee]\ndate:")
    second = mail_of(issue_of(f"{rule}{tip.format('twee')}Dag\n\n{tip.format('drie')}{rule}", other))

    assert compile_layout.cache_info().misses == 1
    assert compile_layout.cache_info().hits == 1
    assert "Titel een" in first.html
    assert second.html.index("Titel twee") < second.html.index("Dag") < second.html.index("Titel drie")
    assert "Titel een" not in second.html


def test_an_issue_of_another_shape_or_language_has_a_layout_of_its_own() -> None:
    compile_layout.cache_clear()
    mail_of("x")
    mail_of("x\n\n::: divider\n:::\n")
    mail_of(issue_of("x", ENGLISH))
    assert compile_layout.cache_info().misses == 3


def test_what_was_kept_of_other_issues_changes_nothing(tmp_path: Path) -> None:
    sources = ["x", EVERY_KIND, "::: divider\n:::\n\nx\n\n::: divider\n:::\n", EVERY_KIND.replace("een", "twee")]
    warm = [mail_of(source) for source in (*sources, *reversed(sources))][len(sources) :]
    cold = []
    for source in reversed(sources):
        compile_layout.cache_clear()
        theme = theme_with(tmp_path, {"email/spare.txt.j2": source})  # another stamp: nothing is kept under it
        cold.append(mail_of(source, theme=theme))
    assert warm == cold


def test_the_same_source_gives_the_same_bytes() -> None:
    assert mail_of(EVERY_KIND) == mail_of(EVERY_KIND)
    compile_layout.cache_clear()
    assert mail_of(EVERY_KIND) == mail_of(EVERY_KIND)


# The style of what Markdown makes


def test_the_content_css_takes_its_colours_from_the_settings() -> None:
    css = content_css(THEME, SETTINGS, "nl")
    assert f".prose a {{ color: {SETTINGS.theme.light.accent}; }}" in css
    assert (
        f'<a href="https://a.example" style="color:{SETTINGS.theme.light.accent}">'
        in mail_of("<https://a.example>").html
    )


def test_content_css_with_faults_is_refused_each_at_its_line(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"email/content.css.j2": "a { margin: 0 }\n* { margin: 0 }\n@import url(x);\n"})
    with pytest.raises(TemplateError) as caught:
        mail_of("x", theme=theme)
    places = [str(finding.position) for finding in caught.value.findings]
    assert places == ["templates/email/content.css.j2:2:1", "templates/email/content.css.j2:3:1"]
