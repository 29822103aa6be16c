"""Packs dictionaries of hunspell for the wheel; CONTRIBUTING.md says how to refresh them."""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

from newsletter.checks.writing.dictionaries import FOLDER

FAST = ("MAXNGRAMSUGS 0", "MAXCPDSUGS 0", "NOSPLITSUGS")
"""Without likenesses, made-up compounds and pieces a suggestion takes 10 ms instead of 200."""
_SLOW = re.compile(r"^(?:MAXNGRAMSUGS|MAXCPDSUGS|NOSPLITSUGS)\b.*\n", re.MULTILINE)


def main(arguments: list[str], out: Path) -> None:
    """Write the files: `python -m newsletter.checks.writing.pack LANGUAGE RULES.aff WORDS.dic…`."""
    language, rules, *words = arguments
    lists = [Path(path).read_text("utf-8") for path in words]
    packed = {"aff": fast(Path(rules).read_text("utf-8")), "dic": joined(lists)}
    for suffix, text in packed.items():
        (out / f"{language}.{suffix}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def fast(rules: str) -> str:
    """Return the rules of a dictionary with quick suggestions alone."""
    first, _, rest = _SLOW.sub("", rules).partition("\n")
    return "\n".join([first, *FAST, rest])


def joined(lists: list[str]) -> str:
    """Return word lists that have the same rules as one; each begins with the number of its words."""
    words = {word: None for text in lists for word in text.splitlines()[1:] if word}
    return "\n".join([str(len(words)), *words, ""])


if __name__ == "__main__":
    main(sys.argv[1:], Path(__file__).with_name(FOLDER))
