"""Bare addresses: which become links, where each ends, and that nothing else touches them."""

from __future__ import annotations

import re

import pytest

from newsletter.issue.limits import MAX_ADDRESSES
from tests.issue.drafts import FRONT, body_faults, html, only_block, parsed

LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')


def links(text: str) -> list[tuple[str, str]]:
    """The links that a text makes: where they lead, and their words."""
    return LINK.findall(html(only_block(text)))


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("https://example.org", "https://example.org"),
        ("http://example.org/a", "http://example.org/a"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("https://example.org/a_b__c_d*e*f", "https://example.org/a_b__c_d*e*f"),
        ("https://example.org/a--b...c'd", "https://example.org/a--b...c'd"),
        ("https://example.org/'a'", "https://example.org/'a"),
        ("https://example.org/é%20b", "https://example.org/%C3%A9%20b"),
        ("https://example.org/:tada:/", "https://example.org/:tada:/"),
        ("https://example.org:8080/?a=b;c#d", "https://example.org:8080/?a=b;c#d"),
        ("https://example.org/wiki/A_(b)", "https://example.org/wiki/A_(b)"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("www.example.org", "https://www.example.org"),
        ("www.example.org/a?b=c", "https://www.example.org/a?b=c"),
        ("WWW.example.org", "https://WWW.example.org"),
        ("lezing@example.org", "mailto:lezing@example.org"),
        ("a.b+c@mail.example.co.uk", "mailto:a.b+c@mail.example.co.uk"),
        ("redactie@aireport.email", "mailto:redactie@aireport.email"),
        ("mailto:lezing@example.org", "mailto:lezing@example.org"),
    ],
)
def test_a_bare_address_is_a_link_that_shows_what_was_written(written: str, href: str) -> None:
    [(found, words)] = links(f"Zie {written} ook.")
    assert found == href
    assert written.startswith(words)
    assert len(written) - len(words) == written.count("'a'")  # a quote at its end is a quote


@pytest.mark.parametrize(
    "text",
    [
        *("README.md", "node.js", "e.g.this", "aireport.email", "example.org/a", "(c) example.org"),
        *("www.example", "www.", "awww.example.org", "https://", "http://.", "://example.org", "//example.org/a"),
        *("ftp://example.org", "javascript://example.org", "git://example.org/a", "10:30:45", "a:b", "localhost:8000"),
        *("react@18.2.0", "a@b", "@anna@example.social", "git@github.com:a/b", "a@-b.example", "/pad/a@example.org"),
        *("`https://example.org`", "`www.example.org`", "    https://example.org", "```\na@example.org\n```"),
        *("https\\://example.org", "a\\@example.org", "<https ://example.org>"),
    ],
)
def test_what_only_looks_like_an_address_is_text(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zie https://example.org.", "https://example.org"),
        ("Zie https://example.org/a, en verder", "https://example.org/a"),
        ("Zie https://example.org/a?!", "https://example.org/a"),
        ("Zie https://example.org/…", "https://example.org/"),
        ("(zie https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("(zie www.example.org/a)", "www.example.org/a"),
        ("www.example.org: een", "www.example.org"),
        ("Mail a@example.org.", "a@example.org"),
        ("Mail:a@example.org, nu", "a@example.org"),
        ("<b>https://example.org</b>", "https://example.org"),
        ('"https://example.org/a"', "https://example.org/a"),
        ("'www.example.org/a'", "www.example.org/a"),
        ("**https://example.org/a**", "https://example.org/a"),
        ("_https://example.org/a_", "https://example.org/a"),
        ("~~www.example.org/a~~", "www.example.org/a"),
        ("|a|\n|-|\n|https://example.org/a|", "https://example.org/a"),
        ("a^[Zie https://example.org/a]", "https://example.org/a"),
        ("https://example.org/{x}", "https://example.org/"),
    ],
)
def test_an_address_ends_where_its_sentence_or_its_mark_does(text: str, words: str) -> None:
    assert words in [shown for _, shown in links(text)]


def test_an_address_in_the_words_of_a_link_is_no_second_link() -> None:
    assert links("[zie https://example.org/a hier](https://example.org/b)") == [
        ("https://example.org/b", "zie https://example.org/a hier")
    ]


def test_quotes_around_an_address_are_typographic_and_in_it_straight() -> None:
    assert html(only_block("\"<https://example.org/'a'>\" 'https://example.org/it's'")) == (
        "<p>“<a href=\"https://example.org/'a'\">https://example.org/'a'</a>” "
        "‘<a href=\"https://example.org/it's\">https://example.org/it's</a>’</p>\n"
    )


def test_a_personal_field_in_or_beside_an_address_survives() -> None:
    issue = parsed(FRONT + "{{ a }} https://example.org/?u={{ b }}&v=w {{ c }}@example.org")
    first, second, third = issue.fields
    assert html(issue.blocks[0]) == (
        f'<p>{first} <a href="https://example.org/?u={second}&amp;v=w">https://example.org/?u={second}&amp;v=w</a> '
        f'<a href="mailto:{third}@example.org">{third}@example.org</a></p>\n'
    )


def test_a_brace_that_stays_open_behind_an_address_is_told() -> None:
    told = 'issue.md:5:25: "{{" is never closed with "}}" on its line'
    assert body_faults("Zie https://example.org/{{ a\n") == [told]


def test_what_is_wrong_with_a_bare_address_is_told_at_its_own_place() -> None:
    reason = "is not a web address ('1:2' does not appear to be an IPv4 or IPv6 address)"
    assert body_faults(
        "Een\nwww.example.org en https://[1:2]/a/ of <https://[1:2]>\n\n> https://[1:2]/{{ web_url }}"
    ) == [
        f'issue.md:6:20: the link "https://[1:2]/a/" {reason}',
        f'issue.md:6:41: the link "https://[1:2]" {reason}',
        f'issue.md:8:3: the link "https://[1:2]/{{{{ web_url }}}}" {reason}',
    ]


def test_more_addresses_than_a_mail_can_hold_are_refused_before_they_are_sought() -> None:
    text = "x www.example.org a@example.org\n" * (MAX_ADDRESSES // 2)
    assert body_faults(text) == []
    told = 'more than 1000 addresses ("://", "www." or "@") in one issue, which is too much work for one mail'
    assert body_faults(f"{text}\nhttps://example.org") == [f"issue.md:{MAX_ADDRESSES // 2 + 6}:1: {told}"]
