"""The parts of an issue, and the names by which links find them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.model import Part
from tests.issue.drafts import HOUSE, KINDS, blocks


def parts(text: str) -> list[Part]:
    return [part for block in blocks(text) for part in block.parts]


def test_each_titled_block_is_a_part_and_so_is_each_heading_of_the_text() -> None:
    event = '::: event {#kijk start="2026-12-08 20:00"} Hier\n\n## Geen deel\n:::\n'
    text = f"## Eerst `code`,\n*dan* meer\n\n::: tip Proef\nx\n:::\n\n{event}"
    assert parts(text) == [
        Part("Eerst code,", "eerst-code", "text"),
        Part("Proef", "proef", "tip"),
        Part("Hier", "kijk", "event"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Een\n\n### Drie\n\nWoorden.\n",
        "::: note Een terzijde\nx\n:::\n",
        '::: button {url="https://example.org"} Een knop\n:::\n',
        "::: share Deel dit\n:::\n",
        "::: toc Inhoud\n:::\n",
    ],
)
def test_what_nobody_would_look_up_is_no_part(text: str) -> None:
    assert parts(text) == []


def test_a_heading_in_a_quotation_has_its_place_but_no_name() -> None:
    assert parts("> ## Citaat\n\n##\n\n## Kop\n") == [
        Part("", "", "text"),
        Part("", "", "text"),
        Part("Kop", "kop", "text"),
    ]


def test_a_name_is_given_once_and_never_one_that_a_block_has() -> None:
    text = "## Proef\n\n## Proef\n\n::: tip {#proef-2} Iets\nx\n:::\n\n## Content\n\n## ☂\n\n## ☂\n"
    assert [part.id for part in parts(text)] == ["proef", "proef-3", "proef-2", "content-2", "part", "part-2"]


def test_a_name_has_nothing_of_a_reader_in_it() -> None:
    [part] = parts('## Voor {{ subscriber.first_name | default("jou") }} alleen\n')
    assert part.id == "voor-alleen"
    assert part.title != "Voor alleen"


def test_a_long_title_makes_a_name_of_whole_words() -> None:
    [part] = parts(f"## {'woord ' * 40}\n")
    assert part.id == "-".join(["woord"] * 10)


def test_a_line_break_in_a_heading_is_a_space() -> None:
    [part] = parts("Twee\nregels\n---\n")
    assert (part.title, part.id) == ("Twee regels", "twee-regels")


def test_a_kind_may_stay_out_of_the_contents() -> None:
    quiet = KINDS | {"tip": replace(KINDS["tip"], contents="none")}
    assert [block.parts for block in blocks("::: tip Een\nx\n:::\n", replace(HOUSE, kinds=quiet))] == [()]


def test_thousands_of_headings_of_one_title_are_named_at_once() -> None:
    named = parts("## x\n\n" * 4000)
    assert [part.id for part in (named[0], named[1], named[-1])] == ["x", "x-2", "x-4000"]
