"""What is kept of people on the public pages, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from newsletter.audience.consent import hide_clients
from newsletter.audience.membership import forget_unconfirmed
from newsletter.store import writing
from newsletter.store.schema import consent, subscriber

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from newsletter.audience.tokens import Keys

DAY_MS = 86_400_000
CLIENT_KEPT_DAYS = 365
"""After that, proof of consent no longer says from which network it came."""
PROOF_KEPT_DAYS = 5 * 365 + 1
"""After somebody left: so long a claim can be brought in the Netherlands (article 3:310 of its Civil Code)."""

_AT_ONCE = 500
"""People in one transaction, so that nobody else waits long to write."""


def keep_no_longer(engine: Engine, keys: Keys, unconfirmed_days: int, now_ms: int) -> int:
    """Delete what has been kept for long enough; for once a day.

    Who did not confirm is deleted after `unconfirmed_days`. Of proofs of consent, the client's address goes after a
    year; all of it five years after its person left or was forgotten.

    Returns:
        How many people who did not confirm were deleted.

    Raises:
        StoreError: the database cannot be written; what was deleted stays so.
    """
    deleted = 0
    while True:
        with writing(engine) as connection:
            now = forget_unconfirmed(connection, keys, now_ms - unconfirmed_days * DAY_MS, _AT_ONCE)
        deleted += now
        if now < _AT_ONCE:
            break
    with writing(engine) as connection:
        hide_clients(connection, consent.c.at_ms < now_ms - CLIENT_KEPT_DAYS * DAY_MS)
        _forget_old_proofs(connection, now_ms - PROOF_KEPT_DAYS * DAY_MS)
    return deleted


def _forget_old_proofs(connection: Connection, before_ms: int) -> None:
    """Delete the steps of people all of whose steps are older than a moment, and who get no mail since then."""
    later = consent.alias()
    is_last = ~exists().where(later.c.subscriber_id == consent.c.subscriber_id, later.c.at_ms >= before_ms)
    stays = exists().where(
        subscriber.c.id == consent.c.subscriber_id,
        (subscriber.c.status != "unsubscribed") | (subscriber.c.unsubscribed_at_ms >= before_ms),
    )
    over = select(consent.c.id).where(consent.c.at_ms < before_ms, is_last, ~stays)
    connection.execute(delete(consent).where(consent.c.id.in_(over)))
