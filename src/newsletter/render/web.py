"""An issue as a page of the archive: the same source, nothing of any reader in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from newsletter.issue.markdown import parse_once, to_html
from newsletter.issue.pinned import shortened
from newsletter.render.anchors import ON_PAGE, with_anchors
from newsletter.render.episodes import page_view
from newsletter.render.personal import (
    fill_for_everybody,
    holds,
    place_in_html,
    place_in_text,
    public_values,
    refuse_wrong_fields,
)
from newsletter.render.shown import NO_PICTURES, OnPage, in_text
from newsletter.render.view import ON_WEB, block_view, blocks_on, contents_of, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import SimpleNamespace

    from newsletter.config import Settings
    from newsletter.model import Block, Issue, Pictures
    from newsletter.render.theme import Theme

WORDS_A_MINUTE = 230
"""How fast people read, for the reading time."""


def render_issue_page(
    issue: Issue, theme: Theme, settings: Settings, context: Mapping[str, object], pictures: Pictures = NO_PICTURES
) -> str:
    """Render an issue's page; `context` holds what the archive knows of its neighbours.

    `pictures` are those that `prepare_pictures` made ready for it.

    Raises:
        IssueError: a personal field is wrong, or stands where no value is safe; at its line.
        TemplateError: a template is wrong; at its line.
        RenderError: a picture was not made ready.
    """
    refuse_wrong_fields(issue, settings)
    values = public_values(issue, settings.newsletter.url)
    show = OnPage(pictures, str(context["root"]))
    shown = [block for block in blocks_on(issue, ON_WEB) if not block.condition or holds(block.condition, values)]
    blocks = [_view(block, theme, issue, show) for block in shown]
    for block, block_seen in zip(shown, blocks, strict=True):
        block_seen.episode = page_view(block, settings.podcast.moment)
    view = issue_view(issue, settings.newsletter, contents_of(shown, theme.kinds), str)
    words = sum(len(block.body.source.split()) for block in shown)
    context = {**context, "issue": view, "blocks": blocks, "minutes": max(1, round(words / WORDS_A_MINUTE))}
    page = render_page(theme, settings, "web/issue.html.j2", issue.language, context, pictures)
    return fill_for_everybody(place_in_html(page, issue.fields), values)


def render_page(
    theme: Theme,
    settings: Settings,
    template: str,
    language: str,
    context: Mapping[str, object],
    pictures: Pictures = NO_PICTURES,
) -> str:
    """Render any page of the archive from a template in `web/`; of the `pictures`, it shows the logo.

    Raises:
        TemplateError: a template is wrong; at its line.
    """
    show = OnPage(pictures, str(context.get("root", "")))
    return theme.render(template, language, house_view(settings, str, show) | {"language": language, **context})


def public_line(text: str, issue: Issue, settings: Settings) -> str:
    """Return a line of the front matter for everybody, with its personal fields in their fallback.

    Raises:
        IssueError: a personal field is wrong; at its line.
    """
    refuse_wrong_fields(issue, settings)
    values = public_values(issue, settings.newsletter.url)
    return fill_for_everybody(place_in_text(text, issue.fields), values)


def _view(block: Block, theme: Theme, issue: Issue, show: OnPage) -> SimpleNamespace:
    kind = theme.kinds[block.kind]
    view = block_view(block, kind, show, str)
    tokens = block.body.tokens
    if block.episode and block.body.source == shortened(block.episode.notes):  # on a page there is room for all of them
        tokens = parse_once(block.episode.notes, issue.language)
    html = to_html(tokens, issue.language, block.body.name, lambda source: in_text(show, source, kind.width_px))
    view.body = Markup(with_anchors(html, block, ON_PAGE))  # noqa: S704  # the Markdown parser escapes; HTML in the source is off
    return view
