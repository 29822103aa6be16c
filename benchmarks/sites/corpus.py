"""The same Markdown for every program: real issues of Haskell Weekly (MIT), as many as are asked for."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "https://github.com/haskellweekly/haskellweekly"
ISSUES = "data/newsletter"

_FIRST_DAY = date(2006, 1, 1)
_LINK_WITHIN = re.compile(r"\]\((/[^)]*)\)")
_LINK_WITHOUT_SCHEME = (("](info@", "](mailto:info@"), ("](bellroy.com)", "](https://bellroy.com)"))
"""What is wrong in three dozen of the issues; this program would tell it, and build nothing."""


class NoCorpusError(Exception):
    """The issues are not there and cannot be fetched."""


@dataclass(frozen=True, slots=True)
class Text:
    """One issue."""

    number: int
    day: date
    markdown: str

    @property
    def slug(self) -> str:
        """Its name in every site."""
        return f"issue-{self.number}"


def fetched(folder: Path) -> Path:
    """Return the folder of the issues, which are fetched where they are not there.

    Raises:
        NoCorpusError: there is no git, or it cannot reach them.
    """
    if not (folder / ISSUES).is_dir():
        git = shutil.which("git")
        command = [git or "git", "clone", "--quiet", "--depth", "1", SOURCE, str(folder)]
        if git is None or subprocess.run(command, check=False).returncode:
            message = f"{SOURCE} cannot be fetched; clone it, and name the folder with --corpus"
            raise NoCorpusError(message)
    return folder / ISSUES


def read_corpus(folder: Path, count: int) -> list[Text]:
    """Return so many issues; where there are fewer, they are taken again, each with a line of its own.

    Raises:
        NoCorpusError: there are none in the folder.
    """
    paths = sorted(folder.rglob("issue-*.markdown"), key=lambda path: int(path.stem.removeprefix("issue-")))
    if not paths:
        message = f"there are no issues in {folder}"
        raise NoCorpusError(message)
    texts = []
    for number in range(count):
        text = _LINK_WITHIN.sub(r"](https://haskellweekly.news\1)", paths[number % len(paths)].read_text("utf-8"))
        for wrong, right in _LINK_WITHOUT_SCHEME:
            text = text.replace(wrong, right)
        lead = f"Once more, as number {number + 1}.\n\n" if number >= len(paths) else ""
        texts.append(Text(number + 1, _FIRST_DAY + timedelta(weeks=number), lead + text))
    return texts
