"""Tips and tools are records: each has an id, given or made from its title, that never changes by itself."""

from __future__ import annotations

import pytest

from tests.issue.drafts import blocks, body_faults, only_block


@pytest.mark.parametrize(
    ("title", "identity"),
    [
        ("Laat het model je agenda nalopen", "laat-het-model-je-agenda-nalopen"),
        ("Foto's bewerken: zó doe je dat!", "fotos-bewerken-zo-doe-je-dat"),
        ("’s Ochtends “eerst” denken – dan typen…", "s-ochtends-eerst-denken-dan-typen"),
        ("Reünie van de ĳsclub", "reunie-van-de-ijsclub"),
        ("Größe, Übung & Straße", "grosse-ubung-strasse"),
        ("R&D in 1.10 stappen (deel 2)", "r-d-in-1-10-stappen-deel-2"),
        ("👩‍💻 Programmeren", "programmeren"),
        ("Voor {{ subscriber.first_name | default('jou') }}: drie tips", "voor-drie-tips"),
        ("Привет", "privet"),
    ],
)
def test_an_id_is_made_of_the_title(title: str, identity: str) -> None:
    assert only_block(f"::: tip {title}\nx\n:::\n").id == identity


def test_a_long_title_gives_an_id_of_whole_words() -> None:
    identity = only_block(f"::: tip {'een lange titel ' * 10}\nx\n:::\n").id
    assert identity == "-".join(["een-lange-titel"] * 5)


@pytest.mark.parametrize("title", ["👩‍💻", "…!?", "{{ subscriber.first_name }}"])
def test_a_title_without_letters_needs_an_id_beside_it(title: str) -> None:
    assert body_faults(f"::: tip {title}\nx\n:::\n") == [
        'issue.md:5:1: block "tip" needs an id, as none can be made of its title: {#name}'
    ]
    assert only_block(f"::: tip {{#tip-1}} {title}\nx\n:::\n").id == "tip-1"


def test_a_given_id_wins_and_other_kinds_have_one_only_if_it_is_given() -> None:
    found = blocks("::: tip {#een} Titel\nx\n:::\n::: note {#twee} Titel\nx\n:::\n::: note Titel\nx\n:::\n")
    assert [block.id for block in found] == ["een", "twee", ""]


def test_an_id_may_be_eighty_characters() -> None:
    assert only_block(f"::: tip {{#{'a' * 80}}} Titel\nx\n:::\n").id == "a" * 80


@pytest.mark.parametrize("identity", ["", "-", "Tip", "tip_1", "tip--1", "tip-", "é", "zq0123456789abh0z!"])
def test_an_id_is_lower_case_letters_digits_and_single_hyphens(identity: str) -> None:
    [told] = body_faults(f"::: note {{#{identity}}} Titel\nx\n:::\n")
    assert told.startswith(f'issue.md:5:11: the id "{identity}" must be')
