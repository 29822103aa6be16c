"""For each rule an issue that has what it finds, and one that has not: for its test, and for its page in the docs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pairs_of_clients import CLIENTS
from tests.checks.pairs_of_inbox import INBOX
from tests.checks.pairs_of_links import LINKS
from tests.checks.pairs_of_mail import MAIL
from tests.checks.pairs_of_words import WORDS
from tests.checks.pairs_of_writing import WRITING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.checks.pair import Pair

PAIRS: Mapping[str, Pair] = MappingProxyType({**INBOX, **LINKS, **WORDS, **MAIL, **CLIENTS, **WRITING})
