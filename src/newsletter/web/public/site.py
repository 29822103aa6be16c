"""The site: all that the handlers of its pages need, in one place.

The paths of `routes` begin at the newsletter's own root. Where `newsletter.url` has a path, such as
https://example.org/news, the server takes it off before the routes are asked; the pages themselves point at it.

The handlers put mails of our own into the ledger with `newsletter.sending.own_mails.post`, in their own transaction,
and call `post_soon` when it has ended. They count on this:

- a `CONFIRM` mail goes to whoever is `pending`, and to whoever is `unsubscribed` too: who left and subscribes again
  stays unsubscribed until they confirm, as somebody else may have typed their address. Its link is
  `links.confirm_url` with a token of `Purpose.CONFIRM`.
- an `ACCESS` mail goes to any subscriber, in whatever status. Its link is `links.access_url` with a token of
  `Purpose.ACCESS`, about the minute in which the message is composed.
- `WELCOME` is posted whenever somebody confirms; the ledger says that it goes out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.audience.tokens import keys_of
from newsletter.render import open_theme, prepare_logos, render_page
from newsletter.render.view import house_view
from newsletter.sending.wishes import wishes_of
from newsletter.web.public.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine

    from newsletter.audience.tokens import Keys
    from newsletter.config import Settings
    from newsletter.render import Theme
    from newsletter.sending.wishes import Wishes

TITLE, DESK = "\ue000title", "\ue000desk"
"""Stand in a frame for what each page says of its own; nobody types them."""


@dataclass(frozen=True, slots=True)
class Site:
    """What handlers need."""

    engine: Engine
    settings: Settings
    keys: Keys
    theme: Theme
    house: Mapping[str, object]
    """What every template may say of the newsletter."""
    frames: Mapping[str, str]
    """What stands around a page, in each language; `TITLE` and `DESK` are in it where these belong."""
    allowance: Allowance
    """How many sign-ups are taken."""
    wishes: Wishes
    """Of those who leave while the database is away."""
    now_ms: Callable[[], int]
    post_soon: Callable[[], None]
    """Says that there is new mail of our own in the ledger. It returns at once, on any thread."""


def open_site(engine: Engine, settings: Settings, now_ms: Callable[[], int], post_soon: Callable[[], None]) -> Site:
    """Return the site of a workspace.

    Raises:
        UsageError: NEWSLETTER_SECRET_KEY is not set.
        TemplateError: a template is wrong.
        ConfigError: a logo cannot be used.
    """
    keys, theme, root = keys_of(settings.secret_key), open_theme(settings.root), _root(settings)
    return Site(
        engine=engine,
        settings=settings,
        keys=keys,
        theme=theme,
        house={**house_view(settings, str), "root": root},
        frames={language: _frame(theme, settings, language, root) for language in settings.newsletter.languages},
        allowance=Allowance(settings.site),
        wishes=wishes_of(settings),
        now_ms=now_ms,
        post_soon=post_soon,
    )


def _root(settings: Settings) -> str:
    """Return the path of the site's top as browsers see it, with a slash at its end."""
    return f"{urlsplit(settings.newsletter.url).path}/"


def _frame(theme: Theme, settings: Settings, language: str, root: str) -> str:
    """Return what stands around a page; it takes longer to make than what a page says, and is the same for all."""
    style = render_page(theme, settings, "web/style.css.j2", language, {})
    said = {
        "root": root,
        # No browser shows a page with an old stylesheet.
        "version": sha256(style.encode()).hexdigest()[:8],
        "canonical": "",
        "title": TITLE,
        "desk": DESK,
    }
    return render_page(theme, settings, "web/public/frame.html.j2", language, said, prepare_logos(settings))
