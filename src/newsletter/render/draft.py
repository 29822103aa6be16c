"""A new issue as its editor finds it: the house's own template, filled with what is known already."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from newsletter.render.theme import Theme

TEMPLATE = "issue.md.j2"


def render_draft(
    theme: Theme, language: str, subject: str, day: date, send_at: datetime | None, episodes: Sequence[str]
) -> str:
    """Return the text of a new issue; `episodes` are the words by which it names what it shows.

    Raises:
        TemplateError: the template is wrong; at its line.
    """
    issue = SimpleNamespace(
        date=day.isoformat(),
        send_at=f"{send_at:%Y-%m-%d %H:%M}" if send_at else "",
        language=language,
        episodes=list(episodes),
    )
    context = {"issue": issue, "quoted": {"subject": json.dumps(subject, ensure_ascii=False)}}
    return f"{theme.render(TEMPLATE, language, context).strip()}\n"
