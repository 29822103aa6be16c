"""Pictures made ready: measured, scaled to the column, recompressed, named by their content.

In: an issue and the folder that it stands in; the look. Out: `Pictures`, whose bytes are what the archive publishes
and what a mail embeds. What is made is kept in the workspace, so that the next render has no work.
May not: read anything but files beside the issue and the logos that the settings name; change any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.errors import ConfigError, IssueError
from newsletter.model import Finding, Picture, Pictures, PictureUse, Position
from newsletter.render.pictures.files import format_of, published_name, read_file
from newsletter.render.pictures.kept import kept
from newsletter.render.pictures.recipe import DENSITY, Raster, Recipe
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Issue

__all__ = ["LOGO_HIGH_PX", "LOGO_WIDE_PX", "prepare_logos", "prepare_pictures"]

LOGO_HIGH_PX = 40
LOGO_WIDE_PX = 240
"""The largest that a logo is shown, in CSS pixels."""
RULE = "picture-file"


def prepare_pictures(issue: Issue, folder: Path, settings: Settings) -> Pictures:
    """Make every picture ready that stands beside an issue and is named in it; `folder` holds the issue's file.

    Raises:
        IssueError: files that cannot be used, each at the place that names it.
        ConfigError: a logo cannot be used.
    """
    logos = prepare_logos(settings)
    files: dict[str, bytes | ValueError] = {}
    made: dict[PictureUse, Picture] = {}
    findings = []
    for named in issue.pictures:
        try:
            data = _once(files, folder, named.use.name)
            for use in dict.fromkeys((named.use, PictureUse(named.use.name, named.use.column_px))):
                if use not in made:
                    made[use] = _picture(use, data, settings)
        except ValueError as error:
            findings.append(Finding(named.position, f"{named.called} {error}", RULE))
    if findings:
        raise IssueError(findings)
    return Pictures(tuple(made.items()), logos.logo, logos.logo_dark)


def _once(files: dict[str, bytes | ValueError], folder: Path, name: str) -> bytes:
    """Read a file the first time that it is named."""
    if name not in files:
        try:
            files[name] = read_file(folder, name)
        except ValueError as error:
            files[name] = error
    found = files[name]
    if isinstance(found, bytes):
        return found
    raise found


def _picture(use: PictureUse, data: bytes, settings: Settings) -> Picture:
    light = settings.theme.light
    recipe = Recipe(
        format_of(data, use.name),
        use.column_px * DENSITY,
        overlay=use.overlay,
        colours=(light.accent, light.on_accent) if use.overlay else ("", ""),
    )
    return _named(use.name, data, f"{use.column_px} {use.overlay}", kept(settings.root, data, recipe, _make))


def _make(data: bytes, recipe: Recipe) -> Raster:
    from newsletter.render.pictures.raster import make  # noqa: PLC0415 - 60 ms that an issue of words need not wait for

    return make(data, recipe)


def _named(name: str, data: bytes, variant: str, raster: Raster) -> Picture:
    file = published_name(name, data, variant, raster.media_type)
    return Picture(file, raster.width_px, raster.height_px, raster.media_type, raster.content)


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
        data = read_file(settings.root, name)
        wide, high = LOGO_WIDE_PX * DENSITY, LOGO_HIGH_PX * DENSITY
        recipe = Recipe(format_of(data, name), wide, high, outlined=outlined)
        return _named(name, data, "outlined" if outlined else "logo", kept(settings.root, data, recipe, _make))
    except ValueError as error:
        findings.append(Finding(Position("newsletter.toml"), f"theme.{key} {quoted(name)} {error}", RULE))
        return None
