from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from jinja2 import StrictUndefined
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.errors import IssueError, PersonalFieldError
from newsletter.model import Context, Hole, PersonalField, Position
from newsletter.render import personal_values, render_email
from newsletter.render.expressions import check_fields
from newsletter.render.personal import evaluate, fill_for_everybody, public_values
from tests.render.issues import ANNA, FRONT, NOBODY, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, reader

if TYPE_CHECKING:
    from newsletter.model import Recipient

PLACE = Position("issue.md", 7, 3)
JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
MAIL = render_email(issue_of("Dag"), THEME, SETTINGS)


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


@pytest.mark.parametrize("reader", [ANNA, NOBODY])
@pytest.mark.parametrize(
    "expression",
    [
        "subscriber.first_name",
        'subscriber.first_name | default("lezer")',
        'subscriber.first_name | default("")',
        "subscriber.first_name | default(7)",
        "subscriber.first_name | default(none)",
        "subscriber.first_name | default(web_url)",
        'subscriber.first_name | default("lezer", true)',
        'subscriber.first_name | default(default_value="lezer")',
        'subscriber.first_name | default("lezer") | upper',
        '"lezer" | default("x")',
        "web_url",
        "web_url | default('x')",
        "issue.slug",
    ],
)
def test_a_value_is_what_jinja_makes_of_it(expression: str, reader: Recipient) -> None:
    values = personal_values(MAIL, reader, SITE)
    try:
        expected = str(JINJA.compile_expression(expression, undefined_to_none=False)(values))
    except UndefinedError:
        expected = ""

    try:
        found = evaluate(Hole(PersonalField(expression, PLACE), Context.PLAIN), values)
    except PersonalFieldError:
        found = ""

    assert found == expected


# A value that there is not


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
        f'<img src="https://example.org/nl.png" alt="Foto van {name}" style="max-width:100%;height:auto;border:0" />',
        ">2026-11-24</td>",
        ">PROEF</td>",
        f'href="{SITE}/preferences/anna-token"',
        f"Kies, {name}",
    ):
        assert html in mail.html, html
    for text in ("Dag An & O'B\n=", "\nAn & O'B: web [1]", f"[1] {SITE}/p/proef/", "[Foto van An & O'B]", "PROEF"):
        assert text in mail.text, text
    assert "zq" not in mail.html + mail.text


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
    name = PersonalField("subscriber.first_name", PLACE)
    segments = (Hole(name, Context.PLAIN), "dag ", Hole(PersonalField("web_url", PLACE), Context.PLAIN))
    known = {"subscriber": SimpleNamespace(), "web_url": "https://a.example"}
    assert fill_for_everybody(segments, known) == "dag https://a.example"


def test_a_message_shows_no_character_that_nobody_can_see() -> None:
    with pytest.raises(IssueError) as caught:
        mail_of("Dag {{ \ud7fc }} en {{ x\u200b }}")
    assert all(finding.message.isprintable() for finding in caught.value.findings)
    assert [finding.message[:13] for finding in caught.value.findings] == ['"{{ \\ud7fc }}', '"{{ x\\u200b }']
