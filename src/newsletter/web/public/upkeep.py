"""What is done now and then while the site is served: nothing is kept for longer than it is needed."""

from __future__ import annotations

import asyncio
import contextlib
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
    from newsletter.sending.wishes import Wishes

EVERY_S = 3600.0
AGAIN_S = 60.0
"""After the database was away, or busy."""
WISHES_EVERY_S = 2.0
"""How often is looked for wishes to leave; to look costs some microseconds."""


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


async def keep_wishes(engine: Engine, wishes: Wishes, stop: asyncio.Event, warn: Callable[[str], None]) -> None:
    """Do what was wished while the database was away, as soon as it is back, until `stop` is set."""
    is_told = False
    while not stop.is_set():
        try:
            await asyncio.to_thread(wishes.take_in, engine)
            is_told = False
        except StoreError as error:
            if not is_told:
                warn(f"readers who want to leave wait for the database, and none is forgotten: {error}")
            is_told = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WISHES_EVERY_S):
                await stop.wait()


def delete_what_is_old(engine: Engine, settings: Settings, now_ms: int) -> None:
    """Delete sign-ups that nobody confirmed, and own mails of long ago; settle doubts that have lapsed.

    Raises:
        StoreError: the database cannot be written just now.
    """
    keep_no_longer(engine, keys_of(settings.secret_key), settings.site.forget_unconfirmed_after_days, now_ms)
    with writing(engine, begin=Begin.LAX) as connection:
        lapse(connection, now_ms)
        sweep(connection, now_ms)
