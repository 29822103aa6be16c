"""What can go wrong with a request, by name.

A reader's local part may name one: every request that holds `cut_after-7@…` is struck, and of those that hold
`busy2-7@…` the first two. `invalid-7@…` and `suppressed-7@…` (`p-7@…` in short) are no faults of a request, but what
the provider thinks of a reader.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.providers.post import Answer, in_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RETRY_AFTER_S = 1
_NAMED = re.compile(r"([a-z_]+?)(\d*)-.*@.*")
_FATES = {"p": "suppressed", "suppressed": "suppressed", "invalid": "invalid"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls one request."""

    takes: bool
    """Whether the provider takes the mails over all the same, as if nothing were wrong."""
    answer: Answer | None = None
    """What it says in place of its own answer; without one it says nothing."""
    line: str = "whole"
    """What becomes of the line: `whole`; `unread`: cut before the body was read; `within`: cut within an answer;
    `silent`: open, and nothing is said. A line that is whole and has no answer is cut in its place."""


_PAGE = Answer(200, b"<!DOCTYPE html><title>Welcome</title><p>Please log in.</p>", kind="text/html")

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "busy": Fault(takes=False, answer=in_json(429, {"message": "slow down"}, {"Retry-After": str(RETRY_AFTER_S)})),
        "broken": Fault(takes=False, answer=in_json(500, {"message": "sorry"})),
        "broken_after": Fault(takes=True, answer=in_json(500, {"message": "sorry"})),
        "gateway": Fault(takes=False, answer=Answer(502, b"<h1>Bad gateway</h1>", kind="text/html")),
        "gateway_after": Fault(takes=True, answer=Answer(504, b"<h1>Gateway time-out</h1>", kind="text/html")),
        "cut": Fault(takes=False),
        "cut_after": Fault(takes=True),
        "cut_within": Fault(takes=True, line="within"),
        "moved": Fault(takes=False, answer=Answer(307, headers={"Location": "?again"})),
        "concurrent": Fault(takes=True, answer=in_json(409, {"name": "concurrent_idempotent_requests"})),
        "unfit": Fault(takes=False, answer=in_json(422, {"message": "the domain of the sender is not verified"})),
        "unread": Fault(takes=False, line="unread"),
        "odd_page": Fault(takes=False, answer=_PAGE),
        "odd_page_after": Fault(takes=True, answer=_PAGE),
        "odd_empty": Fault(takes=True, answer=Answer(200)),
        "odd_json": Fault(takes=True, answer=in_json(200, {"ok": ["yes"]})),
        "silent": Fault(takes=False, line="silent"),
        "silent_after": Fault(takes=True, line="silent"),
        "unknown_key": Fault(takes=False, answer=in_json(401, {"message": "this key is not known"})),
        "forbidden": Fault(takes=False, answer=in_json(403, {"message": "this domain is not yours"})),
    }
)
"""By name."""


def fate_of(address: str) -> str:
    """Return what a provider thinks of a reader: `ok`, `suppressed` or `invalid`."""
    return _FATES.get(address.partition("-")[0], "ok")


class Script:
    """Which requests are struck, by their readers."""

    def __init__(self) -> None:
        self._struck: Counter[str] = Counter()

    def fault_for(self, recipients: Iterable[str]) -> Fault | None:
        """Return what befalls a request for these readers; the first who names a fault decides."""
        for address in recipients:
            named = _NAMED.fullmatch(address)
            if named and named[1] in FAULTS and (not named[2] or self._struck[address] < int(named[2])):
                self._struck[address] += 1
                return FAULTS[named[1]]
        return None
