"""One `Issue` in, an `Email` or the HTML of a page out.

In: an `Issue` and the pictures beside it, the theme (templates and colours), the newsletter's settings.
Out: an `Email` whose HTML, text, subject and preheader are segments with holes for the reader's own fields; the HTML
of the issue's web page, with nothing of any reader in it; the `Pictures` that both of them show.
May not: touch the network, the database or the terminal; let an editor's word reach Jinja as a template or MJML as
markup. Each library has one door: Jinja `theme` (and `expressions` for personal fields), MJML `mjml`, premailer
`inline`, Pillow `pictures`.

The way of a mail:

    blocks ─► Jinja ─► pieces of MJML, the editor's words as placeholders ─┐
    frame ──► Jinja ─► MJML around them ───────────────────────────────────┴► MJML ─► premailer   (kept: the layout)
    bodies ─► Markdown tokens ─► HTML ─► premailer                                                (kept per body)
    pictures ─► measured, scaled, named by their content                                          (kept on disk)
               all of it ─► words put in, escaped for the place ─► personal fields placed ─► segments
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from newsletter.render.personal import fill, personal_values
from newsletter.render.pictures import draw_card, draw_icon, lighter_copies, prepare_logos, prepare_pictures
from newsletter.render.theme import Theme, open_theme
from newsletter.render.web import Article, public_line, render_article, render_episode, render_issue_page, render_page

if TYPE_CHECKING:
    from newsletter.render.email import render_email
    from newsletter.render.trial import dry_run

__all__ = [
    "Article",
    "Theme",
    "draw_card",
    "draw_icon",
    "dry_run",
    "fill",
    "lighter_copies",
    "open_theme",
    "personal_values",
    "prepare_logos",
    "prepare_pictures",
    "public_line",
    "render_article",
    "render_email",
    "render_episode",
    "render_issue_page",
    "render_page",
]

_OF_MAILS = {"render_email": "newsletter.render.email", "dry_run": "newsletter.render.trial"}

if not TYPE_CHECKING:  # pragma: no branch - a type checker would believe that any name is there

    def __getattr__(name: str) -> object:
        """Import what makes mails when it is asked for: 40 ms, which a build of the archive need not wait for."""
        if name not in _OF_MAILS:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(_OF_MAILS[name]), name)
