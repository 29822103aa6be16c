from __future__ import annotations

import pytest

from newsletter.issue.body import is_spotless
from newsletter.issue.feed.notes import notes_of, text_of


@pytest.mark.parametrize(
    ("html", "notes"),
    [
        ("<p>Een <b>vet</b> woord</p><p>Twee</p>", "Een **vet** woord\n\nTwee"),
        ("<div>een</div><div>twee</div>", "een\n\ntwee"),
        ("<h2>Kop</h2>tekst", "**Kop**\n\ntekst"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("een<br>twee", "een\\\ntwee"),
        ('<a href="https://a.example/x_y?a=1&amp;b=2">daar</a>', "[daar](https://a.example/x_y?a=1&b=2)"),
        ('<a href="https://a.example/(a b)">x</a>', "[x](https://a.example/%28a%20b%29)"),
        ('<a href="mailto:a@a.example">mail</a>', "[mail](mailto:a@a.example)"),
        ('<a href="/lokaal">x</a> <a href="javascript:alert(1)">y</a> <a name="z">z</a>', "x y z"),
        ('<a href="mailto:">x</a>', "x"),
        ('<img src="https://t.example/pixel.gif"><p>x</p>', "x"),
        ("<script>alert(1)</script><style>p{}</style><p onclick='x()'>x</p>", "x"),
        ("<p>3 * 4 # 5 [x](y) {{ subscriber.first_name }} {% if %}</p>",
         "3 \\* 4 \\# 5 \\[x\\](y) \\{\\{ subscriber.first\\_name }} \\{% if %}"),
        ("Regel een\nRegel twee\n\nAlinea & meer", "Regel een\\\nRegel twee\n\nAlinea \\& meer"),
        ("Zie https://a.example/a_b?c=d.", "Zie [https://a.example/a\\_b?c\\=d](https://a.example/a_b?c=d)."),
        ('<a href="https://a.example">zie https://b.example</a>', "[zie https://b.example](https://a.example)"),
        ("Zie https://[kapot", "Zie https://\\[kapot"),
        ("<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "1\n\n2"),
        ("", ""),
    ],
)  # fmt: skip
def test_show_notes_become_plain_markdown(html: str, notes: str) -> None:
    assert notes_of(html, "nl") == notes


@pytest.mark.parametrize(
    "html",
    ["<p>{{ x }} and {% y %}</p>", "[^1] ![x](y)", "# kop\n::: tip\n- lijst\n1. een", "<b>*</b>_x_ `code` ~~~", "\\{{"],
)
def test_show_notes_keep_the_rules_of_an_issues_own_text(html: str) -> None:
    assert is_spotless(notes_of(html, "nl"), "nl")


def test_of_tags_in_tags_without_end_the_words_are_kept() -> None:
    assert notes_of("<blockquote>" * 3000 + "diep", "nl") == "diep"
    assert notes_of("<ul><li>" * 8 + "diep" + "</li></ul>" * 8 + "<p>na</p>", "nl") == "diep\n\nna"


def test_what_cannot_be_made_right_is_left_out() -> None:
    assert notes_of("x" * 30_000, "nl") == ""


def test_text_has_a_line_for_each_of_the_notes() -> None:
    assert text_of("<p>een<br>twee &amp; drie</p><ul><li>vier</li></ul>").split() == [
        "een",
        "twee",
        "&",
        "drie",
        "vier",
    ]
    assert "een\ntwee & drie" in text_of("<p>een<br>twee &amp; drie</p>")
