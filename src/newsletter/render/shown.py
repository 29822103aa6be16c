"""Where the pictures of an issue are shown from, and how large: in a mail, and on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from newsletter.errors import RenderError
from newsletter.issue.values import is_address
from newsletter.model import Pictures, PictureUse
from newsletter.render import links
from newsletter.render.pictures import LOGO_HIGH_PX, LOGO_WIDE_PX

if TYPE_CHECKING:
    from newsletter.model import Picture


NO_PICTURES = Pictures()
"""Of an issue that shows none, in a newsletter without a logo."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a template sees it."""

    address: str
    width_px: int = 0
    """In CSS pixels; 0 where nobody knows: the picture lies elsewhere on the web."""
    height_px: int = 0

    def attributes(self) -> dict[str, str | int]:
        """Return what an `img` says of it."""
        size: dict[str, str | int] = {"width": self.width_px, "height": self.height_px} if self.width_px else {}
        return {"src": self.address} | size


class ShowPicture(Protocol):
    """Tells how a picture is shown. Equal ones show everything alike, and can be keys."""

    @property
    def pictures(self) -> Pictures:
        """What it shows."""
        ...

    def __call__(self, use: PictureUse) -> Shown:
        """Return how a picture of the issue is shown.

        Raises:
            RenderError: it was not made ready.
        """
        ...

    def logo(self, picture: Picture) -> Shown:
        """Return how a logo is shown."""
        ...


@dataclass(frozen=True, slots=True)
class InMail:
    """Pictures in a mail: on the web, or inside the mail itself; at most as wide as their column."""

    pictures: Pictures
    site: str
    slug: str
    embedded: bool

    def __call__(self, use: PictureUse) -> Shown:
        """Return how a picture of the issue is shown."""
        if is_address(use.name):
            return Shown(use.name)
        picture = _find(self.pictures, use)
        address = self._cid(picture) if self.embedded else links.picture_url(self.site, self.slug, picture.file)
        return Shown(address, *_fitted(picture, use.column_px, picture.height_px))

    def logo(self, picture: Picture) -> Shown:
        """Return how a logo is shown."""
        address = self._cid(picture) if self.embedded else links.asset_url(self.site, picture.file)
        return Shown(address, *_fitted(picture, LOGO_WIDE_PX, LOGO_HIGH_PX))

    def _cid(self, picture: Picture) -> str:
        return f"cid:{content_id(picture, self.site)}"


@dataclass(frozen=True, slots=True)
class OnPage:
    """Pictures on a page of the archive, beside which they lie, so that a copy of it works anywhere.

    They are measured in their own pixels; the style sheet keeps them in their column.
    """

    pictures: Pictures
    root: str
    """Leads from the page to the top of the archive: `../../` or empty."""
    beside: str = ""
    """Leads from the page to the folder that the pictures lie in; empty where that is its own."""

    def __call__(self, use: PictureUse) -> Shown:
        """Return how a picture of the issue is shown; nothing is drawn on it."""
        if is_address(use.name):
            return Shown(use.name)
        picture = _find(self.pictures, PictureUse(use.name, use.column_px))
        return Shown(f"{self.beside}{picture.file}", picture.width_px, picture.height_px)

    def logo(self, picture: Picture) -> Shown:
        """Return how a logo is shown."""
        return Shown(f"{self.root}{links.ASSETS}/{picture.file}", *_fitted(picture, LOGO_WIDE_PX, LOGO_HIGH_PX))


def in_text(show: ShowPicture, source: str, column_px: int) -> dict[str, str | int]:
    """Return what the `img` of a picture in Markdown says; the parser has percent-encoded its source."""
    return show(PictureUse(source if is_address(source) else unquote(source), column_px)).attributes()


def content_id(picture: Picture, site: str) -> str:
    """Return the name of a picture inside a mail (RFC 2392): no two pictures of a newsletter share one."""
    return f"{picture.file}@{urlsplit(site).hostname}"


def _find(pictures: Pictures, use: PictureUse) -> Picture:
    for known, picture in pictures.entries:
        if known == use:
            return picture
    message = f"the picture {use.name} was not made ready before the issue was rendered"
    raise RenderError(message)


def _fitted(picture: Picture, wide_px: int, high_px: int) -> tuple[int, int]:
    """Return a picture's size where it may be as large as that; it is never made larger than it is."""
    share = min(1, wide_px / picture.width_px, high_px / picture.height_px)
    return max(1, round(picture.width_px * share)), max(1, round(picture.height_px * share))
