"""What the parser's own typography leaves or gets wrong: apostrophes that begin a word, amounts, names of emoji."""

from __future__ import annotations

import re
from functools import lru_cache

QUOTES = {"nl": "“”‘’", "en": "“”‘’"}
"""Opening and closing, double and single. „…” is old-fashioned in Dutch."""

_YEARS = r"\d\ds?(?![\w'])"
_CLIPPED = {
    "nl": re.compile(rf"(?<!\w)'(?=[stnkmr](?:\s|$)|s-[A-Z]|{_YEARS})"),
    "en": re.compile(rf"(?<!\w)'(?=(?:tis|twas|em|til|cause|bout|round)(?![\w'])|{_YEARS})", re.IGNORECASE),
}
"""Words that have lost their first letters. Their apostrophe would pass for an opening quote."""
_AND = re.compile(r"(?<=\w )'([nN])'(?= \w)")
"""Rock 'n' roll."""
_AMOUNT = re.compile(r"([€$£]) (?=\d)")
_LEFT_OPEN = re.compile(r"(?<!\w)'(?=\w)")
_SHORTCODE = re.compile(r"(?<!\w):[a-z0-9_+-]{1,80}:(?!\w)")


def clipped(text: str, language: str) -> str:
    """Return a text with the apostrophes of 's avonds, '90 and the like; to be called before quotes are paired."""
    if "'" not in text:
        return text
    return _AND.sub(r"’\1’", _CLIPPED.get(language, _CLIPPED["en"]).sub("’", text))


def left_open(text: str) -> str:
    """Return a text in which a single quote that found no partner is an apostrophe; to be called after that."""
    return _LEFT_OPEN.sub("’", text) if "'" in text else text


def with_emoji(text: str) -> str:
    """Return a text with `:tada:` and the like as the character that it names; an unknown name stays what it is."""
    return _SHORTCODE.sub(lambda match: _emoji(match[0]), text) if ":" in text else text


def with_whole_amounts(text: str) -> str:
    """Return a text in which no line ends between a currency's sign and the amount."""
    return _AMOUNT.sub("\\1\N{NO-BREAK SPACE}", text)


@lru_cache(maxsize=512)
def _emoji(shortcode: str) -> str:
    from emoji import emojize  # noqa: PLC0415  # its names take 30 ms to read, and few issues have any

    return emojize(shortcode, language="alias")
