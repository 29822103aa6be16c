"""What an issue is called, by its file or its folder; and which file is no issue, but the mail that welcomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugify import slugify

from newsletter.errors import IssueError
from newsletter.model import Finding, Form, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from pathlib import Path

WELCOME_SLUG = "welcome"
"""The name of the mail that is no issue: the first one to whoever has confirmed."""
WELCOME = Form(on_web=False)
"""What that mail has: it is on no page, and its reader can leave."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""A name in an address, of an issue or of a part of one."""
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-(?=.)")
_WELCOME = re.compile(rf"{WELCOME_SLUG}(?:\.([a-z]{{2}}))?")


def name_of(path: Path) -> str:
    """Return what an issue is called by its file, or by its folder: its name with its date."""
    return path.parent.name if path.name == "issue.md" else path.stem


def slug_of(path: Path, shown: str = "") -> str:
    """Return an issue's permanent name: its file's, or its folder's, without the date.

    `shown` is the path as messages name it, where that differs.

    Raises:
        IssueError: the name is not made of lower-case letters, digits and single hyphens.
    """
    name = name_of(path)
    slug = WELCOME_SLUG if is_welcome(path) else _DATED.sub("", name, count=1)
    if not SLUG.fullmatch(slug):
        better = slugify(slug) or "a-name"
        message = f"the name {quoted(slug)} becomes the issue's address; call it {quoted(better)}"
        raise IssueError([Finding(Position(shown or str(path)), message, "issue-name")])
    return slug


def is_welcome(path: Path) -> bool:
    """Say whether a file is the welcome mail: `welcome.md`, or `welcome.en.md` for one of the languages."""
    return bool(_WELCOME.fullmatch(name_of(path)))


def language_of_welcome(path: Path) -> str:
    """Return the language that the name of a welcome mail says; empty where it says none."""
    match = _WELCOME.fullmatch(name_of(path))
    return (match[1] if match else "") or ""
