"""Where a personal field lands in finished HTML, and what becomes of its value there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.model import Context, Hole, PersonalField, Position
from newsletter.render import fill
from newsletter.render.personal import evaluate, place_in_html, place_in_text
from tests.render.issues import mail_of, page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.model import Segments

PLACE = Position("issue.md", 7, 3)
KEY = "zq0123456789abh0z"
NAME = PersonalField("subscriber.first_name", PLACE)
HOSTILE_NAME = """<b>O'Brien & "Co"</b> {{ 7*7 }}"""


def values(name: object) -> Mapping[str, object]:
    return {"subscriber": SimpleNamespace(first_name=name)}


def placed(html: str) -> Segments:
    return place_in_html(html.replace("{}", KEY), {KEY: NAME})


def contexts(html: str) -> list[Context]:
    return [piece.context for piece in placed(html) if isinstance(piece, Hole)]


def refusal(html: str) -> str:
    with pytest.raises(IssueError) as caught:
        placed(html)
    assert [finding.position for finding in caught.value.findings] == [PLACE]
    return caught.value.findings[0].message


# Where a field lands


@pytest.mark.parametrize(
    ("html", "context"),
    [
        ("<p>{}</p>", Context.HTML),
        ("{}", Context.HTML),
        ("<title>Dag {}</title>", Context.HTML),
        ('<img alt="{}">', Context.HTML),
        ("<img alt='Dag {}'>", Context.HTML),
        ("""<a title="it's {}">""", Context.HTML),
        ("""<a title='say "{}"'>""", Context.HTML),
        ('<a href="https://a.example" title="x={}">', Context.HTML),
        ("""<a onclick="f('a')" title="b='{}">""", Context.HTML),
        ("<style>a > b {margin:0}</style><script></script><p>{}</p>", Context.HTML),
        ("<!--[if mso]><p>{}</p><![endif]-->", Context.HTML),
        ('<!--[if mso]><v:rect alt="{}"><![endif]-->', Context.HTML),
        ('<a href="{}">', Context.URL),
        ("<a href='{}'>", Context.URL),
        ('<a HREF = "{}">', Context.URL),
        ('<img src="{}">', Context.URL),
        ('<a href="{}#top">', Context.URL),
        ('<a href="{}?a=b">', Context.URL),
        ('<a href="{}/more">', Context.URL),
        ('<td background="{}">', Context.URL),
        ('<blockquote cite="{}">', Context.URL),
        ('<!--[if mso]><v:fill src="{}"><![endif]-->', Context.URL),
        ('<a href="https://a.example/?u={}&amp;b=2">', Context.URL_PART),
        ('<a href="https://a.example/{}">', Context.URL_PART),
        ("""<a href="https://a.example/it's/{}">""", Context.URL_PART),
        ('<a href="mailto:{}@a.example">', Context.URL_PART),
    ],
)
def test_where_a_field_lands_decides_how_its_value_is_escaped(html: str, context: Context) -> None:
    assert contexts(html) == [context]


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ('<p style="color:{}">', "in the attribute style"),
        ("<p style='color:{}'>", "in the attribute style"),
        ('<p onclick="{}">', "in the attribute onclick"),
        ('<p ONCLICK="{}">', "in the attribute onclick"),
        ("""<p title="a='x" onclick="{}">""", "in the attribute onclick"),
        ("<p {}>", "in a tag outside its attributes"),
        ("<{}>", "in a tag outside its attributes"),
        ("<p class={}>", "in a tag outside its attributes"),
        ('<p class="a" {}>', "in a tag outside its attributes"),
        ("<!-- {} -->", "in a tag outside its attributes"),
        ("<style>a > b { color: {} }</style>", "inside <style>"),
        ("<script>f('{}')</script>", "inside <script>"),
        ("<script></script><style media='x'>{}</style>", "inside <style>"),
        ('<a href="{}.example">', "at the start of an address that goes on after it"),
        ('<a href="{}{}">', "at the start of an address that goes on after it"),
    ],
)
def test_where_no_value_is_safe_a_field_is_refused_at_its_line(html: str, place: str) -> None:
    assert refusal(html) == f'"{{{{ subscriber.first_name }}}}" cannot stand {place}; put it in the text or in a link'


def test_all_fields_in_wrong_places_are_told_at_once() -> None:
    with pytest.raises(IssueError) as caught:
        placed('<p style="{}"><p onclick="{}"><p>{}</p>')
    assert len(caught.value.findings) == 2


def test_letters_that_only_look_like_a_placeholder_stay() -> None:
    html = '<p style="zqffffffffffffh0z">zqffffffffffffh0z</p>'
    assert place_in_html(html, {KEY: NAME}) == (html,)
    assert place_in_text("", {KEY: NAME}) == ()


def test_in_plain_text_every_field_is_plain() -> None:
    hole = Hole(NAME, Context.PLAIN)
    assert place_in_text(f"{KEY}, dag {KEY}{KEY}!", {KEY: NAME}) == (hole, ", dag ", hole, hole, "!")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('Een\n\n::: button {url="{{ subscriber.first_name }}.org"} X\n:::\n', 8),
        ("Een\n\n[a]({{ subscriber.first_name }}.example)", 8),
    ],
)
def test_a_field_in_a_wrong_place_of_an_issue_is_told_at_its_line(source: str, line: int) -> None:
    for render in (mail_of, page_of):
        with pytest.raises(IssueError, match=rf"issues/proef\.md:{line}:\d+: .* at the start of an address"):
            render(source)


def test_the_fields_of_mso_comments_are_filled() -> None:
    html = f'<!--[if mso]><a href="{KEY}">{KEY}</a><![endif]-->'
    filled = fill(place_in_html(html, {KEY: NAME}), values("https://a.example/?a='-->"))
    assert filled == (
        '<!--[if mso]><a href="https://a.example/?a=&#39;--&gt;">https://a.example/?a=&#39;--&gt;</a><![endif]-->'
    )


# What becomes of a value


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (Context.PLAIN, HOSTILE_NAME),
        (Context.HTML, "&lt;b&gt;O&#39;Brien &amp; &#34;Co&#34;&lt;/b&gt; {{ 7*7 }}"),
        (Context.URL_PART, "%3Cb%3EO%27Brien%20%26%20%22Co%22%3C%2Fb%3E%20%7B%7B%207%2A7%20%7D%7D"),
    ],
)
def test_a_value_is_escaped_for_its_place_and_never_evaluated(context: Context, expected: str) -> None:
    assert evaluate(Hole(NAME, context), values(HOSTILE_NAME)) == expected


@pytest.mark.parametrize("context", [Context.PLAIN, Context.HTML])
def test_line_ends_and_other_controls_become_one_space(context: Context) -> None:
    value = "An\r\nBcc: x\x00\x1b\x85\u2028\u2029na\x7f"
    assert evaluate(Hole(NAME, context), values(value)) == "An Bcc: x na "


def test_line_ends_in_an_address_are_encoded() -> None:
    assert evaluate(Hole(NAME, Context.URL_PART), values("a\r\nb/é?")) == "a%0D%0Ab%2F%C3%A9%3F"


@pytest.mark.parametrize("value", ["https://a.example/?x=1&y='2'", "HTTP://a.example", "mailto:a@b.example?subject=x"])
def test_a_whole_address_is_escaped(value: str) -> None:
    assert evaluate(Hole(NAME, Context.URL), values(value)) == str(escape(value))


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        " https://a.example",
        "https://a.example\n",
        "https://a b.example",
        "https://a\x00.example",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "/relative",
        "https://",
        "ftp://a.example",
        "7",
        "",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(value: str) -> None:
    with pytest.raises(PersonalFieldError) as caught:
        evaluate(Hole(NAME, Context.URL), values(value))
    said = str(caught.value)
    assert said.startswith('issue.md:7:3: "{{ subscriber.first_name }}" gives "')
    assert said.endswith('", not a web address')
    assert said.isprintable()


def test_a_refused_address_is_not_shown_whole() -> None:
    with pytest.raises(PersonalFieldError) as caught:
        evaluate(Hole(NAME, Context.URL), values("javascript:" + "x" * 1000))
    assert len(str(caught.value)) < 160


@given(st.text(), st.sampled_from([Context.HTML, Context.PLAIN, Context.URL_PART]))
def test_no_value_breaks_out(value: str, context: Context) -> None:
    out = evaluate(Hole(NAME, context), values(value))
    if context is Context.PLAIN:
        assert out.splitlines() in ([], [out])
    else:
        assert not set(out) & set("<>\"'\r\n\0")
        assert context is Context.HTML or out.isascii()
