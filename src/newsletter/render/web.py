"""An issue as a page of the archive: the same source, nothing of any reader in it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING

from markupsafe import Markup

from newsletter.i18n import format_date
from newsletter.issue.markdown import parse_once, to_html
from newsletter.issue.pinned import shortened
from newsletter.render import links
from newsletter.render.anchors import ON_PAGE, with_anchors
from newsletter.render.episodes import page_view
from newsletter.render.expressions import holds, refuse_wrong_fields
from newsletter.render.on_web import with_copies, without_styles
from newsletter.render.personal import fill_for_everybody, place_in_html, place_in_text, public_values
from newsletter.render.shown import NO_PICTURES, OnPage, in_text
from newsletter.render.view import ON_WEB, block_view, blocks_on, contents_of, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from newsletter.config import Settings
    from newsletter.model import Block, Issue, Pictures
    from newsletter.render.theme import Theme

WORDS_A_MINUTE = 230
"""How fast people read, for the reading time."""

EPISODE_ROOT = "../../"
"""From the page of an episode to the top of the archive."""

UNSAID: Mapping[str, object] = MappingProxyType(
    {
        "alternates": (), "card": "", "episode": None, "feeds": (), "has_more": False, "has_search": False,
        "icon": "", "nav": (), "newer": None, "older": None, "pages": (), "path": "", "picture": "", "policy": "",
        "published": "", "related": (), "script": "", "structured": "", "tag": "", "tags": (), "thread": None,
        "version": "", "year": "", "years": (),
    }
)  # fmt: skip
"""What the templates of pages see of a page alone, as in a preview; the archive says more."""


@dataclass(frozen=True, slots=True)
class Article:
    """What a page shows of an issue, with nothing of any reader in it."""

    subject: str
    preheader: str
    html: str
    """Its blocks."""
    minutes: int
    """To read it."""


def render_article(
    issue: Issue, theme: Theme, settings: Settings, root: str, pictures: Pictures = NO_PICTURES
) -> Article:
    """Render what the page of an issue shows of it.

    `pictures` are those that `prepare_pictures` made ready for it; `root` leads from the page to the archive's top.

    Raises:
        IssueError: a personal field is wrong, or stands where no value is safe; at its line.
        TemplateError: a template is wrong; at its line.
        RenderError: a picture was not made ready.
    """
    refuse_wrong_fields(issue, settings)
    values = public_values(issue, settings.newsletter.url)
    shown = [block for block in blocks_on(issue, ON_WEB) if not block.condition or holds(block.condition, values)]
    desk = _Desk(issue, theme, settings, OnPage(pictures, root))
    words = sum(len(block.body.source.split()) for block in shown)
    return Article(
        subject=fill_for_everybody(place_in_text(issue.subject, issue.fields), values),
        preheader=fill_for_everybody(place_in_text(issue.preheader, issue.fields), values),
        html=desk.render("web/article.html.j2", shown),
        minutes=max(1, round(words / WORDS_A_MINUTE)),
    )


def render_episode(issue: Issue, block: Block, theme: Theme, settings: Settings, pictures: Pictures) -> str:
    """Render what the page of an episode shows of it, as the issue of that block has it pinned.

    Raises:
        IssueError, TemplateError, RenderError: as `render_article`.
    """
    refuse_wrong_fields(issue, settings)
    show = OnPage(pictures, EPISODE_ROOT, f"{EPISODE_ROOT}p/{issue.slug}/")
    return _Desk(issue, theme, settings, show).render("web/player.html.j2", [block])


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the blocks of one issue are laid out with."""

    issue: Issue
    theme: Theme
    settings: Settings
    show: OnPage

    def render(self, template: str, shown: Sequence[Block]) -> str:
        """Return the HTML of some blocks, for everybody."""
        issue, newsletter = self.issue, self.settings.newsletter
        blocks = [_view(block, self.theme, issue, self.show) for block in shown]
        for block, seen in zip(shown, blocks, strict=True):
            seen.episode = page_view(block, self.settings.podcast.moment)
        view = issue_view(issue, self.settings, contents_of(shown, self.theme.kinds), str)
        context = {"root": self.show.root, "issue": view, "blocks": blocks}
        html = render_page(self.theme, self.settings, template, issue.language, context, self.show.pictures)
        html = with_copies(without_styles(html), dict(self.show.pictures.copies))
        return fill_for_everybody(place_in_html(html, issue.fields), public_values(issue, newsletter.url))


def render_issue_page(
    issue: Issue, theme: Theme, settings: Settings, context: Mapping[str, object], pictures: Pictures = NO_PICTURES
) -> str:
    """Render an issue's page; `context` holds what the archive knows of its neighbours.

    Raises:
        IssueError, TemplateError, RenderError: as `render_article`.
    """
    article = render_article(issue, theme, settings, str(context["root"]), pictures)
    seen = _seen(article, issue.slug, issue.date, issue.language, settings.newsletter.url)
    context = {**context, "issue": seen, "article": Markup(article.html)}  # noqa: S704 - of our own templates
    return render_page(theme, settings, "web/issue.html.j2", issue.language, context, pictures)


def _seen(article: Article, slug: str, day: date, language: str, site: str) -> SimpleNamespace:
    """Return what the templates of pages see of an issue."""
    return SimpleNamespace(
        slug=slug,
        subject=article.subject,
        preheader=article.preheader,
        date=day,
        day=format_date(day, language),
        language=language,
        minutes=article.minutes,
        web_url=links.issue_url(site, slug),
    )


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
    whole = {**UNSAID, **house_view(settings, str, show), "language": language, **context}
    return theme.render(template, language, whole)


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
