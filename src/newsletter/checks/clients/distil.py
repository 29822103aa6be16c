"""Makes `support.json` of a copy of the data behind caniemail.com; CONTRIBUTING.md says how to refresh it.

For each feature there is one letter per mail program: `y` all of its versions show it, `n` none does, `a` some do, or
with exceptions, `u` nobody knows. Only the newest test of each platform counts.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.checks.clients.features import ALL
from newsletter.checks.clients.programs import PROGRAMS
from newsletter.checks.clients.support import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "https://github.com/hteumeuleu/caniemail"

_TOKEN = re.compile(r"""[{}:,] | "[^"]*" | '[^']*' | [^\s{}:,"']+""", re.VERBOSE)
_TITLE = re.compile(r"""^title:\s*(["'])(.*)\1\s*$""", re.MULTILINE)
_STATS = re.compile(r"^stats:\s*(\{.*?^\})", re.MULTILINE | re.DOTALL)


def main(arguments: list[str], out: Path) -> None:
    """Write the file: `python -m newsletter.checks.clients.distil FOLDER COMMIT DATE`, the folder being a checkout."""
    folder, commit, date = arguments
    pages = {path.stem: path.read_text("utf-8") for path in Path(folder, "_features").glob("[!_]*.md")}
    document = {"source": SOURCE, "commit": commit, "date": date, "programs": list(PROGRAMS), "features": distil(pages)}
    text = json.dumps(document, ensure_ascii=False, indent=0)
    (out / FILE).write_text(f"{text}\n", encoding="utf-8")


def distil(pages: dict[str, str]) -> dict[str, list[str]]:
    """Return the title and the letters of each feature that we know one by, from the text of its page."""
    found = {}
    for name, page in sorted(pages.items()):
        title, stats = _TITLE.search(page), _STATS.search(page)
        if name in ALL and title and stats:
            tested = _read_table(iter(_TOKEN.findall(stats[1])[1:]))
            found[name] = [title[2], "".join(_letter(tested, platforms) for platforms in PROGRAMS.values())]
    return found


def _letter(tested: dict[str, Any], platforms: tuple[str, ...]) -> str:
    newest = set()
    for platform in platforms:
        family, _, name = platform.partition(".")
        versions = tested.get(family, {}).get(name, {})
        if versions:
            newest.add(list(versions.values())[-1][:1])
    known = newest - {"u"}
    if not known:
        return "u"
    return str(known.pop()) if len(known) == 1 else "a"


def _read_table(tokens: Iterator[str]) -> dict[str, Any]:
    """Read what stands between `{` and `}`: YAML's flow style, with commas too many."""
    table: dict[str, Any] = {}
    for mark in tokens:
        if mark == "}":
            break
        if mark == ",":
            continue
        next(tokens)  # the colon
        value = next(tokens)
        table[mark.strip("\"'")] = _read_table(tokens) if value == "{" else value.strip("\"'")
    return table


if __name__ == "__main__":
    main(sys.argv[1:], Path(__file__).parent)
