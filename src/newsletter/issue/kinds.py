"""The kinds of blocks: a folder in `templates/email/blocks`, with the schema of its attributes.

A kind needs no Python: `templates/email/blocks/KIND/schema.toml` says what may be written, and the templates beside
it say how that looks. A newsletter's own folder wins over the shipped one, file by file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.errors import TemplateError
from newsletter.issue.values import PARSERS
from newsletter.issue.words import did_you_mean, quoted
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

TEXT = "text"
"""The kind of the text between blocks."""

_NEEDS = ("required", "optional", "none")
_KIND_KEYS = ("summary", "title", "body", "record", "attributes", "example")
_ATTRIBUTE_KEYS = ("type", "required", "default", "help", "choices")


@dataclass(frozen=True, slots=True)
class Attribute:
    """What may be written for one attribute of a block."""

    name: str
    type: str
    """A key of `values.PARSERS`."""
    required: bool
    default: str
    """As it would be written; empty for none."""
    help: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be written in one kind of block."""

    name: str
    summary: str
    title: str
    """`required`, `optional` or `none`."""
    body: str
    record: bool
    """True for tips and tools: each has an id that is unique in the archive."""
    attributes: Mapping[str, Attribute]
    example: str


COMMON = (
    Attribute("on", "choice", required=False, default="", help="show it only there", choices=("email", "web")),
    Attribute("class", "text", required=False, default="", help="written as .name", choices=()),
)
"""The attributes that every block takes."""


def load_kinds(themes: Iterable[Path]) -> dict[str, Kind]:
    """Read the kinds that the theme folders define; a later folder wins.

    Raises:
        TemplateError: a schema cannot be read or says something unknown; all faults of all schemas.
    """
    schemas = {
        path.parent.name: path
        for theme in themes
        for path in sorted((theme / "email" / "blocks").glob("*/schema.toml"))
    }
    findings: list[Finding] = []
    kinds = {name: _load(name, path, findings) for name, path in schemas.items()}
    if findings:
        raise TemplateError(findings)
    return kinds


def _load(name: str, path: Path, findings: list[Finding]) -> Kind:
    def fault(message: str) -> None:
        shown = f"templates/email/blocks/{name}/schema.toml"
        findings.append(Finding(Position(shown), message, "block-schema"))

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault(f"not readable as TOML: {error}")
        table = {}
    _check_keys(table, _KIND_KEYS, fault)
    for key in ("title", "body"):
        if table.get(key, "optional") not in _NEEDS:
            fault(f"{key}: found {quoted(str(table[key]))}, expected required, optional or none")
    attributes = table.get("attributes", {})
    return Kind(
        name=name,
        summary=str(table.get("summary", "")),
        title=str(table.get("title", "optional")),
        body=str(table.get("body", "optional")),
        record=table.get("record", False) is True,
        attributes={key: _attribute(key, value, fault) for key, value in attributes.items()},
        example=str(table.get("example", "")).strip(),
    )


def _attribute(name: str, table: Mapping[str, Any], fault: Any) -> Attribute:
    _check_keys(table, _ATTRIBUTE_KEYS, fault, f"attributes.{name}.")
    kind = str(table.get("type", "text"))
    if kind not in PARSERS:
        fault(f"attributes.{name}.type: unknown type {quoted(kind)}{did_you_mean(kind, PARSERS)}")
    return Attribute(
        name=name,
        type=kind,
        required=table.get("required", False) is True,
        default=str(table.get("default", "")),
        help=str(table.get("help", "")),
        choices=tuple(str(choice) for choice in table.get("choices", ())),
    )


def _check_keys(table: Mapping[str, Any], known: Collection[str], fault: Any, lead: str = "") -> None:
    for key in table:
        if key not in known:
            fault(f"{lead}{key}: unknown key{did_you_mean(key, known)}")
