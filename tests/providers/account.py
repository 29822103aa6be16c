"""A newsletter's account with a provider: what it was asked, and what each reader has got."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.providers.faults import fate_of
from tests.providers.post import Answer, Item, WrongError, in_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.providers.post import Letter, Provider, Request

KEY = "canary-5d41402abc4b2a76"
"""What the account is opened with; to be found in no output."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A request that was taken under a key."""

    digest: str
    answer: Answer
    at_s: float


class Account:
    """Takes requests as a provider does, and keeps every mail that comes of them.

    `keep` is told of each mail before the request that brought it is answered; `clock` is the time in seconds, by
    which keys of requests grow old.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        keep: Callable[[Letter], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self.letters: list[Letter] = []
        self._keep = keep or self.letters.append
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._count = 0

    def letters_for(self, request: Request) -> list[Letter]:
        """Return the mails that a request asks for; none where it asks for nothing that can be read."""
        try:
            return self.provider.read(request)
        except (WrongError, LookupError, TypeError, ValueError):
            return []

    def receive(self, request: Request) -> Answer:
        """Take what a request brings, and return the answer."""
        try:
            if not self.provider.lets_in(request, KEY):
                return self.provider.refusal()
            return self._take(request)
        except WrongError as refusal:
            return refusal.answer
        except (LookupError, TypeError, ValueError) as error:
            return in_json(400, {"message": f"this request cannot be read: {error!r}"})

    def _take(self, request: Request) -> Answer:
        key, digest = self.provider.key(request), hashlib.sha256(request.path.encode() + request.body).hexdigest()
        known = self._known.get(key) if key else None
        if known and self._clock() - known.at_s < self.provider.ttl_s:
            return self.provider.again(is_same=known.digest == digest, before=known.answer)
        items = [Item(self._numbered(letter), fate_of(letter.recipient)) for letter in self.provider.read(request)]
        answer = self.provider.answer(request, items)
        for item in items:
            if item.is_taken:
                self._keep(item.letter)
        if key:
            self._known[key] = _Known(digest, answer, self._clock())
        return answer

    def _numbered(self, letter: Letter) -> Letter:
        self._count += 1
        return replace(letter, remote_id=f"{self._count:08d}")
