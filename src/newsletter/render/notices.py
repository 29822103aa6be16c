"""The mails that the newsletter writes of itself: their texts come with the theme, one for each language."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.issue import parse_issue
from newsletter.model import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.issue import House
    from newsletter.model import Issue
    from newsletter.render.theme import Theme

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "confirm": Form(on_web=False, can_leave=False, fields=("confirm_url", "newsletter_name", "hours")),
        "access": Form(on_web=False, can_leave=False, fields=("access_url", "newsletter_name")),
    }
)
"""By the name of the mail, and of its file."""


def read_notice(name: str, language: str, theme: Theme, house: House) -> Issue:
    """Return the text of one of these mails: `templates/mails/NAME.LANGUAGE.md`, the workspace's own or the shipped.

    Raises:
        IssueError: it has faults; each at its place.
        TemplateError: it is not there.
    """
    file = f"mails/{name}.{language}.md"
    of_them = replace(house, form=FORMS[name], language=language)
    return parse_issue(theme.read(file), f"templates/{file}", name, of_them, lambda _: False)
