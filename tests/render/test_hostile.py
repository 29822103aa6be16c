"""Whatever stands in an issue or in a reader's fields is read, and never runs, loads or leads away by itself."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.issue.parse import MAX_TITLE_CHARACTERS
from newsletter.render import fill, personal_values, render_email
from tests.render.hostile import FIELDS, TEXTS, WRITABLE
from tests.render.issues import FRONT, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, reader
from tests.render.payloads import ATTACKS, BAD_ADDRESSES, CLOSERS, active, page_tree, shape, shown, tree, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from newsletter.model import Email, Issue

LINES = TEXTS.map(shown).filter(lambda text: "{{" not in text and 2 * len(text) < MAX_TITLE_CHARACTERS)


def both(issue: Issue) -> tuple[HtmlElement, HtmlElement]:
    """The mail and the page of an issue, as a browser would read them."""
    return tree(mail_of(issue).html), page_tree(page_of(issue))


# Words that are not Markdown


def issue_with(text: str) -> Issue:
    """An issue with one text wherever an editor can write a line of words."""
    line = f"T {text} z"
    front = json.dumps(line.replace("\t", " "), ensure_ascii=False)
    value = line.replace("\\", "\\\\").replace('"', '\\"')
    return issue_of(
        f"::: tip {{#een}} {line}\nx\n:::\n\n"
        f'::: tool {{#twee url="https://a.example" price="{value}"}} {line}\nx\n:::\n\n'
        f'::: sponsor {{url="https://a.example" by="{value}" cta="{value}"}} {line}\nx\n:::\n\n'
        f'::: image {{src="a.png" alt="{value}"}}\n:::\n\n'
        f'::: episode {{url="https://a.example" cover="a.png" alt="{value}"}} {line}\n:::\n\n'
        f'::: quote {{by="{value}" role="{value}"}}\nx\n:::\n\n'
        f'::: button {{url="https://a.example"}} {line}\n:::\n\n'
        f"::: subscribe {line}\n:::\n\n::: share {line}\n:::\n\n::: note {line}\nx\n:::\n",
        f"---\nsubject: {front}\npreheader: {front}\ndate: 2026-11-24\n---\n",
    )


def lines_of(issue: Issue) -> Iterator[str]:
    """The words of an issue that are not Markdown, as they should be read."""
    yield issue.subject
    for block in issue.blocks:
        yield block.title
        yield from (str(block.attributes.get(name, "")) for name in ("price", "by", "cta", "alt", "role"))


@cache
def harmless_shapes() -> list[object]:
    return [shape(document) for document in both(issue_with("gewone woorden"))]


def check_line(text: str) -> None:
    """Hold that a text in front matter, titles and attributes changes nothing but words."""
    issue = issue_with(text)
    for document, harmless in zip(both(issue), harmless_shapes(), strict=True):
        assert shape(document) == harmless
        assert active(document) == []
        words = words_of(document)
        assert [line for line in lines_of(issue) if shown(line) not in words] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_line_of_words_becomes_markup(attack: str) -> None:
    for closer in CLOSERS:
        check_line(f"{closer}{attack}")


@pytest.mark.bulk
@settings(max_examples=250)
@given(LINES)
def test_any_line_of_words_is_read_as_it_was_written(text: str) -> None:
    check_line(text)


# Markdown


def check_body(source: str) -> bool:
    """Hold that Markdown becomes harmless HTML with all its words, or is refused; tell which."""
    try:
        issue = issue_of(source)
        documents = both(issue)
    except (IssueError, PersonalFieldError):
        return False
    tokens = [token for block in issue.blocks for token in block.body.tokens]
    texts = [
        part.content
        for token in tokens
        for part in (token.children or [token])
        if part.type in {"text", "code_inline", "fence", "code_block"}
    ]
    for document in documents:
        assert active(document) == []
        words = words_of(document)
        assert issue.fields or [text for text in texts if shown(text) not in words] == []
    return True


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_in_markdown_is_text(attack: str) -> None:
    for closer in CLOSERS:
        payload = f"{closer}{attack}"
        is_text = "{%" not in attack  # else it is refused
        assert check_body(payload) == is_text
        body = f"| a |\n|---|\n| {payload} |\n\n- {payload}\n\n> {payload}\n\n## {payload}\n\n"
        assert check_body(body) == is_text
        assert check_body(f"```\n{payload}\n```")
        # A bracket of the payload's own may make another link of this, which is refused.
        check_body(f"[{payload}](https://a.example '{payload}') ![{payload}](a.png)[^1]\n\n[^1]: {payload}")


@pytest.mark.bulk
@settings(max_examples=600)
@given(TEXTS)
@example("![<img src=x onerror=alert(1)>](https://a.example/a.png '\"onload=x')")
@example('[a](https://a.example/"onmouseover=alert(1))')
def test_any_markdown_is_harmless_or_refused(source: str) -> None:
    check_body(source)


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_leads_elsewhere_is_refused_or_stays_text(address: str) -> None:
    for form in ("[x]({})", "[x](<{}>)", "![x]({})", "[x][1]\n\n[1]: {}", "[x][1]\n\n[1]: <{}>", "<{}>"):
        check_body(form.format(address))
    for form in ('::: button {{url="{}"}} X\n:::', '::: image {{src="a.png" alt="x" url="{}"}}\n:::'):
        assert not check_body(form.format(address.replace("\\", "\\\\")))
    fallback = "[x]({{ subscriber.last_name | default(ADDRESS) }})".replace("ADDRESS", json.dumps(address))
    assert not check_body(fallback)
    page = page_of(fallback)
    assert active(page_tree(page)) == []
    assert '<a href="">x</a>' in page


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///x"])
def test_a_link_that_leads_elsewhere_is_refused_at_its_line(address: str) -> None:
    for form in ("\n[x]({})", "\n<{}>", "\n![x]({})", "\n[x][1]\n\n[1]: {}"):
        with pytest.raises(IssueError, match=r"^issues/proef\.md:\d+:\d+: the (link|picture) "):
            issue_of(form.format(address))


# A reader's fields


@cache
def email() -> Email:
    return render_email(issue_of(FIELDS, FRONT.replace("Een proef", "S {{ subscriber.first_name }}")), THEME, SETTINGS)


def document_for(name: str) -> HtmlElement:
    return tree(fill(email().html, personal_values(email(), reader(first_name=name), SITE)))


def check_name(name: str) -> None:
    """Hold that a reader's name changes nothing but words."""
    document = document_for(name)
    assert shape(document) == shape(document_for("Anna"))
    assert active(document) == []
    words = words_of(document)
    for lead in ("S", "Dag", "t", "b", "T"):
        assert shown(f"{lead} {name}") in words


@pytest.mark.parametrize("attack", [*ATTACKS, "{{ 7*7 }}", "{{ config }}{% raw %}", "${7*7}<%= 7*7 %>#{7*7}"])
def test_a_readers_name_is_read_whatever_it_is(attack: str) -> None:
    for closer in CLOSERS:
        check_name(f"{closer}{attack}")


@pytest.mark.bulk
@settings(max_examples=200)
@given(st.text(WRITABLE, min_size=1))
def test_any_name_of_a_reader_is_read_as_it_is(name: str) -> None:
    assume(name.strip())
    check_name(name)


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_a_readers_address_that_leads_elsewhere_stops_the_mail(address: str) -> None:
    for source in ("[x]({{ subscriber.first_name }})", '::: button {url="{{ subscriber.first_name }}"} X\n:::'):
        with pytest.raises(PersonalFieldError, match="not a web address"):
            mail_of(source, reader(first_name=address))


@pytest.mark.bulk
@settings(max_examples=200)
@given(st.one_of(st.text(), st.text().map("https://{}".format), TEXTS.map("mailto:{}".format)))
def test_any_address_of_a_reader_is_safe_or_stops_the_mail(address: str) -> None:
    try:
        html = mail_of("[x]({{ subscriber.first_name }})", reader(first_name=address)).html
    except PersonalFieldError:
        return
    document = tree(html)
    assert active(document) == []
    assert shape(document) == shape(tree(mail_of("[x](https://a.example)").html))
