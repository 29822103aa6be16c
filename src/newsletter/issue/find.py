"""Which files are issues, and which one is meant by a name."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from newsletter.errors import UsageError
from newsletter.issue.names import WELCOME_SLUG, is_welcome, name_of
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "issues"

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")


def list_issues(root: Path) -> list[Path]:
    """Return the dated issues of a workspace, oldest first: `DATE-NAME.md`, or `issue.md` in a folder `DATE-NAME`."""
    folder = root / FOLDER
    found = [path for path in folder.glob("*.md") if _day(path)]
    found += [path for path in folder.glob("*/issue.md") if _day(path)]
    return sorted(found, key=lambda path: (name_of(path), path.as_posix()))


def find_welcome(root: Path, language: str, default: str) -> Path | None:
    """Return the welcome mail of a workspace for readers of a language; None where there is none for them.

    `default` is the language of the newsletter, whose mail needs no language in its name.
    """
    names = [f"{WELCOME_SLUG}.{language}", *([WELCOME_SLUG] if language == default else [])]
    places = (place for name in names for place in (f"{name}.md", f"{name}/issue.md"))
    return next((path for place in places if (path := root / FOLDER / place).is_file()), None)


def days_of(issues: Iterable[Path]) -> list[date]:
    """Return the day of each issue that has one in its name."""
    return [day for path in issues if (day := _day(path))]


def find_issue(root: Path, name: str, here: Path, today: date) -> Path:
    """Return the issue that a person names: a path, a name with or without its date, `latest` or `next`.

    `latest` is the newest that is not after today, `next` the first after today. A path counts from `here`, then
    from the workspace.

    Raises:
        UsageError: there is no such issue.
    """
    for folder in (here, root):
        for path in (folder / name, folder / name / "issue.md"):
            if _is_file(path):
                return path
    known = list_issues(root)
    if name in {"latest", "next"}:
        return _by_day(known, name, today)
    matching = [path for path in known if name in {name_of(path), name_of(path)[11:]}]
    if matching:
        return matching[-1]
    for path in (root / FOLDER / f"{name}.md", root / FOLDER / name / "issue.md"):
        if is_welcome(path) and _is_file(path):
            return path
    hint = did_you_mean(name, [name_of(path)[11:] for path in known])
    message = f"there is no issue {quoted(name)} in {FOLDER}/{hint}"
    raise UsageError(message)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no file can have a name as long as this, or nobody may look
        return False


def _by_day(known: list[Path], name: str, today: date) -> Path:
    if name == "latest":
        found = [path for path in known if (_day(path) or today) <= today][-1:]
    else:
        found = [path for path in known if (_day(path) or today) > today][:1]
    if not found:
        message = (
            f"there is no {name} issue in {FOLDER}/: none is dated {'up to' if name == 'latest' else 'after'} {today}"
        )
        raise UsageError(message)
    return found[0]


def _day(path: Path) -> date | None:
    match = _DATED.fullmatch(name_of(path))
    if not match:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None
