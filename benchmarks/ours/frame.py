"""What the peer needs to make the same mail: the MJML document of this program's own templates.

The document is the one that the program compiles, with a placeholder for each of the editor's words. For each
placeholder the frame says where its words come from: the front matter, a block, or this newsletter's settings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from newsletter.render import Theme, render_email
from newsletter.render.links import issue_url, preferences_url, unsubscribe_url
from newsletter.render.places import strip_places
from newsletter.render.view import ON_EMAIL, blocks_on, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.ours.mail import Mailer
    from newsletter.config import Settings
    from newsletter.model import Issue

    Slots = Iterator[tuple[str, dict[str, object]]]

_MAIL, _CSS = "email/mail.mjml.j2", "email/content.css.j2"
_QUOTES = "“”‘’"
"""Around words, in both languages that ship."""
_PICTURES = frozenset({"cover", "src"})
_SLOT = re.compile(r"zq7w([0-9]+)z")


@dataclass(frozen=True)
class _RecordingTheme(Theme):
    """A theme that keeps what was rendered with it, and from what."""

    rendered: dict[str, str] = field(default_factory=dict)
    contexts: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def render(self, name: str, language: str, context: Mapping[str, object]) -> str:
        self.contexts[name] = context
        self.rendered[name] = super().render(name, language, context)
        return self.rendered[name]


def frame(mailer: Mailer, text: str) -> dict[str, Any]:
    """Return the frame of an issue, given its text."""
    settings, issue = mailer.workspace.settings, mailer.read(text)
    theme = _RecordingTheme(mailer.workspace.theme.folders, mailer.workspace.theme.kinds)
    render_email(issue, theme, settings)
    context = theme.contexts[_MAIL]
    return {
        "document": strip_places(theme.rendered[_MAIL]),
        "css": theme.rendered[_CSS],
        "slots": dict([*_settled(context, issue, settings), *_written(context)]),
        "kinds": [block.kind for block in blocks_on(issue, ON_EMAIL)],
        "quotes": _QUOTES,
        "pictures": issue_url(settings.newsletter.url, issue.slug),
    }


def _settled(context: Mapping[str, Any], issue: Issue, settings: Settings) -> Slots:
    """Yield the placeholders outside the blocks, by number."""
    site = settings.newsletter.url
    known = house_view(settings, str) | {"issue": issue_view(issue, site, str)}
    for group, words in known.items():
        for key, text in vars(words).items():
            numbers = _SLOT.findall(str(getattr(context[group], key)))
            is_front = group == "issue" and key in {"subject", "preheader"}
            for number, one in zip(numbers, text if isinstance(text, list) else [text], strict=False):
                yield number, {"front": key} if is_front else {"words": one}
    for name, url in (("unsubscribe_url", unsubscribe_url), ("preferences_url", preferences_url)):
        yield _SLOT.findall(context[name])[0], {"words": url(site, "test")}


def _written(context: Mapping[str, Any]) -> Slots:
    """Yield the placeholders of the blocks, by number."""
    for place, view in enumerate(context["blocks"]):
        for key, text in vars(view).items():
            for number in _SLOT.findall(str(text)):
                yield number, {"block": place, "key": key, "picture": key in _PICTURES}
