"""A kind of block is a folder with a schema; what is wrong in one is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import TemplateError
from newsletter.issue import load_kinds
from tests.issue.drafts import FRONT, HOUSE, KINDS, ROOT, faults, parsed, theme

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


NO_CALENDAR = 'calendar: needs record = true, and a required attribute "start" of type datetime'


def schema_faults(root: Path, schema: str, name: str = "recipe") -> list[str]:
    with pytest.raises(TemplateError) as caught:
        load_kinds([theme(root, **{name: schema})])
    return [str(finding) for finding in caught.value.findings]


def test_a_new_kind_is_a_folder_and_its_defaults_are_typed(tmp_path: Path) -> None:
    kinds = KINDS | load_kinds([theme(tmp_path, recipe=RECIPE)])
    [block] = parsed(f"{FRONT}::: recipe Soep\n:::\n", replace(HOUSE, kinds=kinds)).blocks
    assert (block.kind, block.id, dict(block.attributes)) == ("recipe", "soep", {"minutes": 20, "size": "small"})


def test_every_file_beside_the_issue_is_known_by_its_place_and_its_use(tmp_path: Path) -> None:
    schema = """
width_px = 480
[attributes.photo]
type = "picture"
default = "wafer.png"
width_px = 80
overlay = "play"
[attributes.other]
type = "picture"
"""
    kinds = KINDS | load_kinds([theme(tmp_path, card=schema)])
    text = """\
::: card
Hoi ![a](wafer.png) en ![b](https://example.org/x.png).
:::

::: card {photo="wafer.png" other="https://example.org/x.png"}
:::

![c](w%61fer.png)
"""
    pictures = parsed(FRONT + text, replace(HOUSE, kinds=kinds)).pictures
    assert [(str(p.position), p.called, p.use.column_px, p.use.overlay) for p in pictures] == [
        ("issue.md:5:1", 'photo "wafer.png"', 80, "play"),
        ("issue.md:6:10", 'the picture "wafer.png"', 480, ""),
        ("issue.md:9:18", 'photo "wafer.png"', 80, "play"),
        ("issue.md:12:6", 'the picture "wafer.png"', 536, ""),
    ]
    assert {p.use.name for p in pictures} == {"wafer.png"}


def test_a_picture_that_a_schema_names_must_stand_beside_the_issue_too(tmp_path: Path) -> None:
    kinds = KINDS | load_kinds([theme(tmp_path, card='[attributes.photo]\ntype = "picture"\ndefault = "weg.png"\n')])
    told = faults(f"{FRONT}::: card\n:::\n", replace(HOUSE, kinds=kinds))
    assert told == ['issue.md:5:1: photo "weg.png" does not stand beside the issue']


def test_a_later_folder_wins(tmp_path: Path) -> None:
    own = theme(tmp_path, tip='summary = "Mine."')
    kinds = load_kinds([ROOT / "templates", own])
    assert (kinds["tip"].summary, kinds["tip"].record) == ("Mine.", False)
    assert kinds["tool"] == KINDS["tool"]


@pytest.mark.parametrize(
    ("schema", "messages"),
    [
        ("title = ", ["not readable as TOML: Invalid value (at end of document)"]),
        ('titel = "none"', ['titel: unknown key (did you mean "title"?)']),
        ('title = "maybe"', ['title: found "maybe", expected required, optional or none']),
        ("body = []", ['body: found "[]", expected a text']),
        ("record = 1", ['record: found "1", expected true or false']),
        ("attributes = 3", ['attributes: found "3", expected a table']),
        ('[attributes]\nurl = "x"', ['attributes.url: found "x", expected a table']),
        ('[attributes.url]\ntipe = "url"', ['attributes.url.tipe: unknown key (did you mean "type"?)']),
        ('[attributes.url]\nrequired = "yes"', ['attributes.url.required: found "yes", expected true or false']),
        ("[attributes.n]\ndefault = 3", ['attributes.n.default: found "3", expected a text']),
        (
            '[attributes.url]\ntype = "numbr"',
            ['attributes.url.type: unknown type "numbr" (did you mean "number"?)'],
        ),
        ('[attributes.a]\ntype = "choice"', ['attributes.a: type "choice" and a list of choices go together']),
        ('[attributes.a]\nchoices = ["x"]', ['attributes.a: type "choice" and a list of choices go together']),
        (
            '[attributes.a]\ntype = "choice"\nchoices = "ab"',
            [
                'attributes.a.choices: found "ab", expected a list',
                'attributes.a: type "choice" and a list of choices go together',
            ],
        ),
        (
            '[attributes.a]\ntype = "choice"\nchoices = ["x"]\ndefault = "y"',
            ['attributes.a.default: "y" is not one of x'],
        ),
        (
            '[attributes.a]\ntype = "number"\ndefault = "many"',
            ['attributes.a.default: "many" is not a whole number'],
        ),
        (
            '[attributes.a]\ntype = "date"\ndefault = "2026-02-30"',
            ['attributes.a.default: "2026-02-30" is a day that does not exist'],
        ),
        (
            '[attributes.a]\ntype = "picture"\ndefault = "../x.png"',
            ['attributes.a.default: "../x.png" leaves the issue\'s own folder; put the picture beside the issue'],
        ),
        ('contents = "yes"', ['contents: found "yes", expected entry, list or none']),
        ("calendar = true", [NO_CALENDAR]),
        ('calendar = true\nrecord = true\n[attributes.start]\ntype = "datetime"', [NO_CALENDAR]),
        ('calendar = true\nrecord = true\n[attributes.start]\ntype = "date"\nrequired = true', [NO_CALENDAR]),
        ('calendar = true\n[attributes.start]\ntype = "datetime"\nrequired = true', [NO_CALENDAR]),
        (
            '[attributes.a]\nafter = "issue"',
            ['attributes.a.after: "issue" is for the types date and datetime'],
        ),
        (
            '[attributes.a]\ntype = "date"\nafter = "b"\n[attributes.b]\ntype = "datetime"\nafter = "b"',
            [
                'attributes.a.after: "b" is neither "issue" nor another attribute of type date',
                'attributes.b.after: "b" is neither "issue" nor another attribute of type datetime',
            ],
        ),
        ("text_columns = 73", ["text_columns: found 73, expected 40 to 72"]),
        ("width_px = 600", ["width_px: found 600, expected 16 to 536, the mail's column"]),
        ('width_px = "600"', ['width_px: found "600", expected a whole number']),
        (
            '[attributes.a]\ntype = "picture"\nwidth_px = 15\noverlay = "pause"',
            [
                "attributes.a.width_px: found 15, expected 16 to 536, the mail's column",
                'attributes.a.overlay: found "pause", expected play',
            ],
        ),
        (
            '[attributes.a]\noverlay = "play"',
            ['attributes.a: width_px and overlay are for the type "picture" only'],
        ),
        (
            "[attributes.Bad]\n[attributes.title]",
            [
                f'attributes: the name "{name}" must be lower-case letters, digits and _, '
                "and none of class, classes, id, if, kind, on, title"
                for name in ("Bad", "title")
            ],
        ),
    ],
)
def test_every_fault_in_a_schema_is_told(tmp_path: Path, schema: str, messages: list[str]) -> None:
    assert schema_faults(tmp_path, schema) == [
        f"templates/email/blocks/recipe/schema.toml: {message}" for message in messages
    ]


def test_the_faults_of_all_schemas_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        load_kinds([theme(tmp_path, beta="x", alpha="recrod = true")])
    assert [finding.position.path for finding in caught.value.findings] == [
        "templates/email/blocks/alpha/schema.toml",
        "templates/email/blocks/beta/schema.toml",
    ]
    assert {finding.rule for finding in caught.value.findings} == {"block-schema"}


def test_a_folder_must_have_a_name_that_can_be_written(tmp_path: Path) -> None:
    [told] = schema_faults(tmp_path, "", name="Recipe")
    assert told.startswith('templates/email/blocks/Recipe/schema.toml: the folder\'s name "Recipe" must be lower-case')


def test_a_schema_that_is_no_text_file_is_told(tmp_path: Path) -> None:
    blocks = theme(tmp_path, latin="") / "email" / "blocks"
    (blocks / "latin" / "schema.toml").write_bytes(b'summary = "\xe9"')
    (blocks / "map" / "schema.toml").mkdir(parents=True)
    with pytest.raises(TemplateError) as caught:
        load_kinds([tmp_path])
    latin, folder = map(str, caught.value.findings)
    assert latin.startswith("templates/email/blocks/latin/schema.toml: not readable as TOML: 'utf-8' codec can't")
    assert folder.startswith("templates/email/blocks/map/schema.toml: not readable as TOML: [Errno 21]")


def test_a_kind_says_nothing_it_need_not(tmp_path: Path) -> None:
    kind = load_kinds([theme(tmp_path, aside="")])["aside"]
    assert (kind.name, kind.title, kind.body, kind.record) == ("aside", "optional", "optional", False)
    assert (kind.summary, kind.example, kind.attributes) == ("", "", {})


def test_the_shipped_examples_are_issues(tmp_path: Path) -> None:
    for name, kind in KINDS.items():
        told = parsed(f"{FRONT}{kind.example}\n", replace(HOUSE, kinds=KINDS), pictures=("cover.png", "wafer.png"))
        assert told.blocks[0].kind == name
        assert kind.summary


def test_the_text_between_blocks_needs_its_kind(tmp_path: Path) -> None:
    kinds = load_kinds([theme(tmp_path, recipe=RECIPE)])
    assert faults(f"{FRONT}Hoi.\n", replace(HOUSE, kinds=kinds)) == [
        'issue.md:5:1: unknown block "text" (there is recipe)'
    ]


def test_a_block_that_shows_an_episode_needs_the_title_that_names_it(tmp_path: Path) -> None:
    assert schema_faults(tmp_path, 'episode = true\ntitle = "optional"\n') == [
        'templates/email/blocks/recipe/schema.toml: episode: needs title = "required", as the title names the episode'
    ]
