"""A kind of block is a folder with a schema; what is wrong in one is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import IssueError, TemplateError
from newsletter.issue import load_kinds, read_issue, slug_of
from tests.issue.drafts import FRONT, HOUSE, KINDS, ROOT, parsed

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = """
summary = "A recipe."
title = "required"
record = true
[attributes.minutes]
type = "number"
default = "20"
[attributes.size]
type = "choice"
choices = ["small", "large"]
default = "small"
"""


def theme(root: Path, **schemas: str) -> Path:
    """A theme folder with these schemas."""
    for name, schema in schemas.items():
        folder = root / "email" / "blocks" / name.replace("_", "-")
        folder.mkdir(parents=True)
        (folder / "schema.toml").write_text(schema, encoding="utf-8")
    return root


def schema_faults(root: Path, schema: str, name: str = "recipe") -> list[str]:
    with pytest.raises(TemplateError) as caught:
        load_kinds([theme(root, **{name: schema})])
    return [str(finding) for finding in caught.value.findings]


def test_a_new_kind_is_a_folder_and_its_defaults_are_typed(tmp_path: Path) -> None:
    kinds = KINDS | load_kinds([theme(tmp_path, recipe=RECIPE)])
    [block] = parsed(f"{FRONT}::: recipe Soep\n:::\n", replace(HOUSE, kinds=kinds)).blocks
    assert (block.kind, block.id, dict(block.attributes)) == ("recipe", "soep", {"minutes": 20, "size": "small"})


def test_a_later_folder_wins(tmp_path: Path) -> None:
    own = theme(tmp_path, tip='summary = "Mine."')
    kinds = load_kinds([ROOT / "templates", own])
    assert (kinds["tip"].summary, kinds["tip"].record) == ("Mine.", False)
    assert kinds["tool"] == KINDS["tool"]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("title = ", "not readable as TOML: Invalid value (at end of document)"),
        ('titel = "none"', 'titel: unknown key (did you mean "title"?)'),
        ('title = "maybe"', 'title: found "maybe", expected required, optional or none'),
        ("record = 1", 'record: found "1", expected true or false'),
        ('[attributes.url]\ntype = "link"', None),
        ('[attributes.url]\ntipe = "url"', 'attributes.url.tipe: unknown key (did you mean "type"?)'),
        ('[attributes.a]\ntype = "choice"', 'attributes.a: type "choice" and a list of choices go together'),
        (
            '[attributes.a]\ntype = "number"\ndefault = "many"',
            'attributes.a.default: "many" is not a whole number',
        ),
        (
            '[attributes.a]\ntype = "choice"\nchoices = ["x"]\ndefault = "y"',
            'attributes.a.default: "y" is not one of x',
        ),
        ('[attributes.Bad]\ntype = "text"', None),
    ],
)
def test_a_fault_in_a_schema_is_told(tmp_path: Path, schema: str, message: str | None) -> None:
    [said] = schema_faults(tmp_path, schema)
    lead, _, rest = said.partition(": ")
    assert lead == "templates/email/blocks/recipe/schema.toml"
    assert message is None or rest == message


def test_an_unknown_type_names_the_near_one(tmp_path: Path) -> None:
    [said] = schema_faults(tmp_path, '[attributes.url]\ntype = "numbr"')
    assert said.endswith('attributes.url.type: unknown type "numbr" (did you mean "number"?)')


def test_a_folder_must_have_a_name_that_can_be_written(tmp_path: Path) -> None:
    [said] = schema_faults(tmp_path, "", name="Recipe")
    assert said.endswith('the folder\'s name "Recipe" must be lower-case letters, digits and hyphens')


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-24-proef.md"
    folder.mkdir()
    with pytest.raises(IssueError) as caught:
        read_issue(folder, "issues/2026-11-24-proef.md", HOUSE)
    assert str(caught.value) == "issues/2026-11-24-proef.md: cannot be read: Is a directory"


@pytest.mark.parametrize("name", ["2026-11-24-asml.md", "asml.md", "2026-11-24-asml/issue.md"])
def test_a_slug_is_the_name_without_its_date(tmp_path: Path, name: str) -> None:
    assert slug_of(tmp_path / name, name) == "asml"


@pytest.mark.parametrize("name", ["2026-11-24-Café.md", "a--b.md", "-a.md", "a b.md"])
def test_a_name_that_is_no_address_is_refused_with_a_better_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(IssueError, match="call it"):
        slug_of(tmp_path / name, name)
