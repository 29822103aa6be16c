"""Issues for the tests of their room: a house with the shipped kinds of blocks, and short ways to parse in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import IssueError
from newsletter.issue import House, load_kinds, parse_issue
from newsletter.issue.markdown import to_html
from newsletter.render.expressions import check_conditions, check_fields

if TYPE_CHECKING:
    from newsletter.model import Block, Finding, Issue

ROOT = Path(__file__).parent.parent.parent
KINDS = load_kinds([ROOT / "templates"])
HOUSE = House("nl", ("nl", "en"), ZoneInfo("Europe/Amsterdam"), KINDS, ("amsterdam",))
SUBSCRIBER_FIELDS = ("first_name", "city")
FRONT = '---\nsubject: "Proef"\ndate: 2026-11-24\n---\n'
"""Four lines: a text behind it begins in line 5."""


def parsed(data: str | bytes, house: House = HOUSE, pictures: tuple[str, ...] = ("wafer.png",)) -> Issue:
    """Parse an issue beside which these pictures stand."""
    encoded = data if isinstance(data, bytes) else data.encode()
    return parse_issue(encoded, "issue.md", "proef", house, lambda name: name in pictures)


def findings(data: str | bytes, house: House = HOUSE) -> tuple[Finding, ...]:
    """Return what is wrong with an issue, its personal fields too; nothing if it is fine."""
    try:
        issue = parsed(data, house)
    except IssueError as error:
        return error.findings
    conditions = (block.condition for block in issue.blocks if block.condition)
    return (*check_fields(issue.fields.values(), SUBSCRIBER_FIELDS), *check_conditions(conditions, SUBSCRIBER_FIELDS))


def faults(data: str | bytes, house: House = HOUSE) -> list[str]:
    """Return what is said about an issue, line by line."""
    return [str(finding) for finding in findings(data, house)]


def body_faults(text: str) -> list[str]:
    """Return what is said about a text that begins in line 5 of its issue."""
    return faults(FRONT + text)


def blocks(text: str, house: House = HOUSE) -> tuple[Block, ...]:
    """Return the blocks of an issue that is fine."""
    return parsed(FRONT + text, house).blocks


def only_block(text: str) -> Block:
    """Return the one block that a text makes."""
    [block] = blocks(text)
    return block


def html(block: Block, language: str = "nl") -> str:
    """Return a block's words as HTML."""
    return to_html(block.body.tokens, language, block.body.name, lambda name: {"src": f"https://example.org/{name}"})


def front(*lines: str) -> Issue:
    """Parse an issue with these lines in its front matter, behind a subject and a date unless they are among them."""
    keys = {line.partition(":")[0] for line in lines}
    given = [line for line in ('subject: "Proef"', "date: 2026-11-24") if line.partition(":")[0] not in keys]
    return parsed("\n".join(["---", *given, *lines, "---", "Hoi.", ""]))


def refused(data: str | bytes, house: House = HOUSE) -> str:
    """Return the one thing that is said about an issue that cannot be parsed."""
    with pytest.raises(IssueError) as caught:
        parsed(data, house)
    [finding] = caught.value.findings
    return str(finding)


def theme(root: Path, **schemas: str) -> Path:
    """A theme folder with these schemas."""
    for name, schema in schemas.items():
        folder = root / "email" / "blocks" / name.replace("_", "-")
        folder.mkdir(parents=True)
        (folder / "schema.toml").write_text(schema, encoding="utf-8")
    return root
