"""Blocks found by a word or an address."""

from __future__ import annotations

from newsletter.issue import parse_issue
from newsletter.issue.search import find_blocks
from tests.issue.drafts import FRONT, HOUSE
from tests.issue.episodes import EPISODE

TEXT = """\
Dag {{ subscriber.first_name | default("lezer") }}, lees [dit](https://www.Example.org/Pad/).

::: tip {#bewijs} Vraag om bewijs, {{ subscriber.first_name | default("jij") }}
Eerste regel.

Typ bij je document: **zet achter elke bewering de zin**, en dan nog een heel stuk tekst dat te lang is voor een regel.
:::

::: tool {url="https://notebooklm.google.com/"} NotebookLM
Van Google.
:::

::: episode latest
:::
"""
ISSUE = parse_issue(f"{FRONT}{TEXT}".encode(), "issue.md", "proef", HOUSE, lambda _: True, {"latest": EPISODE})


def found(wanted: str) -> list[tuple[str, str, str]]:
    return [(str(hit.position), hit.kind, hit.excerpt) for hit in find_blocks([ISSUE], wanted)]


def test_a_word_is_found_in_a_title_a_text_and_an_attribute() -> None:
    assert found("NOTEBOOK") == [("issue.md:13:1", "tool", "NotebookLM")]
    assert found("om bewijs") == [("issue.md:7:1", "tip", "Vraag om bewijs, …")]
    ((place, kind, excerpt),) = found("bewering")
    assert (place, kind) == ("issue.md:10:1", "tip")
    assert excerpt == "…e document: **zet achter elke bewering de zin**, en dan nog een heel stuk tekst dat te lan…"


def test_an_address_is_found_however_it_is_written() -> None:
    for address in ("https://example.org/pad", "http://www.example.org/pad/", "example.org/pad"):
        assert [place for place, _, _ in found(address)] == ["issue.md:5:1"]
    assert [kind for _, kind, _ in found("https://notebooklm.google.com")] == ["tool"]


def test_the_notes_of_a_pinned_episode_are_found_at_its_block() -> None:
    assert [place for place, _, _ in found("Waar het over gaat")] == ["issue.md:17:1"]


def test_a_hit_says_what_it_is() -> None:
    (hit,) = find_blocks([ISSUE], "eerste regel")

    assert (hit.slug, hit.date, hit.id, hit.title) == ("proef", "2026-11-24", "bewijs", "Vraag om bewijs, …")


def test_what_stands_nowhere_is_not_found() -> None:
    assert found("zonnebloem") == []
