"""Placeholders of personal fields: which texts share one, and when a text can be known again."""

from __future__ import annotations

from newsletter.issue.holes import PLACEHOLDER
from tests.issue.drafts import FRONT, html, parsed

FIELD = "Dag {{ subscriber.first_name }} in {{ subscriber.city }}\n"
TIP = "::: tip {#tip} Een tip\nVoor {{ subscriber.first_name }}.\n:::\n"


def placeholders(text: str) -> list[list[str]]:
    """Return the placeholders of each block."""
    return [PLACEHOLDER.findall(block.body.parsed) for block in parsed(FRONT + text).blocks]


def test_a_text_that_was_not_changed_has_the_placeholders_that_it_had() -> None:
    before, after = (placeholders(f"{FIELD}\n{tip}") for tip in (TIP, TIP.replace("Voor", "Alleen voor")))
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_fields_of_texts_that_are_alike_are_each_their_own() -> None:
    rule = "::: divider\n:::\n\n"
    issue = parsed(f"{FRONT}{FIELD}\n{rule}{FIELD}\n{rule}{FIELD}")
    names = [name for block in issue.blocks for name in PLACEHOLDER.findall(block.body.parsed)]
    assert len(names) == len(set(names)) == len(issue.fields) == 6
    assert [issue.fields[name].position.line for name in names] == [5, 5, 10, 10, 15, 15]


def test_a_text_that_names_the_placeholder_of_another_means_no_field() -> None:
    ((first, _),) = placeholders(FIELD)
    issue = parsed(f"{FRONT}{FIELD}\n::: note\nHet woord {first}\n:::\n")
    assert first not in issue.fields
    assert len(issue.fields) == 2
    assert first in html(issue.blocks[1])


def test_what_stands_in_code_is_shown_each_time() -> None:
    text = "Dag {{ subscriber.first_name }}: `{{ subscriber.city }}`\n\n```\n{{ web_url }}\n```\n"
    for _ in range(2):
        issue = parsed(FRONT + text)
        assert [field.expression for field in issue.fields.values()] == ["subscriber.first_name"]
        shown = html(issue.blocks[0])
        assert "<code>{{ subscriber.city }}</code>" in shown
        assert "{{ web_url }}" in shown
