from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from markupsafe import Markup

from newsletter.errors import TemplateError
from newsletter.i18n import catalogue
from newsletter.render import open_theme
from newsletter.render.layout import compile_layout
from newsletter.render.theme import Theme, shared, shipped_theme
from tests.render.issues import ANNA, THEME, issue_of, mail_of, page_of, theme_with

if TYPE_CHECKING:
    from pathlib import Path

TEXT_MAIL = "email/blocks/text/email.mjml.j2"
TEXT_PAGE = "email/blocks/text/web.html.j2"
TEXT_TEXT = "email/blocks/text/text.txt.j2"
SECTION = "<mj-section><mj-column>\n{}\n</mj-column></mj-section>\n"


def complaint(root: Path, files: dict[str, str], body: str = "Hallo") -> str:
    """What is said of a mail rendered with broken templates."""
    theme = theme_with(root, files)
    with pytest.raises(TemplateError) as caught:
        mail_of(body, theme=theme)
    return str(caught.value)


def page_complaint(root: Path, files: dict[str, str]) -> str:
    theme = theme_with(root, files)
    with pytest.raises(TemplateError) as caught:
        page_of("Hallo", theme)
    return str(caught.value)


# Where templates come from


def test_a_workspace_wins_file_by_file(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"email/footer.mjml.j2": SECTION.format("<mj-text>Tot ziens</mj-text>")})

    mail = mail_of("Hallo", theme=theme)

    shipped = mail_of("Hallo")
    assert "Tot ziens" in mail.html
    assert "Nederland" in shipped.html
    assert "Nederland" not in mail.html
    assert mail.html.partition("Tot ziens")[0][:4000] == shipped.html[:4000]
    assert mail.text == shipped.text


def test_a_workspace_without_templates_has_the_shipped_ones(tmp_path: Path) -> None:
    assert open_theme(tmp_path).folders == (shipped_theme(),)


def test_the_shipped_templates_do_not_win_over_themselves(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(shipped_theme())
    assert open_theme(tmp_path).folders == (shipped_theme(),)


def test_a_file_is_found_listed_and_read_in_the_first_place_that_has_it(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"web/extra.svg": "mine", "web/base.html.j2": "own base"})
    assert theme.has("web/extra.svg")
    assert theme.has("web/index.html.j2")
    assert not theme.has("web")
    shipped = {f"web/{path.name}" for path in (shipped_theme() / "web").iterdir() if path.is_file()}
    assert theme.list("web") == sorted(shipped | {"web/extra.svg"})
    assert theme.read("web/base.html.j2") == b"own base"
    assert theme.read("web/index.html.j2").startswith(b"{% extends")


def test_a_file_that_nobody_has_is_named() -> None:
    with pytest.raises(TemplateError, match=r"^templates/assets/nope\.png: no such file$"):
        THEME.read("assets/nope.png")


def test_a_wrong_schema_is_told_when_the_theme_is_opened(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        theme_with(tmp_path, {"email/blocks/recipe/schema.toml": 'titel = "required"\n'})
    expected = 'templates/email/blocks/recipe/schema.toml: titel: unknown key (did you mean "title"?)'
    assert str(caught.value) == expected


def test_an_edited_template_is_seen_when_the_theme_is_opened_anew(tmp_path: Path) -> None:
    for words in ("eerst", "daarna, en langer"):
        theme = theme_with(tmp_path, {"web/note.html.j2": words})
        assert theme.render("web/note.html.j2", "nl", {}) == words
        assert theme.render_kept("web/note.html.j2", "nl", shared({}), {}) == words


def test_what_a_template_would_print_differently_is_not_taken_for_the_same(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"web/note.html.j2": "{{ value }} {{ around }}"})
    for value in ("<b>", Markup("<b>"), 1, True, 1.0, date(2026, 11, 24), ["a"], SimpleNamespace(a=["b"]), {"a": "b"}):
        context = {"value": value, "around": "&"}
        kept = [theme.render_kept("web/note.html.j2", "nl", shared({"around": "&"}), {"value": value}) for _ in "12"]
        assert kept == [theme.render("web/note.html.j2", "nl", context)] * 2


def test_what_is_kept_has_an_end(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"web/note.html.j2": "{{ value }} {{ around }}"})
    for number in range(5000):
        around = shared({"around": number})
        assert theme.render_kept("web/note.html.j2", "nl", around, {"value": number}) == f"{number} {number}"


# A new kind of block


RECIPE = {
    "email/blocks/recipe/schema.toml": (
        'summary = "A recipe."\ntitle = "required"\n[attributes.minutes]\ntype = "number"\nrequired = true\n'
    ),
    "email/blocks/recipe/email.mjml.j2": (
        "<mj-section><mj-column><mj-text>"
        "<h2>{{ block.title }}</h2><em>{{ block.minutes }} min</em>{{ block.body }}"
        "</mj-text></mj-column></mj-section>\n"
    ),
    "email/blocks/recipe/text.txt.j2": "{{ block.title }} ({{ block.minutes }} min)\n\n{{ block.body }}\n",
    "email/blocks/recipe/web.html.j2": "<section>{{ block.title }}, {{ block.minutes }} min{{ block.body }}</section>",
}


def test_a_new_kind_of_block_needs_no_python(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, RECIPE)
    issue = issue_of("::: recipe {minutes=20} Soep & brood\nSnijd een *prei*.\n:::\n", theme=theme)

    mail = mail_of(issue, theme=theme)

    assert "<h2>Soep &amp; brood</h2><em>20 min</em>" in mail.html
    assert "<em>prei</em>" in mail.html
    assert "\nSoep & brood (20 min)\n\nSnijd een prei.\n" in mail.text
    assert "<section>Soep &amp; brood, 20 min<p>Snijd een <em>prei</em>.</p>" in page_of(issue, theme)


def test_a_kind_with_only_a_schema_says_which_template_is_missing(tmp_path: Path) -> None:
    files = {"email/blocks/recipe/schema.toml": 'title = "required"\n'}
    expected = ': there is no template "email/blocks/recipe/email.mjml.j2"'
    assert complaint(tmp_path, files, "::: recipe Soep\n:::\n").endswith(expected)


# Faults in templates


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% if block.title %}", "Unexpected end of template."),
        ("{{ block.title | nope }}", "No filter named 'nope'."),
        ("{{ block.bdy }}", 'there is no "bdy" here (did you mean "body"?)'),
        ("{{ newsletter.nmae }}", 'there is no "nmae" here (did you mean "name"?)'),
        ("{{ nope }}", "'nope' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 + 'a' }}", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("{{ (1).to_bytes(-1) }}", "length argument must be non-negative"),
        ('{% include "email/nope.mjml.j2" %}', 'there is no template "email/nope.mjml.j2"'),
        ('{% import "email/nope.mjml.j2" as nope %}', 'there is no template "email/nope.mjml.j2"'),
        (f'{{% include "{TEXT_MAIL}" %}}', "maximum recursion depth exceeded"),
        (
            '<mj-text colour="#fff">{{ block.body }}</mj-text>',
            'mj-text has no attribute "colour" (did you mean "color"?)',
        ),
        ("<mj-txt>{{ block.body }}</mj-txt>", 'unknown element "mj-txt" (did you mean "mj-text"?)'),
        ("<mj-text>{{ block.body | upper }}</mj-text>", "the editor's words cannot be changed here"),
        ("<mj-text>{{ block.body }}{{ issue.subject | title }}</mj-text>", "the editor's words cannot be changed here"),
        ('<mj-text><i title="{{ block.body }}">x</i></mj-text>', "the text of the block text of issues/proef.md:6:1 "),
        ('<mj-text css-class="{{ block.body }}">x</mj-text>', "the text of the block text of issues/proef.md:6:1 "),
    ],
)
def test_a_fault_in_a_template_is_told_at_its_line(tmp_path: Path, template: str, expected: str) -> None:
    said = complaint(tmp_path, {TEXT_MAIL: SECTION.format(template)})
    # An unclosed tag is found at the end of its file.
    assert re.fullmatch(rf"templates/{TEXT_MAIL}:[123]: .*", said, re.DOTALL)
    assert said.partition(": ")[2].startswith(expected)
    if "Unexpected end" not in said and "recursion" not in said:
        assert f"{TEXT_MAIL}:2: " in said


def test_a_text_that_no_template_shows_is_missed(tmp_path: Path) -> None:
    said = complaint(tmp_path, {TEXT_MAIL: SECTION.format("<mj-text>Altijd hetzelfde</mj-text>")})
    message = "the text of the block text of issues/proef.md:6:1 is left out; show it with {{ block.body }}"
    assert said == f"templates/{TEXT_MAIL}: {message}"


def test_templates_that_cannot_be_read_are_all_found_without_being_rendered(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, {"web/list.html.j2": "\n{% if %}", "text/mail.txt.j2": "{{ a b }}"})

    assert [str(fault) for fault in theme.syntax_faults()] == [
        "templates/text/mail.txt.j2:1: expected token 'end of print statement', got 'b'",
        "templates/web/list.html.j2:2: Expected an expression, got 'end of statement block'",
    ]
    assert list(THEME.syntax_faults()) == []


def test_a_fault_in_a_plain_text_template_is_told_at_its_line(tmp_path: Path) -> None:
    files = {TEXT_TEXT: "{{ block.body }}\n\n{{ block.nope }}\n"}
    assert complaint(tmp_path, files).startswith(f'templates/{TEXT_TEXT}:3: there is no "nope" here (there is body, ')


def test_a_fault_in_a_page_is_told_at_its_line(tmp_path: Path) -> None:
    files = {TEXT_PAGE: "{{ block.body }}\n{{ unsubscribe_url }}\n"}
    assert page_complaint(tmp_path, files) == f"templates/{TEXT_PAGE}:2: 'unsubscribe_url' is undefined"


def test_a_missing_page_template_is_named() -> None:
    with pytest.raises(TemplateError) as caught:
        THEME.render("web/nope.html.j2", "nl", {})
    assert str(caught.value) == 'templates/web/nope.html.j2: there is no template "web/nope.html.j2"'


def test_head_css_must_be_ascii(tmp_path: Path) -> None:
    said = complaint(tmp_path, {"email/head.css.j2": '.a::before { content: "é"; }\n'})
    assert re.fullmatch(r'templates/email/mail\.mjml\.j2:\d+: "é" in mj-style; write it as a CSS escape, \\E9', said)


def test_content_css_that_cannot_be_inlined_is_told_at_its_line_and_column(tmp_path: Path) -> None:
    said = complaint(tmp_path, {"email/content.css.j2": ".a { margin: 0; }\n.a:hover { margin: 0; }\n"})
    place = "templates/email/content.css.j2:2:3"
    assert said == f"{place}: a pseudo-class cannot be inlined; use mj-style"


@pytest.mark.parametrize("blocks", ["", "{{ blocks }}{{ blocks }}", "{{ blocks | upper }}"])
def test_a_frame_shows_the_blocks_once(tmp_path: Path, blocks: str) -> None:
    frame = f"<mjml><mj-head></mj-head><mj-body>{blocks}</mj-body></mjml>"
    said = complaint(tmp_path, {"email/mail.mjml.j2": frame})
    assert said == "templates/email/mail.mjml.j2: the blocks must be shown once: put {{ blocks }} into <mj-body>"


def test_blocks_in_the_head_are_no_mail(tmp_path: Path) -> None:
    frame = "<mjml><mj-head>{{ blocks }}</mj-head><mj-body></mj-body></mjml>"
    assert "mj-section" in complaint(tmp_path, {"email/mail.mjml.j2": frame})


def test_the_frame_of_the_plain_text_shows_the_blocks(tmp_path: Path) -> None:
    said = complaint(tmp_path, {"text/mail.txt.j2": "{{ issue.subject }}"})
    assert said == "templates/text/mail.txt.j2: the blocks are left out; show them with {{ blocks }}"


def test_broken_templates_are_not_kept(tmp_path: Path) -> None:
    kept = compile_layout.cache_info().currsize
    complaint(tmp_path, {TEXT_MAIL: SECTION.format("<mj-txt></mj-txt>")})
    assert compile_layout.cache_info().currsize == kept


# What a template may say


@pytest.fixture
def theme(tmp_path: Path) -> Theme:
    return theme_with(
        tmp_path,
        {
            "web/value.html.j2": "{{ value }}",
            "text/value.txt.j2": "{{ value }}",
            "web/day.html.j2": "{{ value | day }}",
            "web/duration.html.j2": "{{ value | duration }}",
            "text/quoted.txt.j2": "{{ value | quoted }}",
            "text/title.txt.j2": '{{ value | wrap | underline("=") }}',
            "web/words.html.j2": '{{ _("Unsubscribe") }} {{ _("Not translated %(what)s", what=value) }}',
        },
    )


def test_values_are_escaped_in_html_and_not_in_plain_text(theme: Theme) -> None:
    value = {"value": "<b> & 'c'"}
    assert theme.render("web/value.html.j2", "nl", value) == "&lt;b&gt; &amp; &#39;c&#39;"
    assert theme.render("text/value.txt.j2", "nl", value) == "<b> & 'c'"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{{ _("Unsubscribe") }}', "Afmelden"),
        ('{{ _("Unsubscribe") | upper ~ ": " ~ value }}', "AFMELDEN: <"),
        ('{{ {"a": _("Tip")}["a"] ~ (_("Tools") if value else _ ("Tags")) }}', "TipTools"),
        ("{{ _(\"100%%, 'a' & b\") }}", "100%, 'a' & b"),
        ('{{ _("%(a)s", a=value) }}', "<"),
    ],
)
def test_what_is_translated_is_markup_in_markup_and_else_plain_text(tmp_path: Path, template: str, found: str) -> None:
    theme = theme_with(tmp_path, {"web/a.html.j2": template, "text/a.txt.j2": template})
    assert theme.render("text/a.txt.j2", "nl", {"value": "<"}) == found
    assert theme.render("web/a.html.j2", "nl", {"value": "<"}) == found.replace("<", "&lt;")


def test_a_template_cannot_reach_beyond_what_it_is_given(tmp_path: Path) -> None:
    said = complaint(tmp_path, {TEXT_MAIL: SECTION.format("{{ ''.__class__.__mro__ }}{{ block.body }}")})
    assert said.startswith(f"templates/{TEXT_MAIL}:2: ")
    assert "unsafe" in said


def test_values_are_never_templates(theme: Theme) -> None:
    value = "{{ 7*7 }}{% raw %}{# x #}"
    assert theme.render("text/value.txt.j2", "nl", {"value": value}) == value


@pytest.mark.parametrize(
    ("language", "day", "duration", "words"),
    [
        ("nl", "dinsdag 24 november 2026", "1 uur 15 min", "Afmelden"),
        ("en", "Tuesday, 24 November 2026", "1 hr 15 min", "Unsubscribe"),
    ],
)
def test_dates_durations_and_words_are_in_the_language_of_the_issue(
    theme: Theme, language: str, day: str, duration: str, words: str
) -> None:
    assert theme.render("web/day.html.j2", language, {"value": date(2026, 11, 24)}) == day
    assert theme.render("web/words.html.j2", language, {"value": "<i>"}) == f"{words} Not translated &lt;i&gt;"
    assert theme.render("web/duration.html.j2", language, {"value": 4533}) == duration


def test_plain_text_is_quoted_wrapped_and_underlined(theme: Theme) -> None:
    assert theme.render("text/quoted.txt.j2", "nl", {"value": "een\n\ntwee"}) == "> een\n>\n> twee"
    assert theme.render("text/title.txt.j2", "nl", {"value": "Een titel"}) == "Een titel\n========="


def test_every_phrase_of_the_templates_is_translated() -> None:
    sources = "".join(path.read_text("utf-8") for path in shipped_theme().rglob("*.j2"))
    phrases = set(re.findall(r'_\("([^"]+)"', sources))
    assert len(phrases) > 10
    dutch = catalogue("nl")
    same = {"Mail", "Online", "Tip", "Tips", "Tool", "Tools", "Webinar"}
    assert {phrase for phrase in phrases if dutch.gettext(phrase) == phrase} <= same


def test_every_kind_of_block_has_its_three_templates_and_an_example() -> None:
    for name, kind in THEME.kinds.items():
        folder = f"email/blocks/{name}"
        assert all(THEME.has(f"{folder}/{file}") for file in ("email.mjml.j2", "text.txt.j2", "web.html.j2")), name
        assert kind.example, name
        assert mail_of(kind.example, ANNA).html
