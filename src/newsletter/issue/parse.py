"""One issue: its front matter typed, its blocks held against their schemas, its words parsed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.errors import IssueError
from newsletter.issue.blocks import scan_blocks
from newsletter.issue.front import FrontReader
from newsletter.issue.frontmatter import read_front_matter, split_front_matter
from newsletter.issue.holes import PLACEHOLDER, Hider
from newsletter.issue.kinds import COMMON
from newsletter.issue.markdown import body_findings, parse, show_code, typographic
from newsletter.issue.values import PARSERS
from newsletter.issue.words import did_you_mean, near_miss, quoted
from newsletter.model import Block, Body, Finding, Issue, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from newsletter.issue.blocks import RawBlock
    from newsletter.issue.head import Written
    from newsletter.issue.kinds import Attribute, Kind
    from newsletter.model import Value

MAX_BYTES = 256 * 1024

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(?=.)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class House:
    """What a newsletter lays down for all its issues."""

    language: str
    """Of an issue that does not say."""
    languages: tuple[str, ...]
    timezone: tzinfo
    kinds: Mapping[str, Kind]
    segments: tuple[str, ...] = ()


def slug_of(path: Path) -> str:
    """Return an issue's permanent name: its file's, or its folder's, without the date.

    Raises:
        IssueError: the name is not made of lower-case letters, digits and single hyphens.
    """
    name = path.parent.name if path.stem == "issue" else path.stem
    slug = _DATED.sub("", name, count=1)
    if not _SLUG.fullmatch(slug):
        better = slugify(slug) or "a-name"
        message = f"the name {quoted(slug)} becomes the issue's address; call it {quoted(better)}"
        raise IssueError([Finding(Position(str(path)), message, "issue-name")])
    return slug


def read_issue(path: Path, shown: str, house: House) -> Issue:
    """Read one issue's file. `shown` is the path as messages name it.

    Raises:
        IssueError: every fault in the file, each at its place.
    """
    slug = slug_of(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise IssueError([Finding(Position(shown), message, "issue-file")]) from error
    return parse_issue(data, shown, slug, house, lambda name: (path.parent / name).is_file())


def parse_issue(
    data: bytes, shown: str, slug: str, house: House, has_picture: Callable[[str], bool] = lambda _: True
) -> Issue:
    """Parse the bytes of an issue's file; `has_picture` tells whether a file stands beside it.

    Raises:
        IssueError: every fault in the file, each at its place.
    """
    lines = _decode(data, shown).split("\n")
    size = split_front_matter(lines)
    if not size:
        is_open = lines[0].rstrip() == "---"
        fault = "never closed" if is_open else "missing; begin the file with it, the subject and the date"
        message = f'the front matter is {fault}; it stands between two lines "---"'
        raise IssueError([Finding(Position(shown, 1, 1), message, "front-matter-missing")])
    sha256 = hashlib.sha256(data).hexdigest()
    hider = Hider(shown, sha256)
    entries, findings = read_front_matter("\n".join(lines[1 : size - 1]), shown)
    reader = FrontReader(entries, shown, hider)
    languages = (house.language, *(code for code in house.languages if code != house.language))
    front = reader.read(languages, house.segments)
    raw_blocks, block_findings = scan_blocks(lines[size:], size + 1, shown)
    maker = _BlockMaker(house.kinds, front.language, hider, has_picture)
    blocks = tuple(block for raw in raw_blocks if (block := maker.make(raw)))
    # After a fault in the YAML itself, what is missing or wrong in it would only be guessed.
    faults = {*(findings or reader.findings), *block_findings, *maker.findings}
    if faults or front.date is None:
        raise IssueError(sorted(faults, key=lambda finding: (finding.position, finding.message)))
    zone = house.timezone
    return Issue(
        slug=slug,
        path=shown,
        subject=front.subject,
        preheader=front.preheader,
        date=front.date,
        language=front.language,
        status=front.status,
        tags=front.tags,
        audience=front.audience,
        send_at=front.send_at.replace(tzinfo=zone) if front.send_at else None,
        not_after=front.not_after.replace(tzinfo=zone) if front.not_after else None,
        blocks=blocks,
        fields=hider.fields,
        positions=MappingProxyType(front.positions),
        source_sha256=sha256,
    )


def _decode(data: bytes, shown: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"the issue is larger than {MAX_BYTES // 1024} KiB; pictures belong beside it, as files"
        raise IssueError([Finding(Position(shown), message, "issue-size")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        message = f"not UTF-8 (found the byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise IssueError([Finding(_end_of(before, shown), message, "issue-encoding")]) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    findings = [
        Finding(
            _end_of(text[: match.start()], shown),
            f"a control character (U+{ord(match[0]):04X}); delete it",
            "issue-control",
        )
        for match in _CONTROL.finditer(text)
    ]
    if findings:
        raise IssueError(findings[:20])
    return text


def _end_of(text: str, shown: str) -> Position:
    return Position(shown, text.count("\n") + 1, len(text) - text.rfind("\n"))


class _BlockMaker:
    """Holds blocks against the schemas of their kinds and collects every fault."""

    def __init__(
        self, kinds: Mapping[str, Kind], language: str, hider: Hider, has_picture: Callable[[str], bool]
    ) -> None:
        self.findings: list[Finding] = []
        self._kinds = kinds
        self._language = language
        self._hider = hider
        self._has_picture = has_picture
        self._ids: dict[str, Position] = {}
        self._made = 0

    def _fault(self, position: Position, message: str, rule: str) -> None:
        self.findings.append(Finding(position, message, rule))

    def make(self, raw: RawBlock) -> Block | None:
        """Return the block, or nothing where its kind is not known."""
        kind = self._kinds.get(raw.kind.text)
        if kind is None:
            message = f'unknown block "{raw.kind.text}"{did_you_mean(raw.kind.text, self._kinds)}'
            self._fault(raw.kind.position, message, "block-unknown")
            return None
        self._made += 1
        self._check_presence(kind, raw)
        title = ""
        if raw.head.title:
            position = raw.head.title.position
            title = typographic(self._hider.hide(raw.head.title.text, position.line, position.column), self._language)
        attributes = MappingProxyType(self._attributes(kind, raw))
        identity = self._identity(kind, raw, title)
        return Block(kind.name, raw.position, title, identity, attributes, self._body(raw))

    def _check_presence(self, kind: Kind, raw: RawBlock) -> None:
        has_body = any(line.strip() for line in raw.lines)
        if kind.title == "required" and not raw.head.title and not raw.faults:
            self._fault(raw.position, f'block "{kind.name}" needs a title: ::: {kind.name} The title', "block-title")
        if kind.title == "none" and raw.head.title:
            self._fault(raw.head.title.position, f'block "{kind.name}" takes no title', "block-title")
        if kind.body == "required" and not has_body and not raw.faults:
            self._fault(raw.position, f'block "{kind.name}" has no text in it', "block-body")
        if kind.body == "none" and has_body:
            place = replace(raw.position, line=raw.first_line)
            self._fault(place, f'block "{kind.name}" takes no text; close it on the next line', "block-body")

    def _attributes(self, kind: Kind, raw: RawBlock) -> dict[str, Value]:
        schema = {attribute.name: attribute for attribute in (*COMMON, *kind.attributes.values())}
        values: dict[str, Value] = {}
        for name, written in raw.head.attributes.items():
            if name not in schema or name == "class":
                message = f'block "{kind.name}" has no attribute "{name}"{did_you_mean(name, list(schema))}'
                self._fault(raw.head.places[name], message, "attribute-unknown")
            else:
                self._attribute(kind, schema[name], written, values)
        for name, attribute in schema.items():
            if attribute.required and name not in raw.head.attributes and not raw.faults:
                self._fault(raw.position, f'block "{kind.name}" needs {name}="…"', "attribute-missing")
            elif attribute.default and name not in raw.head.attributes:
                values[name] = PARSERS[attribute.type](attribute.default)
        if raw.head.classes:
            values["class"] = " ".join(raw.head.classes)
        return values

    def _attribute(self, kind: Kind, attribute: Attribute, written: Written, values: dict[str, Value]) -> None:
        if attribute.required and not written.text.strip():
            self._fault(written.position, f'block "{kind.name}": {attribute.name} is empty', "attribute-value")
            return
        if attribute.choices and written.text not in attribute.choices:
            message = (
                f"{attribute.name} {quoted(written.text)} is not one of "
                f"{', '.join(attribute.choices)}{near_miss(written.text, attribute.choices)}"
            )
            self._fault(written.position, message, "attribute-value")
            return
        text = self._hider.hide(written.text, written.position.line, written.position.column)
        try:
            value = PARSERS[attribute.type](text)
        except ValueError as error:
            self._fault(written.position, f"{attribute.name} {quoted(written.text)} {error}", "attribute-value")
            return
        if attribute.type == "picture" and "://" not in text and not self._has_picture(text):
            message = f"{attribute.name} {quoted(written.text)} does not stand beside the issue"
            self._fault(written.position, message, "picture-missing")
        values[attribute.name] = value

    def _identity(self, kind: Kind, raw: RawBlock, title: str) -> str:
        if raw.head.id:
            identity, place = raw.head.id.text, raw.head.id.position
            if not _SLUG.fullmatch(identity):
                message = f"the id {quoted(identity)} must be lower-case letters, digits and hyphens, such as #my-tip"
                self._fault(place, message, "block-id")
        else:
            identity, place = slugify(PLACEHOLDER.sub("", title)) if kind.record else "", raw.position
        if kind.record and title and not identity:
            self._fault(
                place,
                f'block "{kind.name}" needs an id, as none can be made of its title: {{#name}}',
                "block-id",
            )
        if identity in self._ids:
            message = f'the id "{identity}" is already that of the block in line {self._ids[identity].line}'
            self._fault(place, f"{message}; give this one its own: {{#…}}", "block-id")
        if identity:
            self._ids.setdefault(identity, place)
        return identity

    def _body(self, raw: RawBlock) -> Body:
        position = replace(raw.position, line=raw.first_line)
        source, name = "\n".join(raw.lines), f"b{self._made}"
        tokens = parse(self._hider.hide(source, position.line), self._language, name)
        show_code(tokens, self._hider.show)
        self.findings += body_findings(tokens, raw.lines, position, self._has_picture)
        return Body(source, tokens, position, name)
