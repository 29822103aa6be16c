"""The rules on the writing tell each fault at its line and column, and find none in good issues."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from newsletter.checks import Desk, Rendered, gather
from newsletter.checks.writing import rules
from newsletter.errors import IssueError
from newsletter.model import Pictures
from tests.checks.drafts import FRONT, NOW, SETTINGS, parsed
from tests.checks.drafts import desk as usual_desk
from tests.render.goldens import REAL, issue_named
from tests.render.hostile import TEXTS
from tests.render.issues import SETTINGS as HOUSE
from tests.render.issues import THEME

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.checks import Material

WRITING = {
    "spelling": rules.spelling,
    "word-repeated": rules.word_repeated,
    "space-doubled": rules.space_doubled,
    "sentence-length": rules.sentence_length,
    "quote-straight": rules.quote_straight,
    "address-mixed": rules.address_mixed,
}


def material(text: str, desk: Desk | None = None) -> Material:
    """Return what the rules look at; the mail itself does not matter here."""
    return gather(parsed(text), text.splitlines(), Rendered(None, "", Pictures()), desk or usual_desk())


def told(made: Material) -> list[str]:
    return [
        f"{position.line}:{position.column}: {message} [{name}]"
        for name, rule in WRITING.items()
        for position, message in rule(made)
    ]


PLANTED = """\
---
subject: 'Een "traan" in de in de cleanroom'
preheader: "Wat je  moet weten van chagrijning"
date: 2026-11-24
---
Dit is de de machine, met `de de` code en een foutt in {{ subscriber.first_name | default("lezre") }}.

- een  twee [de foutt](https://a.example/b) en
  nog een een
- ![Een foutt plaatje](https://a.example/b.png)

::: tip {#een tags="foutt"} Een titel met een foutt
Uw tekst.

```
foutt foutt
```
:::

::: quote {by="Een foutt"}
Uw foutt.
:::

::: image {src="wafer.png" alt="Een foutt plaatje"}
:::

Je **foutt**, &eacute;n foutt&nbsp;er\\
foutt
"""


def test_every_fault_is_told_at_its_place() -> None:
    spelt = "; if it is right, add it to dictionary.txt [spelling]"
    assert told(material(PLANTED)) == [
        f'3:36: no dictionary knows "chagrijning" (did you mean "chagrijnig"?){spelt}',
        *[
            f'{place}: no dictionary knows "foutt" (did you mean "fout"?){spelt}'
            for place in ("6:47", "8:17", "10:9", "12:47", "21:4", "24:37", "27:6", "27:25", "28:1")
        ],
        '6:11: "de" stands here twice; delete one [word-repeated]',
        '9:11: "een" stands here twice; delete one [word-repeated]',
        "3:19: two spaces; one is enough [space-doubled]",
        "8:6: two spaces; one is enough [space-doubled]",
        """2:15: a straight quote (") is shown as it is here; write “ and ” [quote-straight]""",
        """2:21: a straight quote (") is shown as it is here; write “ and ” [quote-straight]""",
        '13:1: "Uw" here, and "je" 2 times elsewhere [address-mixed]',
    ]


def test_the_length_of_a_sentence_is_a_setting() -> None:
    text = f"{FRONT}\nEen twee drie vier vijf zes zeven acht negen tien elf. Kort.\n"
    wanted = dataclasses.replace(SETTINGS, checks=dataclasses.replace(SETTINGS.checks, sentence_words=10))
    short = dataclasses.replace(usual_desk(), settings=wanted)
    advice = "of more than 10 few readers know the beginning at the end"
    assert told(material(text)) == []
    assert told(material(text, short)) == [f"7:1: a sentence of 11 words; {advice}; make two of it [sentence-length]"]


def test_the_newsletter_has_words_of_its_own(tmp_path: Path) -> None:
    text = f"{FRONT}\nDit is een vlurk, en daar zijn vlurks. Zo'n Blorp's ding.\n"
    wanted = dataclasses.replace(SETTINGS, root=tmp_path)
    own = dataclasses.replace(usual_desk(), settings=wanted)
    assert len(told(material(text, own))) == 2
    (tmp_path / "dictionary.txt").write_text("\ufeffvlurk\nvlurks # meer\n", "utf-8")
    assert told(material(text, own)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Dit is prima.\n\nOllama draait. Met Ollama kan veel.",
        "Met [ollamma](https://ollamma.com) en redacteur@vlurk.nl van vlurk.",
        '::: tool {url="https://vlurk.example"} Vlurk\nVlurk is mooi.\n:::',
        "| een   | twee |\n|-------|------|\n| een   | twee |",
    ],
)
def test_names_and_tables_are_left_alone(text: str) -> None:
    assert told(material(f"{FRONT}\n{text}\n")) == []


def test_je_and_u_are_words_of_dutch_alone() -> None:
    text = FRONT.replace("date:", "language: en\ndate:") + "\nYou say je or u, as you like.\n"
    assert [one for one in told(material(text)) if "address-mixed" in one] == []


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("subject: Een foutt", ["2:14"]),
        ("subject:   'Een foutt'   # foutt", ["2:17"]),
        ('subject: "Een \\"foutt\\"" # foutt', ["2:17", "2:16", "2:23"]),
        ('subject: "Prima" # een "foutt"', []),
        ("subject: 'Zo''n foutt'", ["2:17"]),
        ("subject: \"Een {{ subscriber.first_name | default('foutt') }} foutt\"", ["2:62"]),
    ],
)
def test_the_front_matter_is_read_as_it_was_written(line: str, places: list[str]) -> None:
    found = told(material(FRONT.replace('subject: "Een traan in de cleanroom"', line) + "\nPrima.\n"))
    assert [one.partition(": ")[0] for one in found] == places


@settings(max_examples=50)
@given(TEXTS)
def test_whatever_is_written_what_is_told_has_a_place_in_it(text: str) -> None:
    try:
        made = material(f"{FRONT}\n{text}\n")
    except IssueError:
        return
    for rule in WRITING.values():
        for position, message in rule(made):
            assert message
            assert 1 <= position.column <= len(made.lines[position.line - 1])


@pytest.mark.parametrize("name", REAL)
def test_nothing_is_said_of_good_issues(name: str) -> None:
    lines = REAL[name].read_text("utf-8").splitlines()
    made = gather(issue_named(name), lines, Rendered(None, "", Pictures()), Desk(THEME, HOUSE, NOW))
    assert told(made) == []
