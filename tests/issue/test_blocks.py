"""Blocks and the text between them: what opens and closes one, what its head says, where it stands."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.model import Position
from tests.issue.drafts import FRONT, blocks, body_faults, faults, only_block


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


def test_text_between_blocks_is_a_block_of_its_own() -> None:
    found = blocks("\nEen.\n\n::: divider\n:::\n\n\nTwee\nen drie.\n::: note\nVier.\n:::\n")
    assert [(block.kind, block.body.source.strip()) for block in found] == [
        ("text", "Een."),
        ("divider", ""),
        ("text", "Twee\nen drie."),
        ("note", "Vier."),
    ]


def test_a_text_begins_at_its_first_words() -> None:
    [block] = blocks("\n\nEen.\n")
    assert block.position == block.body.position == Position("issue.md", 7, 1)


def test_lines_without_words_between_blocks_are_no_text() -> None:
    assert kinds("\n::: divider\n:::\n \t\n::: divider\n:::\n\n") == ["divider", "divider"]


def test_a_block_knows_where_it_and_its_text_stand() -> None:
    block = only_block("\n::: tip Titel\n\nTekst\n:::\n")
    assert block.position == Position("issue.md", 6, 1)
    assert block.body.position == Position("issue.md", 7, 1)
    assert block.body.source == "\nTekst"


def test_a_block_without_text_has_an_empty_body_at_its_head() -> None:
    block = only_block("::: divider\n:::\n")
    assert (block.body.source, block.body.tokens, block.body.position) == ("", (), Position("issue.md", 5, 1))


@pytest.mark.parametrize(
    "text",
    [
        "::: tip Titel\nx\n:::\n",
        ":::tip Titel\nx\n:::\n",
        ":::: tip Titel\nx\n:::\n",
        ":::::tip Titel\nx\n::::::::::\n",
        ":::\ttip\tTitel\t\nx\n::: \t\n",
        ":::\N{NO-BREAK SPACE}tip Titel\nx\n:::\N{NO-BREAK SPACE}\n",
        "::: tip{} Titel\nx\n:::",
        "::: tip {}Titel\nx\n:::",
        "::: tip { \t } Titel\nx\n:::",
    ],
)
def test_the_ways_to_write_one_block(text: str) -> None:
    block = only_block(text)
    assert (block.kind, block.title, block.body.source) == ("tip", "Titel", "x")


@pytest.mark.parametrize(
    "text", ["    ::: tip\n", "a ::: b\n", "::\n", ":: tip\n", "\\::: tip\n", "> ::: tip\n", ": : :\n"]
)
def test_what_is_no_mark_is_text(text: str) -> None:
    assert kinds(f"Hoi.\n\n{text}") == ["text"]


def test_text_written_as_a_block_keeps_its_attributes_to_itself() -> None:
    found = blocks('::: text {on="web"}\nOp het web.\n:::\nOveral.\n')
    assert [(block.kind, dict(block.attributes), block.body.source) for block in found] == [
        ("text", {"on": "web"}, "Op het web."),
        ("text", {}, "Overal.\n"),
    ]


def test_attributes_may_be_written_in_several_ways() -> None:
    block = only_block(
        """::: tool {#een .breed .rood-2 url=https://example.org/a?b=c price='"9" euro' tags = "a, 'b'" } T\nx\n:::"""
    )
    assert block.id == "een"
    assert dict(block.attributes) == {
        "class": "breed rood-2",
        "url": "https://example.org/a?b=c",
        "price": '"9" euro',
        "tags": "a, 'b'",
    }


def test_a_backslash_lets_a_quote_stand_in_quotes() -> None:
    block = only_block(r"""::: tool {url="https://example.org" price="\"9\"" tags='it\'s \\ {#x}'} T""" + "\nx\n:::\n")
    assert (block.attributes["price"], block.attributes["tags"]) == ('"9"', r"it's \ {#x}")


def test_attributes_are_typed_by_the_schema() -> None:
    block = only_block(
        '::: episode {url="mailto:a@example.org" duration="48:05" number="007" '
        'date="2026-11-20" cover="wafer.png"} T\n:::\n'
    )
    assert dict(block.attributes) == {
        "url": "mailto:a@example.org",
        "duration": 2885,
        "number": 7,
        "date": date(2026, 11, 20),
        "cover": "wafer.png",
    }


@pytest.mark.parametrize(
    ("written", "seconds"), [("0:00", 0), ("75:00", 4500), ("1:15:33", 4533), ("100:00:00", 360_000), ("1:00:59", 3659)]
)
def test_a_duration_is_whole_seconds(written: str, seconds: int) -> None:
    block = only_block(f'::: episode {{url="https://example.org" duration="{written}"}} T\n:::\n')
    assert block.attributes["duration"] == seconds


def test_a_title_may_hold_braces_that_are_no_attributes() -> None:
    assert (
        only_block("::: note Schrijf {naam} of {} in je prompt\nx\n:::\n").title == "Schrijf {naam} of {} in je prompt"
    )


def test_a_title_may_begin_with_a_personal_field() -> None:
    [block] = blocks("::: note {{ subscriber.first_name }}, lees dit\nx\n:::\n")
    assert block.title.endswith("z, lees dit")
    assert dict(block.attributes) == {}


def test_a_kind_may_be_unknown_and_its_text_is_still_read() -> None:
    assert body_faults('::: ti"p {a=“b” Titel {{ x\n[a](b)\n:::\n') == [
        'issue.md:5:5: unknown block "ti\\"p" (did you mean "tip"?)',
        "issue.md:5:10: the { of the attributes is never closed",
        'issue.md:6:5: the link "b" is not a whole address; begin it with https://',
    ]


def test_a_value_of_many_fields_that_is_never_closed_is_read_once() -> None:
    # As field or as letters: with a choice between them, each field would double the ways to read the line.
    told = body_faults('::: tip {tags="' + "{{ a }}" * 5000 + "\nx\n:::\n")
    assert told[0] == 'issue.md:5:10: attribute "tags" has a " that is never closed; write tags="…"'


def test_lines_are_counted_right_behind_every_fault() -> None:
    told = body_faults("a\n:::\n[a](b)\n:::{}\n[a](b)\n:::\n[a](b)\n  ::: note\n[a](b)\n:::\n[a](b)\n")
    assert [line for line in told if "the link" in line] == [
        f'issue.md:{line}:5: the link "b" is not a whole address; begin it with https://' for line in (7, 9, 11, 13, 15)
    ]


def test_faults_come_in_the_order_of_the_text() -> None:
    told = faults(f"{FRONT}[a](b)\n::: tipp\n[c](d)\n:::\n::: note {{x=1}}\n[e](f)\n:::\n:::\n")
    places = [tuple(map(int, line.split(":")[1:3])) for line in told]
    assert places == sorted(places)
    assert len(places) == 6


def test_a_misspelt_attribute_is_not_also_missing() -> None:
    assert body_faults('::: sponsor {urll="https://example.org"} Titel\nx\n:::\n') == [
        'issue.md:5:1: block "sponsor" needs by="…"',
        'issue.md:5:14: block "sponsor" has no attribute "urll" (did you mean "url"?)',
    ]


def test_a_head_with_a_fault_misses_nothing() -> None:
    assert body_faults("::: sponsor {by=“DEPT”}\n:::\n") == [
        'issue.md:5:14: attribute "by" has a typographic quote (“), and needs straight ones; write by="…"'
    ]
