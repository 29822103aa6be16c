"""An issue, as its editor wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.token import Token

    from newsletter.model.episodes import Episode
    from newsletter.model.findings import Position, Silencing
    from newsletter.model.personal import PersonalField
    from newsletter.model.pictures import NamedPicture


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
class Form:
    """What a mail has beside its text: a page and a date, links to leave, more names for its personal fields."""

    on_web: bool = True
    can_leave: bool = True
    fields: tuple[str, ...] = ()


ISSUE_FORM = Form()
"""That of every issue."""


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
    form: Form = ISSUE_FORM
