"""Pictures: where an issue names one, and what is published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.model.findings import Position


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
