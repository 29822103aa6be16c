"""How a Dutch text speaks to its reader: *je* or *u*, and not both."""

from __future__ import annotations

import re
from functools import lru_cache

from newsletter.checks.writing.words import words_in

JE, U = "je", "u"

_FORMS = {
    **dict.fromkeys(("je", "jij", "jou", "jouw", "jezelf", "jouzelf"), JE),
    **dict.fromkeys(("u", "uw", "uzelf"), U),
}
_SAID = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^”]*”|(?<!\w)['‘][^'‘’\n]*['’](?!\w)|(?m:^\s*>.*$)")
"""What somebody else says: in quotes, or behind `>`."""


@lru_cache(maxsize=4096)
def addresses_in(text: str) -> tuple[tuple[int, str, str], ...]:
    """Return each word that speaks to the reader: its index, the word, and which of the two it is."""
    own = _SAID.sub(lambda match: " " * len(match[0]), text)
    return tuple(
        (word.start(), word[0], _FORMS[word[0].lower()])
        for word in words_in(own)
        if word[0].lower() in _FORMS and not (word[0] == "U" and word.start() and own[word.start() - 1].isalnum())
    )
