"""Personal fields are swapped for placeholders in words, and stay what they are in code."""

from __future__ import annotations

import pytest

from newsletter.issue import PLACEHOLDER
from newsletter.model import Position
from tests.issue.drafts import FRONT, body_faults, front, html, only_block, parsed


def expressions(data: str | bytes) -> list[tuple[str, int, int]]:
    """Each field of an issue, with its line and column."""
    fields = parsed(data).fields.values()
    return [(field.expression, field.position.line, field.position.column) for field in fields]


def test_a_field_has_the_place_where_it_is_written() -> None:
    text = FRONT + "Dag {{ a }},\n\n-\tx {{b}} {{  c | d }}\n> {{ e }}\n\n| f |\n|---|\n| {{ g }} |\n"
    assert expressions(text) == [("a", 5, 5), ("b", 7, 5), ("c | d", 7, 11), ("e", 8, 3), ("g", 12, 3)]


def test_places_are_counted_in_characters_whatever_the_line_ends_and_the_mark_at_the_start() -> None:
    text = "---\nsubject: 'é {{ a }}'\ndate: 2026-11-24\n---\n👩‍💻 é\t{{ b }}\n::: note {{ c }}\n{{ d }}\n:::\n"
    expected = [("a", 2, 13), ("b", 5, 7), ("c", 6, 10), ("d", 7, 1)]
    assert expressions(text) == expected
    assert expressions(text.replace("\n", "\r\n")) == expected
    assert expressions(text.replace("\n", "\r")) == expected
    assert expressions("\N{ZERO WIDTH NO-BREAK SPACE}" + text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("subject: Hoi {{ a }}", (2, 14)),
        ('subject: "Hoi {{ a }}"', (2, 15)),
        ("subject: '  Hoi {{ a }}'", (2, 17)),
        ('subject: "\\"Hoi\\" {{ a }}"', (2, 19)),
        ('subject: "{{ a | default(\\"x\\") }}"', (2, 11)),
        ("subject: 'Foto''s {{ a }}'", (2, 19)),
        ("subject: >-\n  Hoi\n  {{ a }}", (4, 3)),
        ("subject: Hoi\n  {{ a }}", (3, 3)),
        ('subject: "\\x7b{ a }}"', (2, 10)),
    ],
)
def test_a_field_in_the_front_matter_has_its_place_however_the_value_is_quoted(
    line: str, place: tuple[int, int]
) -> None:
    [field] = front(line, "date: 2026-11-24").fields.values()
    assert field.expression.startswith("a")
    assert (field.position.line, field.position.column) == place


@pytest.mark.parametrize(
    ("head", "places"),
    [
        ("::: note {{ a }} en {{ b }}", [("a", 10), ("b", 21)]),
        ('::: tip {tags="{{ a }}, {{ b }}"} T', [("a", 16), ("b", 25)]),
        ('::: tip {tags="\\"{{ a }}\\" {{ b }}"} T', [("a", 18), ("b", 28)]),
        ("::: tip {tags={{ a }}} T {{ b }}", [("a", 15), ("b", 26)]),
        ('::: tip {tags="{{ a | default("x}") }} {{ b }}"} T', [('a | default("x}")', 16), ("b", 40)]),
        ("::: tip {tags='{{ a | default('x') }}'} {{ b }}, t", [("a | default('x')", 16), ("b", 41)]),
        ('::: tip {tags="{{ a | default(\\"x\\") }}"} T', [('a | default("x")', 16)]),
        ('::: button {url="https://example.org/{{ a }}?b={{ b }}"} T', [("a", 38), ("b", 48)]),
    ],
)
def test_a_field_in_a_head_has_its_place(head: str, places: list[tuple[str, int]]) -> None:
    body = "" if "button" in head else "x\n"
    assert expressions(f"{FRONT}{head}\n{body}:::\n") == [(name, 5, column) for name, column in places]


def test_the_words_hold_placeholders_of_letters_and_digits_only() -> None:
    issue = parsed(
        '---\nsubject: "{{ a }}!"\ndate: 2026-11-24\n---\n::: tip {tags="{{ b }}"} Voor {{ c }}\n*{{ d }}*\n:::\n'
    )
    [block] = issue.blocks
    written = [issue.subject, str(block.attributes["tags"]), block.title, html(block)]
    found = [name for text in written for name in PLACEHOLDER.findall(text)]

    assert [issue.fields[name].expression for name in found] == ["a", "b", "c", "d"]
    assert "".join(found).isalnum()
    assert html(block) == f"<p><em>{found[3]}</em></p>\n"


def test_equal_files_have_equal_placeholders_and_others_have_others() -> None:
    first, same, other = (set(parsed(FRONT + text).fields) for text in ("{{ a }}", "{{ a }}", "{{ a }}\n"))
    assert first == same
    assert first.isdisjoint(other)


def test_letters_that_look_like_a_placeholder_stay_what_they_are() -> None:
    issue = parsed(f"{FRONT}zq0123456789abh0z `zq0123456789abh0z` {{{{ a }}}}")
    assert html(issue.blocks[0]).startswith("<p>zq0123456789abh0z <code>zq0123456789abh0z</code> zq")
    assert len(issue.fields) == 1


@pytest.mark.parametrize(
    "text",
    [
        "`{{ a }}`",
        "``{{ a }} ` {{ b }}``",
        "```\n{{ a }}\n```",
        "~~~ {{ a }}\n{{ b }}\n~~~",
        "    {{ a }}",
        "- x\n\n      {{ a }}",
        "> `{{ a }}`",
        "![`{{ a }}`](wafer.png)",
        "a `{{ a`",
    ],
)
def test_in_code_braces_are_text_to_be_shown(text: str) -> None:
    issue = parsed(FRONT + text)
    assert issue.fields == {}
    assert "{{ a" in html(issue.blocks[0]) or "{{ b }}" in html(issue.blocks[0])
    assert PLACEHOLDER.search(html(issue.blocks[0])) is None


def test_braces_that_are_written_otherwise_are_text() -> None:
    block = only_block("&#123;{ a &lbrace;{ b \\{{ c")
    assert html(block) == "<p>{{ a {{ b {{ c</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "[x]({{ unsubscribe_url }})",
        "<{{ web_url }}>",
        "[x](https://example.org/?n={{ subscriber.first_name | default('een naam') }} \"{{ subscriber.city }}\")",
        "![{{ subscriber.first_name }}](wafer.png)",
        "[x][y]\n\n[y]: {{ web_url }}",
        '# {{ subscriber.first_name | default("lezer") }}',
        "a^[{{ subscriber.city }}]",
    ],
)
def test_a_field_works_in_links_pictures_and_headings(text: str) -> None:
    issue = parsed(FRONT + text)
    assert body_faults(text) == []
    assert all(name in html(issue.blocks[0]) for name in issue.fields)
    assert issue.fields


def test_a_field_never_spans_lines() -> None:
    assert body_faults("{{ subscriber\n.first_name }}") == ['issue.md:5:1: "{{" is never closed with "}}" on its line']


def test_each_open_brace_is_told_once_at_its_place() -> None:
    told = body_faults("{{ web_url }} {{ a `{{ b` {{ c {{ web_url }}\n> {{ d\n")
    assert [line.split(": ")[0] for line in told] == ["issue.md:5:15", "issue.md:5:27", "issue.md:6:3"]


def test_a_whole_field_is_one_position_in_the_issue() -> None:
    [field] = parsed(FRONT + "{{ web_url }}").fields.values()
    assert field.position == Position("issue.md", 5, 1)


def test_a_field_may_be_a_whole_address() -> None:
    block = only_block('::: button {url="{{ web_url }}"} Lees op het web\n:::\n')
    assert PLACEHOLDER.fullmatch(str(block.attributes["url"]))
