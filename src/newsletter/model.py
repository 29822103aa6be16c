"""The frozen data that the rooms hand on to each other.

Nothing here does any work. Positions count from 1, in lines and in characters, as editors do.
A text that still waits for a reader is a tuple of `Segments`: literal pieces, `Hole`s and `Conditional` pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file that a person wrote."""

    path: str
    """The file as it is shown, mostly relative to the workspace."""
    line: int = 0
    """From 1; 0 where a file has no lines worth naming (the environment, a picture)."""
    column: int = 0
    """From 1, in characters; 0 where only the line is known."""

    def __str__(self) -> str:
        parts = [self.path, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: where it is, what was found there, and how to mend it."""

    position: Position
    message: str
    rule: str
    """A stable id in kebab-case, such as `block-unknown`; documented, never reused."""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


class Context(StrEnum):
    """Where a personal field lands; it decides how the value is escaped."""

    PLAIN = "plain"
    """Plain text: the text part, a subject. Nothing to escape; line breaks become spaces."""
    HTML = "html"
    """Text or an attribute's value in HTML."""
    URL = "url"
    """A whole address in an attribute; only http, https and mailto may come of it."""
    URL_PART = "url-part"
    """A piece of an address (path or query) in an attribute; percent-encoded."""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """An expression between `{{` and `}}`, as the editor wrote it."""

    expression: str
    position: Position


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a rendered text where a personal field's value goes."""

    field: PersonalField
    context: Context


@dataclass(frozen=True, slots=True)
class Conditional:
    """A piece of a rendered text that only some readers get; without it the rest is whole."""

    condition: PersonalField
    segments: Segments


Segment = str | Hole | Conditional
Segments = tuple[Segment, ...]
"""A rendered text: literal pieces, the holes between them, and pieces that depend on the reader."""

Value = str | int | date | datetime
"""The value of a block's attribute, typed by the block's schema; a duration is whole seconds."""


@dataclass(frozen=True, slots=True)
class Body:
    """The Markdown inside a block. Two that would be rendered alike in one language are equal."""

    parsed: str
    """What the parser got: the source with placeholders for its personal fields."""
    name: str
    """Keeps the footnotes of two bodies apart; empty where it has none."""
    source: str = field(compare=False)
    tokens: tuple[Token, ...] = field(compare=False)
    """What the Markdown parser made of it; personal fields are still placeholders in it."""
    position: Position = field(compare=False)
    """Of its first line."""


@dataclass(frozen=True, slots=True)
class Part:
    """What has a place in the contents of an issue: a block's title, or a heading in the text between two blocks."""

    title: str
    """Plain text; may hold placeholders of personal fields. Empty for a heading that the contents leave out."""
    id: str
    """By which a link finds it; unique in the issue."""
    kind: str  # of its block


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a part of an episode begins, and mostly an empty `url`: what it is about, elsewhere."""

    start_s: float
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is heard in an episode; the role is in lower case, such as `host` or `guest`."""

    name: str
    role: str = "host"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said in a few seconds of an episode."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    """Where a transcript is to be had."""

    url: str
    media_type: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode of the podcast, as its feed tells of it. All addresses are of the web, and whole."""

    guid: str
    """By which the feed knows it; permanent."""
    title: str
    date: datetime | None
    """When it came out, in UTC."""
    link: str
    """Its page, or else its sound."""
    duration_s: int = 0
    """0 where nobody says."""
    number: int | None = None
    season: int | None = None
    audio_url: str = ""
    audio_bytes: int = 0
    audio_type: str = ""
    cover: str = ""
    """The file beside the issue, once it is pinned; empty where there is none."""
    cover_url: str = ""
    notes: str = ""
    """The show notes, in Markdown that asks for nothing beside the issue."""
    people: tuple[Person, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    chapters_url: str = ""
    transcripts: tuple[TranscriptLink, ...] = ()
    cues: tuple[Cue, ...] = field(default=(), repr=False)
    """The transcript, once it is pinned."""
    cues_language: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an issue: `::: KIND {attributes} TITLE … :::`, or the text between two of them."""

    kind: str
    """The name of its folder in `templates/email/blocks`; `text` for the text between blocks."""
    position: Position
    title: str
    """Plain text with typographic quotes; may hold placeholders of personal fields."""
    id: str
    """For tips and tools, unique in the archive; else empty unless given."""
    attributes: Mapping[str, Value]
    """Every attribute of the schema that was given or has a default; a datetime is in the newsletter's time zone."""
    body: Body
    condition: PersonalField | None = None
    """`if="…"`: the block is for readers for whom this holds; without one it is for all."""
    parts: tuple[Part, ...] = ()
    """What of it the contents of the issue may name, in the order of the page."""
    episode: Episode | None = None
    """The pinned episode that it shows; title, attributes and body are already those of it."""
    places: Mapping[str, Position] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Where the value of each attribute stands that was given, and the `title` and the `id`."""


@dataclass(frozen=True, slots=True)
class PictureUse:
    """How a file beside the issue is shown."""

    name: str
    """As the issue names it, such as `cover.png` or `images/cover.png`."""
    column_px: int
    """The widest that a mail shows it, in CSS pixels."""
    overlay: str = ""
    """What is drawn on it in the mail, such as `play`; empty for nothing."""


@dataclass(frozen=True, slots=True)
class NamedPicture:
    """A place in an issue where a file beside it is named."""

    use: PictureUse
    position: Position
    called: str
    """What a message calls it, such as `cover "cover.png"`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is published: measured, scaled, compressed."""

    file: str
    """Its name on the web, which another picture never has: `cover.3f9c2a1b.jpg`."""
    width_px: int
    height_px: int
    media_type: str
    content: bytes = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Every picture that one issue shows, ready to be published, and the newsletter's logo."""

    entries: tuple[tuple[PictureUse, Picture], ...] = ()
    logo: Picture | None = None
    logo_dark: Picture | None = None
    """The logo for dark screens, where there is one."""
    copies: tuple[tuple[str, tuple[Picture, ...]], ...] = ()
    """The files of pictures that a page shows, each with its lighter copies."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture that travels inside a mail (RFC 2387)."""

    content_id: str
    """Without angle brackets; the HTML shows it as `cid:…` (RFC 2392)."""
    picture: Picture


@dataclass(frozen=True, slots=True)
class Silencing:
    """An editor's word that one rule does not hold at one place: `<!-- check: off RULE because REASON -->`."""

    rule: str
    reason: str
    position: Position
    lines: range
    """Of the file: those that it is about; empty for the whole issue."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a mail has beside its text: a page and a date, links to leave, more names for its personal fields."""

    on_web: bool = True
    can_leave: bool = True
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the newsletter, as its editor wrote it."""

    slug: str
    """Lower case, digits and hyphens: the file's name without its date. Permanent."""
    path: str
    subject: str
    preheader: str
    date: date  # date.min for a mail that has none, as it is not on the web
    language: str
    status: str  # draft or ready
    tags: tuple[str, ...]
    audience: str
    """`all`, or the name of a segment."""
    send_at: datetime | None  # in the newsletter's time zone
    not_after: datetime | None
    blocks: tuple[Block, ...]
    fields: Mapping[str, PersonalField]
    """The personal fields by their placeholders."""
    positions: Mapping[str, Position]
    """Where each key of the front matter stands."""
    source_sha256: str
    pictures: tuple[NamedPicture, ...] = ()
    """Each place where a file beside the issue is named, in the order of the text."""
    silencings: tuple[Silencing, ...] = ()
    form: Form = Form()


@dataclass(frozen=True, slots=True)
class Email:
    """An issue as mail: everything but what belongs to one reader."""

    slug: str
    date: date
    language: str
    subject: Segments
    preheader: Segments
    html: Segments
    text: Segments
    embedded: tuple[Embedded, ...] = ()
    """The pictures that travel inside it; empty where it shows those on the web."""
    form: Form = Form()


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader, as far as a mail needs to know."""

    address: str
    language: str
    token: str
    """Opaque, URL-safe; stands for the reader in the link to leave."""
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What `subscriber.…` may say: first_name and the like."""
    preferences_token: str = ""
    """The same in the link to the preferences; empty where `token` serves for that too."""
    envelope_token: str = ""
    """The same in the envelope sender and in the Message-ID, which others see; empty where `token` serves."""


class Verdict(StrEnum):
    """What became of one message at a transport."""

    ACCEPTED = "accepted"
    """The server took it over."""
    DEFERRED = "deferred"
    """Certainly not taken; trying again later may help."""
    REFUSED = "refused"
    """Certainly not taken; trying again will not help."""
    UNCERTAIN = "uncertain"
    """The line was lost after the last byte was written and before an answer: nobody knows."""


class Scope(StrEnum):
    """What the reason of an outcome is about; it decides who has to wait, and who is to be spared."""

    SESSION = "session"
    """The server or the line, now: it says nothing of this reader. Slow down; no try of his is counted."""
    ROW = "row"
    """This reader's mail, now: try again later, until the issue's own deadline."""
    OURS = "ours"
    """The sender or the message: it would befall every reader. Nobody's address is to blame."""
    HARD = "hard"
    """The address does not exist, or takes no mail for good: never again."""
    SOFT = "soft"
    """The address takes no mail for a while, such as a full mailbox: not this issue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a transport for one message."""

    address: str
    verdict: Verdict
    code: str = ""
    """The reply's code, such as `250` or `550 5.1.1`; empty where the server said nothing."""
    reply: str = ""
    """The server's words, cleaned of control characters, at most 512 characters."""
    scope: Scope = Scope.ROW
    """What the reason is about; of no meaning where the message was accepted."""
    remote_id: str = ""
    """By which a provider knows the message from now on; empty where it gives no such thing."""
