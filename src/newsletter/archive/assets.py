"""The files of the look: style, script, logos, and the pictures that are drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from newsletter.archive.folder import Planned
from newsletter.archive.stamp import digest
from newsletter.errors import IssueError
from newsletter.model import Finding, Position
from newsletter.render import draw_card, draw_icon, render_page
from newsletter.render.links import ASSETS
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from newsletter.archive.press import Press

CARD = "card.png"
"""The drawn picture that shows when a page is shared: of an issue beside its page, of all other pages in `assets/`."""

_STYLE = f"{ASSETS}/style.css"
"""Made of the theme's colours, unless a newsletter has one of its own."""
_SCRIPT = f"{ASSETS}/site.js"
_ICON = f"{ASSETS}/icon.png"


def plan_assets(press: Press) -> Iterator[Planned]:
    """Plan the theme's own files, the logos, and what is drawn in their place.

    Raises:
        IssueError: a file of the theme is a link to somewhere else.
    """
    for name in press.theme.list(ASSETS):
        folder = next(folder for folder in press.theme.folders if (folder / name).is_file())
        yield _copy(name, _published(folder, name, f"templates/{name}"))
    if not press.theme.has(_STYLE):
        style = render_page(press.theme, press.settings, "web/style.css.j2", press.language, {})
        yield _copy(_STYLE, style.encode())
    logos = [logo for logo in (press.logos.logo, press.logos.logo_dark) if logo]
    yield from {logo.file: _copy(f"{ASSETS}/{logo.file}", logo.content) for logo in logos}.values()
    if not logos:
        yield press.file(_ICON, partial(draw_icon, press.settings))
    newsletter = press.settings.newsletter
    yield plan_card(press, f"{ASSETS}/{CARD}", newsletter.description or newsletter.name, "")


def plan_card(press: Press, path: str, title: str, day: str) -> Planned:
    """Plan the picture that shows when a page with this title is shared."""
    name = press.settings.newsletter.name
    return press.file(path, partial(draw_card, title, name, day, press.settings), title, day)


def shown_assets(press: Press, assets: Sequence[Planned]) -> dict[str, str]:
    """Return what pages say of these: the addresses change with the content, so that no browser shows an old one."""
    keys = {asset.path: asset.key[:8] for asset in assets}
    return {
        "version": keys[_STYLE],
        "script": f"{_SCRIPT}?v={keys[_SCRIPT]}",
        "icon": _ICON if _ICON in keys else "",
        "card": f"{press.site}/{ASSETS}/{CARD}",
    }


def _copy(path: str, content: bytes) -> Planned:
    return Planned(path, digest(content), partial(bytes, content))


def _published(folder: Path, name: str, place: str) -> bytes:
    """Return a file's content. A link is refused: it could lead to any file of this machine.

    Raises:
        IssueError: the file is a link, or is not there; `place` says who asked for it.
    """
    path = folder / name
    if path.is_file() and path.resolve() == folder.resolve() / name:
        return path.read_bytes()
    fault = "leads to another place" if path.is_file() else "is not there"
    message = f"the file {quoted(name)} {fault}; put the file itself there, as it will be published"
    raise IssueError([Finding(Position(place), message, "picture-missing")])
