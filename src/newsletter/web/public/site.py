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
from newsletter.web.public.allowance import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from newsletter.audience.tokens import Keys
    from newsletter.config import Settings
    from newsletter.model import Pictures
    from newsletter.render import Theme


@dataclass(frozen=True, slots=True)
class Site:
    """What handlers need."""

    engine: Engine
    settings: Settings
    keys: Keys
    theme: Theme
    logos: Pictures
    version: str
    """Of the stylesheet, so that no browser shows a page with an old one."""
    allowance: Allowance
    """How many sign-ups are taken."""
    now_ms: Callable[[], int]
    post_soon: Callable[[], None]
    """Says that there is new mail of our own in the ledger. It returns at once, on any thread."""

    @property
    def root(self) -> str:
        """The path of the site's top as browsers see it, with a slash at its end."""
        return f"{urlsplit(self.settings.newsletter.url).path}/"


def open_site(engine: Engine, settings: Settings, now_ms: Callable[[], int], post_soon: Callable[[], None]) -> Site:
    """Return the site of a workspace.

    Raises:
        UsageError: NEWSLETTER_SECRET_KEY is not set.
        TemplateError: a template is wrong.
        ConfigError: a logo cannot be used.
    """
    keys, theme = keys_of(settings.secret_key), open_theme(settings.root)
    style = render_page(theme, settings, "web/style.css.j2", settings.newsletter.language, {})
    return Site(
        engine=engine,
        settings=settings,
        keys=keys,
        theme=theme,
        logos=prepare_logos(settings),
        version=sha256(style.encode()).hexdigest()[:8],
        allowance=Allowance(settings.site),
        now_ms=now_ms,
        post_soon=post_soon,
    )
