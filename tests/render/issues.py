"""Issues for the tests of rendering, and the mails and pages that come of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config import load
from newsletter.issue import House, parse_issue
from newsletter.model import Picture, Pictures, PictureUse, Recipient
from newsletter.render import fill, open_theme, personal_values, prepare_logos, render_email, render_issue_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.config import Settings
    from newsletter.model import Episode, Issue
    from newsletter.render import Theme

ROOT = Path(__file__).parents[2]
SETTINGS = load(ROOT, {})
SITE = SETTINGS.newsletter.url
THEME = open_theme(ROOT)
FRONT = """\
---
subject: "Een proef"
preheader: "Waar het over gaat"
date: 2026-11-24
---
"""
ANNA = Recipient("anna@example.org", "nl", "anna-token", MappingProxyType({"first_name": "Anna"}))
NOBODY = Recipient("lezer@example.org", "nl", "lezer-token")
"""A reader of whom nothing is known but the address."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as one reader gets it."""

    subject: str
    preheader: str
    html: str
    text: str


def issue_of(body: str, front: str = FRONT, theme: Theme = THEME) -> Issue:
    """Parse an issue; every picture that it names is said to be there."""
    return parse_issue((front + body).encode(), "issues/proef.md", "proef", house(theme))


def issue_with(episode: Episode, body: str = "::: episode latest\n:::\n", front: str = FRONT) -> Issue:
    """Parse an issue in which an episode is pinned."""
    data = (front + body).encode()
    return parse_issue(data, "issues/proef.md", "proef", house(THEME), lambda _: True, {"latest": episode})


def pictures_of(issue: Issue) -> Pictures:
    """Return a picture for each that an issue names, as if it stood beside it, and the newsletter's logo."""
    uses = dict.fromkeys(named.use for named in issue.pictures)
    uses |= dict.fromkeys(PictureUse(use.name, use.column_px) for use in uses)
    logos = prepare_logos(SETTINGS)
    return replace(logos, entries=tuple((use, _picture(use)) for use in uses))


def _picture(use: PictureUse) -> Picture:
    """Return a picture of 16 to 9 that fills its column on a dense screen; it is called as its file is."""
    return Picture(PurePosixPath(use.name).name, use.column_px * 2, use.column_px * 9 // 8, "image/png", b"no picture")


def house(theme: Theme) -> House:
    newsletter = SETTINGS.newsletter
    return House(newsletter.language, newsletter.languages, newsletter.timezone, theme.kinds)


def reader(**fields: str) -> Recipient:
    return Recipient("anna@example.org", "nl", "anna-token", MappingProxyType(fields))


def mail_of(issue: Issue | str, to: Recipient = ANNA, theme: Theme = THEME, settings: Settings = SETTINGS) -> Mail:
    issue = issue_of(issue, theme=theme) if isinstance(issue, str) else issue
    email = render_email(issue, theme, settings, pictures_of(issue))
    values = personal_values(email, to, SITE)
    return Mail(*(fill(part, values) for part in (email.subject, email.preheader, email.html, email.text)))


def page_of(issue: Issue | str, theme: Theme = THEME, root: str = "../../") -> str:
    """Render a page without neighbours; `root` leads from it to the top of the archive."""
    issue = issue_of(issue, theme=theme) if isinstance(issue, str) else issue
    context = {"older": None, "newer": None, "root": root, "canonical": f"{SITE}/p/{issue.slug}/"}
    return render_issue_page(issue, theme, SETTINGS, context, pictures_of(issue))


def theme_with(root: Path, files: Mapping[str, str]) -> Theme:
    """Make a workspace with templates of its own and open its theme."""
    for name, content in files.items():
        path = root / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return open_theme(root)
