"""Asking a provider once more for what it may have done already: evidence that settles a doubt.

Some providers know a request again for a while, by a key that came with it, and do not do it twice. The key is made of
the mails alone, so a later process can ask with the very same request, if it can make it again: of all the rows that
were in it, and of no other. So rows that go out together get a label that says how many they were, and in whose
account.

Asked too late, or with another key, it would send a second mail. So what is not certain is left in doubt: a request of
which a row has gone on its own way since, one whose time is nearly over, one that went out in another account. And as
it may be sent only now, nobody may be among its readers who has left meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.audience.readers import from_row, readers
from newsletter.errors import PersonalFieldError, UnsafeValueError
from newsletter.model import Verdict
from newsletter.sending.changes import IS_IN_DOUBT, change
from newsletter.sending.ledger import may_be_mailed
from newsletter.sending.rows import Row
from newsletter.sending.states import Arrow
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Engine

    from newsletter.delivery.base import Capabilities, Message, Transport
    from newsletter.model import Outcome

LEEWAY_S = 300
"""So long before its time is over a request is not repeated any more: all the tries of it must have been answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it."""

    confirmed: int
    """Readers who have the mail."""
    answered: int
    """Readers whose requests were repeated."""


def labels_of(capabilities: Capabilities) -> Callable[[Sequence[int]], str] | None:
    """Return what makes the label of rows that go out together; None where no request is known again."""
    if not capabilities.idempotency_ttl_s:
        return None

    def label(ids: Sequence[int]) -> str:
        digest = sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:16]
        return f"{capabilities.account}.{len(ids)}.{digest}"

    return label


async def ask_again(
    engine: Engine, send_id: int, transport: Transport, compose: Callable[[Row], Message], now_ms: int
) -> Asked:
    """Repeat the requests of those in doubt, where the transport knows them again, and note what it says.

    Raises:
        DeliveryError: the provider cannot be asked; what it said before is noted.
    """
    if not transport.capabilities.idempotency_ttl_s:
        return Asked(0, 0)
    found = doubtful_requests(engine, send_id, transport.capabilities, now_ms)
    feed = _Again(composed for rows in found if (composed := _composed(rows, compose)))
    try:
        if feed.is_wanted:
            await transport.run(feed)
    finally:
        _note(engine, send_id, feed.outcomes, now_ms)
    taken = sum(outcome.verdict is Verdict.ACCEPTED for _, outcome in feed.outcomes)
    return Asked(taken, len(feed.outcomes))


def doubtful_requests(engine: Engine, send_id: int, capabilities: Capabilities, now_ms: int) -> list[tuple[Row, ...]]:
    """Return the rows in doubt of each request that is whole, known again for long enough, and may still be sent."""
    since_ms = now_ms - max(capabilities.idempotency_ttl_s - LEEWAY_S, 0) * 1000
    statement = (
        readers(delivery.c.address)
        .add_columns(delivery.c.id, delivery.c.attempts, delivery.c.request)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .where(
            delivery.c.send_id == send_id,
            IS_IN_DOUBT,
            delivery.c.transport == capabilities.name,
            delivery.c.request.startswith(f"{capabilities.account}.", autoescape=True),
            delivery.c.wired_at_ms > since_ms,
            may_be_mailed(now_ms),
        )
        .order_by(delivery.c.id)
    )
    by_label: dict[str, list[Row]] = {}
    with reading(engine) as connection:
        for found in connection.execute(statement):
            by_label.setdefault(found[-1], []).append(Row(found[-3], from_row(found), found[-2]))
    return [tuple(rows) for label, rows in by_label.items() if len(rows) == int(label.split(".")[1])]


def _composed(rows: Iterable[Row], compose: Callable[[Row], Message]) -> list[tuple[int, Message]]:
    """Return the messages of a request; none where one of them cannot be made any more."""
    try:
        return [(row.id, compose(row)) for row in rows]
    except (PersonalFieldError, UnsafeValueError):
        return []


def _note(engine: Engine, send_id: int, outcomes: Iterable[tuple[int, Outcome]], now_ms: int) -> None:
    with writing(engine) as connection:
        for row_id, outcome in outcomes:
            where = [delivery.c.id == row_id, delivery.c.send_id == send_id]
            if outcome.verdict is Verdict.ACCEPTED:
                values = {"done_at_ms": now_ms, "code": outcome.code, "remote_id": outcome.remote_id}
                change(connection, Arrow.CONFIRM, where, values, now_ms)


class _Again:
    """A feed of whole requests."""

    def __init__(self, requests: Iterable[list[tuple[int, Message]]]) -> None:
        self._requests = deque(requests)
        self._ids = {id(message): row_id for request in self._requests for row_id, message in request}
        self.outcomes: list[tuple[int, Outcome]] = []

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self._requests)

    async def take(self, most: int) -> Sequence[Message]:  # noqa: ARG002 - a request is as large as it was
        """Return the messages of the next request."""
        await asyncio.sleep(0)
        return [message for _, message in self._requests.popleft()] if self._requests else []

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Hear what the provider says."""
        self.outcomes.append((self._ids[id(message)], outcome))
