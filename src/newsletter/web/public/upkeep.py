"""What is done now and then while the site is served: nothing is kept for longer than it is needed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from newsletter.audience.retention import keep_no_longer
from newsletter.audience.tokens import keys_of
from newsletter.errors import StoreError
from newsletter.sending.own_mails import lapse, sweep
from newsletter.store import Begin, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from newsletter.config import Settings

EVERY_S = 3600.0
AGAIN_S = 60.0
"""After the database was away, or busy."""


async def keep_up(
    engine: Engine, settings: Settings, now_ms: Callable[[], int], stop: asyncio.Event, warn: Callable[[str], None]
) -> None:
    """Delete what is too old, at once and then once an hour, until `stop` is set."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(delete_what_is_old, engine, settings, now_ms())
            wait_s = EVERY_S
        except StoreError as error:
            warn(str(error))
            wait_s = AGAIN_S
        try:
            async with asyncio.timeout(wait_s):
                await stop.wait()
        except TimeoutError:
            continue


def delete_what_is_old(engine: Engine, settings: Settings, now_ms: int) -> None:
    """Delete sign-ups that nobody confirmed, and own mails of long ago; settle doubts that have lapsed.

    Raises:
        StoreError: the database cannot be written just now.
    """
    keep_no_longer(engine, keys_of(settings.secret_key), settings.site.forget_unconfirmed_after_days, now_ms)
    with writing(engine, begin=Begin.LAX) as connection:
        lapse(connection, now_ms)
        sweep(connection, now_ms)
