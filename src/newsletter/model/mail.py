"""An issue as mail, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.model.issue import ISSUE_FORM, Form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from newsletter.model.personal import Segments
    from newsletter.model.pictures import Embedded


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
    form: Form = ISSUE_FORM


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
