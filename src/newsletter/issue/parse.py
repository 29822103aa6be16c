"""One issue: its front matter typed, its blocks held against their schemas, its words parsed."""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.errors import IssueError
from newsletter.issue.blocks import scan_blocks
from newsletter.issue.body import BodyReader, is_spotless
from newsletter.issue.comments import read_comments
from newsletter.issue.contents import with_parts
from newsletter.issue.episode_file import episode_path, read_episodes
from newsletter.issue.front import FrontReader
from newsletter.issue.frontmatter import UNREADABLE, read_front_matter, split_front_matter
from newsletter.issue.holes import PLACEHOLDER, Hider, Written
from newsletter.issue.kinds import COLUMN_PX, COMMON, CONDITION
from newsletter.issue.limits import limit_findings
from newsletter.issue.markdown import has_footnotes, parse_once, parse_with_fields, typographic
from newsletter.issue.moments import in_zone, order_findings
from newsletter.issue.names import SLUG, WELCOME, is_welcome, language_of_welcome, slug_of
from newsletter.issue.pinned import BY_HAND, Pinned, short_body, typeset
from newsletter.issue.values import PARSERS, is_address
from newsletter.model import (
    Block,
    Body,
    Finding,
    Form,
    Issue,
    NamedPicture,
    PersonalField,
    PictureUse,
    Position,
)
from newsletter.wording import did_you_mean, near_miss, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from newsletter.issue.blocks import RawBlock
    from newsletter.issue.front import Front
    from newsletter.issue.kinds import Attribute, Kind
    from newsletter.model import Episode, Value

MAX_BYTES = 256 * 1024
MAX_CONTROLS_TOLD = 20
MAX_TITLE_CHARACTERS = 300
MAX_ID_CHARACTERS = 80

_EXAMPLE = "subscriber.language == 'nl'"
_CLASS = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Controls, and what YAML's parser stops at or leaves out of its columns."""


@dataclass(frozen=True, slots=True)
class House:
    """What a newsletter lays down for all its issues."""

    language: str
    """Of an issue that does not say."""
    languages: tuple[str, ...]
    timezone: tzinfo
    kinds: Mapping[str, Kind]
    segments: tuple[str, ...] = ()
    form: Form = field(default_factory=Form)
    """What is read: an issue, or another mail that is written like one."""


def read_issue(path: Path, shown: str, house: House) -> Issue:
    """Read one issue's file. `shown` is the path as messages name it.

    Raises:
        IssueError: every fault in the file, each at its place.
    """
    slug = slug_of(path, shown)
    if is_welcome(path):
        house = replace(house, form=WELCOME, language=language_of_welcome(path) or house.language)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise IssueError([Finding(Position(shown), message, "issue-file")]) from error
    pinned = episode_path(path)
    episodes = read_episodes(pinned, f"{shown[: -len(path.name)]}{pinned.name}")
    return parse_issue(data, shown, slug, house, lambda name: _is_beside(path.parent, name), episodes)


def _is_beside(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())  # a link may lead anywhere


def parse_issue(
    data: bytes,
    shown: str,
    slug: str,
    house: House,
    has_picture: Callable[[str], bool] = lambda _: True,
    episodes: Mapping[str, Episode] = MappingProxyType({}),
) -> Issue:
    """Parse the bytes of an issue's file; `has_picture` tells whether a file stands beside it.

    `episodes` are those that are pinned beside it, by the words that name them.

    Raises:
        IssueError: every fault in the file, each at its place.
    """
    lines = _decode(data, shown).split("\n")
    size = _front_lines(lines, shown)
    sha256 = hashlib.sha256(data).hexdigest()
    hider = Hider(shown, "\n".join(lines), sha256)
    entries, findings = read_front_matter("\n".join(lines[1 : size - 1]), shown)
    reader = FrontReader(entries, shown, hider, is_dated=house.form.on_web)
    languages = (house.language, *(code for code in house.languages if code != house.language))
    front = reader.read(languages, house.segments)
    comments = read_comments(lines, size, shown)
    raw_blocks, block_findings = scan_blocks(comments.lines, size + 1, shown)
    too_much = tuple(limit_findings(comments.lines, size + 1, shown))
    maker = _BlockMaker(house, front, hider, has_picture, Pinned(slug, episodes))
    blocks = with_parts([block for raw in raw_blocks if not too_much and (block := maker.make(raw))], house.kinds)
    faults = {*findings, *reader.findings, *hider.findings, *block_findings, *too_much, *maker.findings}
    faults |= {*comments.findings}
    if any(finding.rule in UNREADABLE for finding in findings):
        # What stands behind the fault was not read: that it is missing would only be guessed.
        faults = {finding for finding in faults if finding.rule != "front-matter-missing"}
    if faults or (front.date is None and house.form.on_web):
        raise IssueError(sorted(faults, key=lambda finding: (finding.position, finding.message)))
    zone = house.timezone
    return Issue(
        slug=slug,
        path=shown,
        subject=front.subject,
        preheader=front.preheader,
        date=front.date or date.min,
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
        pictures=tuple(maker.pictures),
        silencings=comments.silencings,
        form=house.form,
    )


def _front_lines(lines: list[str], shown: str) -> int:
    """Return how many lines the front matter has."""
    size = split_front_matter(lines)
    if size:
        return size
    mend = 'never closed; end it with a line "---"'
    if lines[0].rstrip() != "---":
        mend = 'missing; begin the file with a line "---", the subject, the date, and a line "---"'
    message = f"the front matter is {mend}"
    raise IssueError([Finding(Position(shown, 1, 1), message, "front-matter-missing")])


def _decode(data: bytes, shown: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"the issue is larger than {MAX_BYTES // 1024} KiB; pictures belong beside it, as files"
        raise IssueError([Finding(Position(shown), message, "issue-size")])
    data = data.removeprefix(BOM_UTF8)
    try:
        text = _with_line_feeds(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _with_line_feeds(data[: error.start].decode("utf-8"))
        message = f"not UTF-8 (found the byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise IssueError([Finding(_end_of(before, shown), message, "issue-encoding")]) from error
    # In a file of another kind there may be thousands, and each place is counted from the beginning.
    first_controls = islice(_CONTROL.finditer(text), MAX_CONTROLS_TOLD)
    findings = [
        Finding(
            _end_of(text[: match.start()], shown),
            f"an invisible control character (U+{ord(match[0]):04X}); delete it",
            "issue-control",
        )
        for match in first_controls
    ]
    if findings:
        raise IssueError(findings)
    return text


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _end_of(text: str, shown: str) -> Position:
    return Position(shown, text.count("\n") + 1, len(text) - text.rfind("\n"))


class _BlockMaker:
    """Holds blocks against the schemas of their kinds and collects every fault."""

    def __init__(
        self, house: House, front: Front, hider: Hider, has_picture: Callable[[str], bool], pinned: Pinned
    ) -> None:
        self.findings: list[Finding] = []
        self.pictures: list[NamedPicture] = []
        self._kinds = house.kinds
        self._language = front.language
        self._day = front.date
        self._timezone = house.timezone
        self._hider = hider
        self._has_picture = has_picture
        self._pinned = pinned
        self._ids: dict[str, Position] = {}
        self._made = 0

    def _fault(self, position: Position, message: str, rule: str) -> None:
        self.findings.append(Finding(position, message, rule))

    def make(self, raw: RawBlock) -> Block | None:
        """Return the block, or nothing where its kind is not known."""
        self._made += 1
        kind = self._kinds.get(raw.kind.text)
        shows = self._pinned.shown_by(kind, raw, self._timezone) if kind else BY_HAND
        self.findings += shows.findings
        attributes = MappingProxyType(self._attributes(kind, raw, shows.values) if kind else {})
        title, body = self._title(raw), self._body(raw, kind.width_px if kind else COLUMN_PX)
        episode = typeset(shows.episode, self._language) if shows.episode else None
        if episode:
            title = episode.title
            body = body if body.source.strip() else short_body(episode, self._language, body.position)
        if kind is None:
            message = f"unknown block {quoted(raw.kind.text)}{did_you_mean(raw.kind.text, self._kinds)}"
            self._fault(raw.kind.position, message, "block-unknown")
            return None
        self._check_presence(kind, raw)
        identity, condition = self._identity(kind, raw, title), self._condition(raw)
        places = raw.head.values_at
        return Block(
            kind.name, raw.position, title, identity, attributes, body, condition, episode=episode, places=places
        )

    def _condition(self, raw: RawBlock) -> PersonalField | None:
        """Return `if="…"`: the expression of a personal field, which is checked where those are."""
        written = raw.head.attributes.get(CONDITION)
        if written is None:
            return None
        if not written.text.strip():
            self._fault(written.position, f'{CONDITION} is empty; write {CONDITION}="{_EXAMPLE}"', "attribute-value")
        elif "{{" in written.text:
            message = f'{CONDITION} takes the expression alone, without {{{{ and }}}}: {CONDITION}="{_EXAMPLE}"'
            self._fault(written.position, message, "attribute-value")
        return PersonalField(written.text.strip(), written.position)

    def _title(self, raw: RawBlock) -> str:
        written = raw.head.title
        if written is None:
            return ""
        if len(written.text) > MAX_TITLE_CHARACTERS:
            message = f"a title of {len(written.text)} characters; it may have {MAX_TITLE_CHARACTERS}"
            self._fault(written.position, message, "block-title")
            return written.text[:MAX_TITLE_CHARACTERS]
        return typographic(self._hider.hide_value(written), self._language)

    def _check_presence(self, kind: Kind, raw: RawBlock) -> None:
        text_begins = next((number for number, line in raw.numbered_lines if line.strip()), 0)
        if kind.title == "none" and raw.head.title:
            self._fault(raw.head.title.position, f'block "{kind.name}" takes no title', "block-title")
        if raw.faults:
            return
        if kind.title == "required" and not raw.head.title:
            self._fault(raw.position, f'block "{kind.name}" needs a title: ::: {kind.name} The title', "block-title")
        if kind.body == "required" and not text_begins:
            self._fault(raw.position, f'block "{kind.name}" has no text in it', "block-body")
        if kind.body == "none" and text_begins:
            place = replace(raw.position, line=text_begins)
            self._fault(place, f'block "{kind.name}" takes no text; close it before this line', "block-body")

    def _attributes(self, kind: Kind, raw: RawBlock, said: Mapping[str, Value]) -> dict[str, Value]:
        """Return the attributes that were written, and of the others those that a pinned episode has `said`."""
        schema = {attribute.name: attribute for attribute in (*COMMON, *kind.attributes.values())}
        values: dict[str, Value] = {}
        for name, written in raw.head.attributes.items():
            if name == CONDITION:
                continue
            if name in schema:
                self._attribute(kind, schema[name], written, values)
                continue
            hint = "; write a class as .name" if name == "class" else did_you_mean(name, schema)
            message = f'block "{kind.name}" has no attribute {quoted(name)}{hint}'
            self._fault(raw.head.places[name], message, "attribute-unknown")
        for name, attribute in schema.items():
            if name in raw.head.attributes:
                continue
            if name in said:
                values[name] = said[name]
                self._picture(attribute, str(said[name]), raw.position)
                continue
            if attribute.default:
                self._attribute(kind, attribute, Written(attribute.default, raw.position), values)
            is_misspelt = any(near_miss(given, (name,)) for given in raw.head.attributes if given not in schema)
            if attribute.required and not is_misspelt and not raw.faults:
                self._fault(raw.position, f'block "{kind.name}" needs {name}="…"', "attribute-missing")
        self.findings += order_findings(kind.attributes, values, raw.head.attributes, self._day)
        if raw.head.classes:
            values["class"] = " ".join(self._class(written) for written in raw.head.classes)
        return values

    def _class(self, written: Written) -> str:
        if not _CLASS.fullmatch(written.text):
            message = f"the class {quoted(written.text)} must be letters, digits and hyphens, such as .wide"
            self._fault(written.position, message, "attribute-value")
        return written.text

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
        text = self._hider.hide_value(written)
        if "{{" in text:  # it stays open, and that is told
            return
        try:
            value = PARSERS[attribute.type](text)
            if isinstance(value, datetime):
                value = in_zone(value, self._timezone)
        except ValueError as error:
            self._fault(written.position, f"{attribute.name} {quoted(written.text)} {error}", "attribute-value")
            return
        values[attribute.name] = value
        self._picture(attribute, text, written.position)

    def _picture(self, attribute: Attribute, name: str, position: Position) -> None:
        if attribute.type != "picture" or is_address(name):
            return
        called = f"{attribute.name} {quoted(name)}"
        if not self._has_picture(name):
            self._fault(position, f"{called} does not stand beside the issue", "picture-missing")
        use = PictureUse(name, attribute.width_px, attribute.overlay)
        self.pictures.append(NamedPicture(use, position, called))

    def _identity(self, kind: Kind, raw: RawBlock, title: str) -> str:
        if raw.head.id:
            identity, place = raw.head.id.text, raw.head.id.position
            if not SLUG.fullmatch(identity) or len(identity) > MAX_ID_CHARACTERS:
                expected = f"at most {MAX_ID_CHARACTERS} lower-case letters, digits and hyphens, such as #my-tip"
                self._fault(place, f"the id {quoted(identity)} must be {expected}", "block-id")
        else:
            words = PLACEHOLDER.sub("", title) if kind.record else ""
            identity = slugify(words, max_length=MAX_ID_CHARACTERS, word_boundary=True)
            place = raw.position
            if kind.record and title and not identity:
                message = f'block "{kind.name}" needs an id, as none can be made of its title: {{#name}}'
                self._fault(place, message, "block-id")
        if identity in self._ids:
            message = f'the id "{identity}" is already that of the block in line {self._ids[identity].line}'
            self._fault(place, f"{message}; give this one its own: {{#…}}", "block-id")
        elif identity:
            self._ids[identity] = place
        return identity

    def _body(self, raw: RawBlock, column_px: int) -> Body:
        position = replace(raw.position, line=raw.first_line)
        source = "\n".join(raw.lines)
        parsed = self._hider.hide(source, position.line)
        if parsed == source:
            tokens = parse_once(parsed, self._language)
            is_read = is_spotless(parsed, self._language)
        else:
            tokens, in_code = parse_with_fields(parsed, self._language, self._hider.written_in(parsed))
            self._hider.show(in_code)
            is_read = False
        if not is_read:
            reader = BodyReader(source, position, self._hider.written, self._has_picture, column_px)
            reader.read(tokens)
            self.findings += reader.findings
            self.pictures += reader.pictures
        name = f"b{self._made}" if has_footnotes(tokens) else ""
        return Body(parsed, name, source, tokens, position)
