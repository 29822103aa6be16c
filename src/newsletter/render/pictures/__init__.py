"""Pictures made ready: measured, scaled to the column, recompressed, named by their content.

In: an issue and the folder that it stands in; the look. Out: `Pictures`, whose bytes are what the archive publishes
and what a mail embeds. What is made is kept in the workspace, so that the next render has no work.
May not: read anything but files beside the issue and the logos that the settings name; change any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from newsletter.errors import ConfigError, IssueError
from newsletter.model import Finding, Picture, Pictures, PictureUse, Position
from newsletter.render.pictures.files import MEDIA_TYPES, format_of, published_name, read_file, stamp_of
from newsletter.render.pictures.kept import kept
from newsletter.render.pictures.recipe import AVIF, DENSITY, WEBP, Raster, Recipe
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Issue

__all__ = [
    "LOGO_HIGH_PX",
    "LOGO_WIDE_PX",
    "THUMBNAIL_PX",
    "dark_share",
    "draw_card",
    "draw_icon",
    "lighter_copies",
    "prepare_logos",
    "prepare_pictures",
]

LOGO_HIGH_PX = 40
LOGO_WIDE_PX = 240
"""The largest that a logo is shown, in CSS pixels."""
THUMBNAIL_PX = 400
COPY_WIDTHS_PX = (THUMBNAIL_PX, 640)
"""Of the lighter copies, beside one as wide as the picture: a phone, and the column of a wide screen."""
RULE = "picture-file"
_COLOUR_TYPE = 25
"""Where a PNG file says it (section 11.2.1 of its specification)."""
_WITH_ALPHA = (b"\4", b"\6")


def prepare_pictures(issue: Issue, folder: Path, settings: Settings) -> Pictures:
    """Make every picture ready that stands beside an issue and is named in it; `folder` holds the issue's file.

    Raises:
        IssueError: files that cannot be used, each at the place that names it.
        ConfigError: a logo cannot be used.
    """
    logos = prepare_logos(settings)
    made: dict[PictureUse, Picture] = {}
    findings = []
    for named in issue.pictures:
        try:
            for use in (named.use, PictureUse(named.use.name, named.use.column_px)):
                if use not in made:
                    made[use] = _picture(use, folder, settings)
        except ValueError as error:
            findings.append(Finding(named.position, f"{named.called} {error}", RULE))
    if findings:
        raise IssueError(findings)
    return Pictures(tuple(made.items()), logos.logo, logos.logo_dark)


def _picture(use: PictureUse, folder: Path, settings: Settings) -> Picture:
    light = settings.theme.light
    colours = (light.accent, light.on_accent) if use.overlay else ("", "")
    recipe = Recipe(use.column_px * DENSITY, overlay=use.overlay, colours=colours)
    return _ready(_source(folder, use.name, settings), f"{use.column_px} {use.overlay}", recipe)


@dataclass(frozen=True, slots=True)
class _Source:
    """The file of a picture, as it is now."""

    folder: Path
    name: str
    stamp: tuple[int, ...]
    root: Path
    """The workspace's, where what is made is kept."""


def _source(folder: Path, name: str, settings: Settings) -> _Source:
    return _Source(folder, name, stamp_of(folder / name), settings.root)


@lru_cache(maxsize=64)
def _ready(source: _Source, variant: str, recipe: Recipe) -> Picture:
    """Make one picture ready; kept as long as its file stays as it is, as a preview asks for it at every save."""
    data = read_file(source.folder, source.name)
    raster = kept(source.root, data, replace(recipe, format=format_of(data, source.name)), _make)
    file = published_name(source.name, data, variant, raster.media_type)
    return Picture(file, raster.width_px, raster.height_px, raster.media_type, raster.content)


def _make(data: bytes, recipe: Recipe) -> Raster:
    from newsletter.render.pictures.raster import make  # noqa: PLC0415 - 60 ms that an issue of words need not wait for

    return make(data, recipe)


@lru_cache(maxsize=64)
def dark_share(picture: Picture) -> float:
    """Return how much of what is drawn in a picture is dark, from 0 to 1, if it has transparent places; else 0."""
    has_alpha = picture.content[_COLOUR_TYPE : _COLOUR_TYPE + 1] in _WITH_ALPHA or b"tRNS" in picture.content
    if picture.media_type != "image/png" or not has_alpha:
        return 0.0
    from newsletter.render.pictures import raster  # noqa: PLC0415 - as in `_make`

    return raster.dark_share(picture.content)


def lighter_copies(picture: Picture, root: Path) -> tuple[Picture, ...]:
    """Return a published picture in the formats that browsers unpack from fewer bytes, in several widths.

    Those in the lightest format stand first, of each the narrowest. A format comes in every width or not at all, as a
    browser that knows it looks at no other; and only where it is lighter than what would be shown without it. AVIF is
    for photos, as it takes more than WebP to lose nothing of a drawing. Copies are kept in the workspace at `root`, as
    the picture itself is.
    """
    if picture.media_type == "image/gif":
        return ()
    narrower = [width for width in COPY_WIDTHS_PX if width < picture.width_px]
    found, lightest = list[Picture](), len(picture.content)
    for written in (WEBP, AVIF) if picture.media_type == "image/jpeg" and _can_write_avif() else (WEBP,):
        whole = _copy(picture, picture.width_px, written, root)
        if len(whole.content) < lightest:
            lightest = len(whole.content)
            found = [*(_copy(picture, width, written, root) for width in narrower), whole, *found]
    return tuple(found)


def _copy(picture: Picture, wide_px: int, written: str, root: Path) -> Picture:
    recipe = Recipe(wide_px, written=written, format=format_of(picture.content, picture.file))
    raster = kept(root, picture.content, recipe, _make)
    file = f"{picture.file.rpartition('.')[0]}.{wide_px}{MEDIA_TYPES[raster.media_type]}"
    return Picture(file, raster.width_px, raster.height_px, raster.media_type, raster.content)


def _can_write_avif() -> bool:
    """Tell whether the library was built with AVIF, without loading it: what is kept need not wait for that."""
    return find_spec("PIL._avif") is not None


def draw_card(title: str, name: str, day: str, settings: Settings) -> bytes:
    """Return the picture that shows when a page is shared, as a PNG: words in the colours of the theme."""
    from newsletter.render.pictures import cards  # noqa: PLC0415 - as in `_make`

    return cards.draw_card(title, name, day, (settings.theme.light.accent, settings.theme.light.on_accent))


def draw_icon(settings: Settings) -> bytes:
    """Return an icon for a newsletter that has no logo, as a PNG."""
    from newsletter.render.pictures import cards  # noqa: PLC0415 - as in `_make`

    colours = (settings.theme.light.accent, settings.theme.light.on_accent)
    return cards.draw_icon(settings.newsletter.name, colours)


def prepare_logos(settings: Settings) -> Pictures:
    """Make the newsletter's logos ready, and nothing else.

    A transparent logo that has no other for dark screens gets a light line around its shape: most mail programs turn
    the card behind it dark and leave the logo as it is.

    Raises:
        ConfigError: a file cannot be used.
    """
    theme = settings.theme
    findings: list[Finding] = []
    logo = _logo("logo", theme.logo, settings, findings, outlined=not theme.logo_dark)
    dark = _logo("logo_dark", theme.logo_dark, settings, findings, outlined=False)
    if findings:
        raise ConfigError(findings)
    return Pictures((), logo, dark)


def _logo(key: str, name: str, settings: Settings, findings: list[Finding], *, outlined: bool) -> Picture | None:
    if not name:
        return None
    try:
        recipe = Recipe(LOGO_WIDE_PX * DENSITY, LOGO_HIGH_PX * DENSITY, outlined=outlined)
        return _ready(_source(settings.root, name, settings), "outlined" if outlined else "logo", recipe)
    except ValueError as error:
        findings.append(Finding(Position("newsletter.toml"), f"theme.{key} {quoted(name)} {error}", RULE))
        return None
