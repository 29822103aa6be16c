from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.model import Context, Hole, PersonalField, Position
from newsletter.render import fill, personal_values, render_email
from newsletter.render.personal import (
    check_fields,
    evaluate,
    fill_for_everybody,
    place_in_html,
    place_in_text,
    public_values,
)
from tests.render.issues import ANNA, FRONT, NOBODY, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.model import Recipient, Segments

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


def faults(expression: str) -> list[str]:
    field = PersonalField(expression, PLACE)
    return [finding.message for finding in check_fields([field], ("first_name", "company"))]


# What an expression may be


@pytest.mark.parametrize(
    "expression",
    [
        "subscriber.first_name",
        'subscriber.first_name | default("lezer")',
        'subscriber.first_name | default("lezer", true) | upper | trim | title | lower | capitalize | truncate(20)',
        '"dag" if subscriber.first_name is defined else "hallo"',
        '"x" if subscriber.company == "DEPT" and not subscriber.first_name in "Jan Piet" or issue.language != "nl"',
        '"x" if issue.date > "2026-01-01" else ""',
        "unsubscribe_url",
        "preferences_url",
        "web_url",
        "issue.slug",
    ],
)
def test_an_expression_reads_a_value(expression: str) -> None:
    assert faults(expression) == []


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("7*7", "mul is not allowed; a personal field only reads a value, such as subscriber.first_name"),
        ("subscriber.first_name ~ web_url", "concat is not allowed"),
        ("subscriber['first_name']", "getitem is not allowed"),
        ("subscriber.first_name.upper()", "call is not allowed"),
        ("range(10)", "call is not allowed"),
        ("subscriber.first_name.__class__", "getattr is not allowed"),
        ("''.__class__", "getattr is not allowed"),
        ("[web_url]", "list is not allowed"),
        ("{}", "dict is not allowed"),
        ("subscriber.__class__", 'subscriber has no "__class__" (there is company, first_name)'),
        ("subscriber.frist_name", 'subscriber has no "frist_name" (did you mean "first_name"?)'),
        ("issue.subject", 'issue has no "subject" (there is date, language, slug)'),
        ("subscriber", "write subscriber.… with the name of one of its fields: first_name, company"),
        ("unsubscribe_link", 'there is no "unsubscribe_link" (did you mean "unsubscribe_url"?)'),
        ("config", 'there is no "config"'),
        ("web_url | attr('x')", 'there is no filter "attr"'),
        ("web_url | upercase", 'there is no filter "upercase"'),
        ("web_url is callable", 'there is no test "callable"'),
        ("web_url | default(7*7)", "mul is not allowed"),
        ("web_url if 7*7 else web_url", "mul is not allowed"),
    ],
)
def test_an_expression_does_nothing_else(expression: str, reason: str) -> None:
    (message,) = faults(expression)
    assert message.startswith(f'"{{{{ {expression} }}}}": {reason}')


@pytest.mark.parametrize("expression", ["", "1 +", "web_url | ", "'"])
def test_an_expression_that_cannot_be_read_is_told(expression: str) -> None:
    (message,) = faults(expression)
    assert message.startswith((f'"{{{{ {expression} }}}}" cannot be read: ', f'"{{{{ {expression} }}}}" must be one'))


@pytest.mark.parametrize(
    "expression", ["web_url }}{{ web_url", "web_url }} and {{ web_url", "# a comment #", "% if x %"]
)
def test_an_expression_is_one_expression(expression: str) -> None:
    assert len(faults(expression)) == 1


def test_wrong_expressions_are_told_all_at_once_at_their_places_for_mail_and_page() -> None:
    issue = issue_of("Dag {{ subscriber.naam }},\n\n::: tip Een {{ 7*7 }}\nx\n:::\n")
    for render in (mail_of, page_of):
        with pytest.raises(IssueError) as caught:
            render(issue)
        assert [str(finding.position) for finding in caught.value.findings] == [
            "issues/proef.md:6:5",
            "issues/proef.md:8:13",
        ]


def test_in_code_an_expression_is_text() -> None:
    source = "`{{7*7}}` en\n\n```\n{{ nope }} {% raw %}\n```\n\n    {{ config }}\n"
    mail = mail_of(source)
    for text in ("{{7*7}}", "{{ nope }} {% raw %}", "{{ config }}"):
        assert text in mail.html
        assert text in mail.text
        assert text in page_of(source)


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


def test_a_missing_value_says_how_to_give_a_fallback() -> None:
    with pytest.raises(PersonalFieldError) as caught:
        mail_of("Dag {{ subscriber.first_name }}", NOBODY)
    assert str(caught.value) == (
        'issues/proef.md:6:5: "{{ subscriber.first_name }}" has no value for this reader; '
        'give one for readers without: {{ subscriber.first_name | default("…") }}'
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("subscriber.first_name | truncate(2)", "expected length >= 3, got 2"),
        ("subscriber.first_name | upper(1)", "do_upper() takes 1 positional argument but 2 were given"),
        ("'x' if subscriber.first_name > 3", "'>' not supported between instances of 'str' and 'int'"),
    ],
)
def test_an_expression_that_fails_for_a_reader_says_why(expression: str, reason: str) -> None:
    with pytest.raises(PersonalFieldError) as caught:
        mail_of(f"{{{{ {expression} }}}}")
    assert str(caught.value) == f'issues/proef.md:6:1: "{{{{ {expression} }}}}" cannot be worked out: {reason}'


@pytest.mark.parametrize(
    ("to", "greeting"),
    [(ANNA, "Dag Anna!"), (NOBODY, "Dag lezer!"), (reader(first_name=""), "Dag lezer!")],
)
def test_a_missing_and_an_empty_value_have_the_fallback(to: Recipient, greeting: str) -> None:
    mail = mail_of('Dag {{ subscriber.first_name | default("lezer") }}!', to)
    assert f"{greeting}</p>" in mail.html
    assert f"\n{greeting}\n" in mail.text


@given(st.text(), st.sampled_from([Context.HTML, Context.PLAIN, Context.URL_PART]))
def test_no_value_breaks_out(value: str, context: Context) -> None:
    out = evaluate(Hole(NAME, context), values(value))
    if context is Context.PLAIN:
        assert out.splitlines() in ([], [out])
    else:
        assert not set(out) & set("<>\"'\r\n\0")
        assert context is Context.HTML or out.isascii()


# One reader's mail


EVERYWHERE = """\
---
subject: "Dag {{ subscriber.first_name | default('lezer') }}"
preheader: "Voor {{ subscriber.first_name | default('jou') }}"
date: 2026-11-24
---
{{ subscriber.first_name | default("jij") }}: [web]({{ web_url }}), [uit]({{ unsubscribe_url }} "uit"),
<https://example.org/u/{{ subscriber.address }}> en
[deel](https://example.org/?u={{ subscriber.first_name | default("x") }}&b=2 "it's {{ subscriber.first_name }}").

![Foto van {{ subscriber.first_name | default("jou") }}](https://example.org/{{ subscriber.language }}.png)

::: tip {#een} Voor {{ subscriber.first_name | default("jou") }}
| a | b |
|---|---|
| {{ issue.date }} | {{ issue.slug | upper }} |
:::

::: button {url="{{ preferences_url }}"} Kies, {{ subscriber.first_name | default("lezer") }}
:::
"""


def test_a_field_is_filled_wherever_it_stands() -> None:
    mail = mail_of(issue_of("", EVERYWHERE), reader(first_name="An & O'B"))

    assert mail.subject == "Dag An & O'B"
    assert mail.preheader == "Voor An & O'B"
    name = "An &amp; O&#39;B"
    for html in (
        f"<title>Dag {name}</title>",
        f"Voor {name}",
        f">{name}: <a href=",
        f'href="{SITE}/p/proef/"',
        f'href="{SITE}/u/anna-token" title="uit"',
        'href="https://example.org/u/anna%40example.org"',
        ">https://example.org/u/anna@example.org</a>",
        'href="https://example.org/?u=An%20%26%20O%27B&amp;b=2"',
        f'title="it\'s {name}"',
        f'<img src="https://example.org/nl.png" alt="Foto van {name}" />',
        ">2026-11-24</td>",
        ">PROEF</td>",
        f'href="{SITE}/preferences/anna-token"',
        f"Kies, {name}",
    ):
        assert html in mail.html, html
    for text in ("Dag An & O'B\n=", "\nAn & O'B: web [1]", f"[1] {SITE}/p/proef/", "[Foto van An & O'B]", "PROEF"):
        assert text in mail.text, text
    assert "zq" not in mail.html + mail.text


def test_the_fields_of_mso_comments_are_filled() -> None:
    html = f'<!--[if mso]><a href="{KEY}">{KEY}</a><![endif]-->'
    filled = fill(place_in_html(html, {KEY: NAME}), values("https://a.example/?a='-->"))
    assert filled == (
        '<!--[if mso]><a href="https://a.example/?a=&#39;--&gt;">https://a.example/?a=&#39;--&gt;</a><![endif]-->'
    )


def test_a_reader_has_links_of_their_own() -> None:
    email = render_email(issue_of("x"), THEME, SETTINGS)
    mine, other = (personal_values(email, to, SITE) for to in (ANNA, NOBODY))
    assert mine["unsubscribe_url"] == f"{SITE}/u/anna-token"
    assert mine["preferences_url"] == f"{SITE}/preferences/anna-token"
    assert other["unsubscribe_url"] == f"{SITE}/u/lezer-token"
    assert mine["web_url"] == other["web_url"] == f"{SITE}/p/proef/"


def test_the_values_of_one_reader_cannot_be_changed() -> None:
    email = render_email(issue_of("x"), THEME, SETTINGS)
    with pytest.raises(TypeError):
        personal_values(email, ANNA, SITE)["web_url"] = "x"  # type: ignore[index]


# The page that everybody sees


def test_a_page_has_the_fallback_and_no_link_of_any_reader() -> None:
    page = page_of(issue_of("", EVERYWHERE.replace(' "it\'s {{ subscriber.first_name }}"', "")))
    assert "<title>Dag lezer" in page
    assert "<p>jij: <a href=" in page
    assert page.count(f'href="{SITE}/subscribe/"') >= 3
    assert f'href="{SITE}/p/proef/"' in page
    assert "2026-11-24</td>" in page
    for trace in ("zq", "anna", "-token", "/u/anna", "/preferences/"):
        assert trace not in page


def test_without_a_fallback_a_field_becomes_nothing_on_a_page() -> None:
    assert "<p>Dag , hallo </p>" in page_of("Dag {{ subscriber.first_name }}, hallo {{ subscriber.address }}")


def test_a_page_knows_the_issue_and_its_language_only() -> None:
    front = FRONT.replace("---\nsubject", "---\nlanguage: en\nsubject")
    known = public_values(issue_of("x", front), SITE)
    assert vars(known["subscriber"]) == {"language": "en"}
    assert vars(known["issue"]) == {"date": "2026-11-24", "language": "en", "slug": "proef"}


def test_a_line_for_everybody_drops_what_has_no_value() -> None:
    segments = (Hole(NAME, Context.PLAIN), "dag ", Hole(PersonalField("web_url", PLACE), Context.PLAIN))
    known = {"subscriber": SimpleNamespace(), "web_url": "https://a.example"}
    assert fill_for_everybody(segments, known) == "dag https://a.example"
