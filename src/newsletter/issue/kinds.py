"""The kinds of blocks: a folder in `templates/email/blocks`, with the schema of its attributes.

A kind needs no Python: `templates/email/blocks/KIND/schema.toml` says what may be written, and the templates beside
it say how that looks. A newsletter's own folder wins over the shipped one, file by file.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.errors import TemplateError
from newsletter.issue.values import PARSERS
from newsletter.model import Finding, Position
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TEXT = "text"
"""The kind of the text between blocks."""

ENTRY, LIST, LEFT_OUT = "entry", "list", "none"
"""What a kind has to do with the contents of an issue: its title stands in them, it shows them, or neither."""

ISSUE = "issue"
"""In `after`: the day of the issue."""

START = "start"
"""The attribute with which an event begins, for its file in the archive."""

COLUMN_PX = 536
"""How wide the text of a mail is, in CSS pixels."""
TEXT_COLUMNS = 72
"""How wide the plain text is."""
OVERLAYS = ("play",)
"""What can be drawn on a picture in the mail."""

_NARROWEST_PX = 16
_FEWEST_COLUMNS = 40
_NEEDS = ("required", "optional", "none")
_WORDS = {"title": _NEEDS, "body": _NEEDS, "contents": (ENTRY, LIST, LEFT_OUT)}
_KIND_TYPES = {
    "summary": str,
    "title": str,
    "body": str,
    "record": bool,
    "contents": str,
    "calendar": bool,
    "episode": bool,
    "width_px": int,
    "text_columns": int,
    "attributes": dict,
    "example": str,
}
_ATTRIBUTE_TYPES = {
    "type": str,
    "required": bool,
    "default": str,
    "help": str,
    "choices": list,
    "after": str,
    "width_px": int,
    "overlay": str,
}
_TIMES = ("date", "datetime")
_TYPE_NAMES = {str: "a text", bool: "true or false", int: "a whole number", dict: "a table", list: "a list"}
_RESERVED = ("class", "classes", "id", "if", "kind", "on", "title")
"""What templates see of every block; an attribute of that name could not be seen."""
_KIND_NAME = re.compile(r"[a-z][a-z0-9-]*")
_ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
    after: str = ""
    """The attribute of the same type that it must come after, or `issue` for the issue's day, which it may be on."""
    width_px: int = COLUMN_PX
    """Of a picture: the widest that a mail shows it."""
    overlay: str = ""
    """Of a picture: what is drawn on it in the mail, one of `OVERLAYS`; empty for nothing."""

    def picture_names(self) -> tuple[str, str, str]:
        """Return what templates call a picture's address, its width and its height."""
        return self.name, f"{self.name}_width", f"{self.name}_height"


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
    contents: str = ENTRY
    """`entry`, `list` or `none`: its title stands in the issue's contents, it shows them, or neither."""
    calendar: bool = False
    """True for events: the archive has a file of each for calendars."""
    episode: bool = False
    """True for a block that shows an episode of the podcast: without a `url`, its title names one that is pinned."""
    width_px: int = COLUMN_PX
    """How wide its text is in a mail: the widest that a picture in it is shown."""
    text_columns: int = TEXT_COLUMNS
    """How wide its text is in plain text; fewer where the template puts something before each line."""


CONDITION = "if"

COMMON = (
    Attribute("on", "choice", required=False, default="", help="show it only there", choices=("email", "web")),
    Attribute(CONDITION, "text", required=False, default="", help="only for readers for whom it holds", choices=()),
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
    readers = [_SchemaReader(name) for name in schemas]
    kinds = {name: reader.read(path) for reader, (name, path) in zip(readers, schemas.items(), strict=True)}
    findings = [finding for reader in readers for finding in reader.findings]
    if findings:
        raise TemplateError(findings)
    return kinds


class _SchemaReader:
    """Reads the schema of one kind and collects every fault."""

    def __init__(self, name: str) -> None:
        self.findings: list[Finding] = []
        self._name = name

    def _fault(self, message: str) -> None:
        shown = f"templates/email/blocks/{self._name}/schema.toml"
        self.findings.append(Finding(Position(shown), message, "block-schema"))

    def read(self, path: Path) -> Kind:
        if not _KIND_NAME.fullmatch(self._name):
            self._fault(f"the folder's name {quoted(self._name)} must be lower-case letters, digits and hyphens")
        try:
            written = tomllib.loads(path.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._fault(f"not readable as TOML: {error}")
            written = {}
        table = self._typed(written, _KIND_TYPES)
        for key, words in _WORDS.items():
            if key in table and table[key] not in words:
                self._fault(f"{key}: found {quoted(table[key])}, expected {', '.join(words[:-1])} or {words[-1]}")
        attributes = self._typed(
            table.get("attributes", {}), dict.fromkeys(table.get("attributes", {}), dict), "attributes."
        )
        self._check_width(table, "")
        kind = Kind(
            name=self._name,
            summary=table.get("summary", ""),
            title=table.get("title", "optional"),
            body=table.get("body", "optional"),
            record=table.get("record", False),
            attributes={name: self._attribute(name, attribute) for name, attribute in attributes.items()},
            example=table.get("example", "").strip(),
            contents=table.get("contents", ENTRY),
            calendar=table.get("calendar", False),
            episode=table.get("episode", False),
            width_px=table.get("width_px", COLUMN_PX),
            text_columns=table.get("text_columns", TEXT_COLUMNS),
        )
        if not _FEWEST_COLUMNS <= kind.text_columns <= TEXT_COLUMNS:
            self._fault(f"text_columns: found {kind.text_columns}, expected {_FEWEST_COLUMNS} to {TEXT_COLUMNS}")
        self._check_times(kind)
        if kind.episode and kind.title != "required":
            self._fault('episode: needs title = "required", as the title names the episode')
        return kind

    def _check_times(self, kind: Kind) -> None:
        """Tell what says of time that it cannot keep: what comes after nothing, an event that never begins."""
        for attribute in kind.attributes.values():
            if not attribute.after:
                continue
            lead = f"attributes.{attribute.name}.after: {quoted(attribute.after)}"
            other = kind.attributes.get(attribute.after)
            if attribute.type not in _TIMES:
                self._fault(f"{lead} is for the types {' and '.join(_TIMES)}")
            elif attribute.after != ISSUE and (other is None or other is attribute or other.type != attribute.type):
                self._fault(f"{lead} is neither {quoted(ISSUE)} nor another attribute of type {attribute.type}")
        start = kind.attributes.get(START)
        if kind.calendar and not (kind.record and start and start.required and start.type == "datetime"):
            self._fault(f"calendar: needs record = true, and a required attribute {quoted(START)} of type datetime")

    def _check_width(self, table: Mapping[str, Any], lead: str) -> None:
        width = table.get("width_px", COLUMN_PX)
        if not _NARROWEST_PX <= width <= COLUMN_PX:
            self._fault(f"{lead}width_px: found {width}, expected {_NARROWEST_PX} to {COLUMN_PX}, the mail's column")

    def _attribute(self, name: str, written: Mapping[str, Any]) -> Attribute:
        lead = f"attributes.{name}"
        if not _ATTRIBUTE_NAME.fullmatch(name) or name in _RESERVED:
            expected = f"lower-case letters, digits and _, and none of {', '.join(_RESERVED)}"
            self._fault(f"attributes: the name {quoted(name)} must be {expected}")
        table = self._typed(written, _ATTRIBUTE_TYPES, f"{lead}.")
        attribute = Attribute(
            name=name,
            type=table.get("type", "text"),
            required=table.get("required", False),
            default=table.get("default", ""),
            help=table.get("help", ""),
            choices=tuple(str(choice) for choice in table.get("choices", ())),
            after=table.get("after", ""),
            width_px=table.get("width_px", COLUMN_PX),
            overlay=table.get("overlay", ""),
        )
        self._check_picture(attribute, table)
        if attribute.type not in PARSERS:
            self._fault(f"{lead}.type: unknown type {quoted(attribute.type)}{did_you_mean(attribute.type, PARSERS)}")
        elif (attribute.type == "choice") != bool(attribute.choices):
            self._fault(f'{lead}: type "choice" and a list of choices go together')
        elif attribute.default:
            self._check_default(attribute)
        return attribute

    def _check_picture(self, attribute: Attribute, table: Mapping[str, Any]) -> None:
        lead = f"attributes.{attribute.name}."
        self._check_width(table, lead)
        if attribute.overlay and attribute.overlay not in OVERLAYS:
            self._fault(f"{lead}overlay: found {quoted(attribute.overlay)}, expected {', '.join(OVERLAYS)}")
        if attribute.type != "picture" and {"width_px", "overlay"} & set(table):
            self._fault(f'{lead.removesuffix(".")}: width_px and overlay are for the type "picture" only')

    def _check_default(self, attribute: Attribute) -> None:
        lead = f"attributes.{attribute.name}.default: {quoted(attribute.default)}"
        if attribute.choices and attribute.default not in attribute.choices:
            self._fault(f"{lead} is not one of {', '.join(attribute.choices)}")
        try:
            PARSERS[attribute.type](attribute.default)
        except ValueError as error:
            self._fault(f"{lead} {error}")

    def _typed(self, table: Mapping[str, Any], types: Mapping[str, type], lead: str = "") -> dict[str, Any]:
        """Return what has the type that its key asks for; the rest is told."""
        for key, value in table.items():
            if key not in types:
                self._fault(f"{lead}{key}: unknown key{did_you_mean(key, types)}")
            elif not isinstance(value, types[key]):
                self._fault(f"{lead}{key}: found {quoted(str(value))}, expected {_TYPE_NAMES[types[key]]}")
        return {key: value for key, value in table.items() if key in types and isinstance(value, types[key])}
