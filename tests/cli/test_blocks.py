"""`newsletter blocks`: what may be written in this newsletter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

RECIPE = """\
summary = "A recipe, with how long it takes."
body = "required"
example = '''
::: recipe {minutes="20"} Lentil soup
Onion, lentils, lemon.
:::
'''
[attributes.minutes]
type = "number"
required = true
help = "From start to table."
[attributes.size]
type = "choice"
choices = ["small", "middling", "large"]
default = "small"
help = "For how many."
"""
SHOWN = """\
recipe
A recipe, with how long it takes. (your own)

Title optional, text required.

Attributes
  minutes  number, required: From start to table.
  size     small, middling or large, small by default: For how many.

Every block takes
  #name  its id
  .name  a class
  on     email or web: show it only there
  if     text: only for readers for whom it holds

Example
::: recipe {minutes="20"} Lentil soup
Onion, lentils, lemon.
:::
"""


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def cook(workspace: Path) -> Path:
    """A workspace with a kind of its own."""
    folder = workspace / "templates/email/blocks/recipe"
    folder.mkdir(parents=True)
    (folder / "schema.toml").write_text(RECIPE, "utf-8")
    return workspace


def test_all_kinds_are_listed_with_what_they_are_for(newsletter: Newsletter, cook: Path) -> None:
    ran = newsletter("blocks")

    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    names = [line.split()[0] for line in lines[:-2] if line[0] != " "]
    assert names == sorted(names)
    assert {"divider", "event", "recipe", "text", "toc"} <= set(names)
    assert "recipe      A recipe, with how long it takes. (your own)" in lines
    assert "tip         A tip: one thing to try. A record of the archive, with an address of" in lines
    assert "            its own." in lines
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "newsletter blocks KIND shows what one takes, with an example."


def test_one_kind_is_shown_whole(newsletter: Newsletter, cook: Path) -> None:
    ran = newsletter("blocks", "recipe")
    assert (ran.status, ran.out, ran.err) == (0, SHOWN, "")


def test_a_record_says_that_it_has_an_id(newsletter: Newsletter, workspace: Path) -> None:
    shown = " ".join(newsletter("blocks", "tool").out.split())
    assert "Title required, text required. It has an id, unique in the archive, which is made of its title" in shown


def test_the_text_between_blocks_takes_nothing(newsletter: Newsletter, workspace: Path) -> None:
    shown = newsletter("blocks", "text").out
    assert "Every block takes" not in shown
    assert "Attributes" not in shown
    assert '{{ subscriber.first_name | default("lezer") }}' in shown


def test_lines_are_as_wide_as_the_terminal_within_reason(
    newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns, least, most in (("10", 35, 40), ("60", 50, 60), ("300", 90, 100)):
        monkeypatch.setenv("COLUMNS", columns)
        lines = newsletter("blocks").out.splitlines()[:-1]
        assert least <= max(map(len, lines)) <= most


def test_an_example_keeps_its_lines(newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    example = newsletter("blocks", "--json", "event").document["kinds"][0]["example"]
    assert newsletter("blocks", "event").out.endswith(f"\nExample\n{example}\n")


def test_a_kind_without_an_example_shows_none(newsletter: Newsletter, cook: Path) -> None:
    schema = cook / "templates/email/blocks/recipe/schema.toml"
    before, _, rest = RECIPE.partition("example = '''")
    schema.write_text(before + rest.partition("'''")[2], "utf-8")

    assert newsletter("blocks", "recipe").out == SHOWN.partition("\nExample")[0]


def test_an_unknown_kind_is_told_with_the_nearest(newsletter: Newsletter, cook: Path) -> None:
    ran = newsletter("blocks", "recipee")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == 'error: there is no block "recipee" (did you mean "recipe"?)\n'


def test_programs_read_all_of_it(newsletter: Newsletter, cook: Path) -> None:
    document = newsletter("blocks", "--json").document
    kinds = {kind["name"]: kind for kind in document["kinds"]}

    assert [attribute["name"] for attribute in document["every_block"]] == ["on", "if"]
    assert (kinds["tip"]["own"], kinds["tip"]["record"], kinds["tip"]["contents"]) == (False, True, "entry")
    assert (kinds["event"]["calendar"], kinds["toc"]["contents"]) == (True, "list")
    assert [(one["name"], one["after"]) for one in kinds["event"]["attributes"][:2]] == [
        ("start", "issue"),
        ("end", "start"),
    ]
    assert kinds["recipe"] == {
        "name": "recipe",
        "summary": "A recipe, with how long it takes.",
        "own": True,
        "title": "optional",
        "body": "required",
        "record": False,
        "contents": "entry",
        "calendar": False,
        "episode": False,
        "attributes": [
            {
                "name": "minutes",
                "type": "number",
                "required": True,
                "default": "",
                "choices": [],
                "after": "",
                "help": "From start to table.",
            },
            {
                "name": "size",
                "type": "choice",
                "required": False,
                "default": "small",
                "choices": ["small", "middling", "large"],
                "after": "",
                "help": "For how many.",
            },
        ],
        "example": '::: recipe {minutes="20"} Lentil soup\nOnion, lentils, lemon.\n:::',
    }


def test_one_kind_is_the_same_document_with_one_kind(newsletter: Newsletter, workspace: Path) -> None:
    (kind,) = newsletter("blocks", "tip", "--json").document["kinds"]
    assert kind["name"] == "tip"


def test_a_fault_in_a_schema_is_told(newsletter: Newsletter, cook: Path) -> None:
    (cook / "templates/email/blocks/recipe/schema.toml").write_text("sumary = 1", "utf-8")
    ran = newsletter("blocks")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("templates/email/blocks/recipe/schema.toml: error: sumary: unknown key")


def test_without_a_newsletter_there_is_nothing_to_show(
    newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert newsletter("blocks").status == 2
