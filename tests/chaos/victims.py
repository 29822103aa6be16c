"""Real senders in processes of their own, with the real SMTP client, to be struck."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.config import Smtp
from newsletter.delivery.smtp import SmtpTransport
from newsletter.errors import DeliveryError, SendingError, StoreError
from newsletter.sending.clock import start_clock
from newsletter.sending.engine import End, Means, Tuning, deliver
from newsletter.sending.ledger import Ledger
from newsletter.sending.policy import Retry
from newsletter.sending.senders import enlist, this_process
from newsletter.sending.sendings import get_sending, go_on
from newsletter.store import open_store
from tests.chaos.forks import Child, fork
from tests.sending.mailings import SLUG, letter

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.delivery.base import Transport

CONNECTIONS, DEPTH = 4, 4
TUNING = Tuning(
    Retry(delays_s=(0, 1), session_delay_s=0),
    most_unknown_percent=100.0,  # many of these readers do not exist, and that is as it should be
    chunk=50,
    patience_s=5.0,
    last_patience_s=1.0,
)
DONE, REFUSED, STOPPED_SHORT = 0, 3, 4


@dataclass(frozen=True, slots=True)
class Victim:
    """What a sender is given, and what is wrong with its machine."""

    folder: Path
    port: int
    skew_s: float = 0.0
    """How far its clock is wrong."""
    room_bytes: int = 0
    """How much more it may write into a file; 0 for as much as it likes."""

    def begin(self) -> Child:
        """Begin it in a process of its own."""
        return fork(self._work)

    def _work(self) -> int:
        if self.room_bytes:
            log = self.folder / "newsletter.db-wal"
            most = (log.stat().st_size if log.exists() else 0) + self.room_bytes
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        smtp = Smtp("127.0.0.1", self.port, "none", "", None, 10, connections=CONNECTIONS, pipeline_depth=DEPTH)
        transport = SmtpTransport(smtp, ehlo_name="chaos.example", first_pause_s=0.01)
        try:
            return DONE if send(self.folder, transport, self.skew_s) is End.DONE else STOPPED_SHORT
        except SendingError:
            return REFUSED
        except (StoreError, DeliveryError):
            return STOPPED_SHORT


def send(folder: Path, transport: Transport, skew_s: float = 0.0) -> End:
    """Be the sender of what is in a folder, to the end."""
    engine = open_store("sqlite:///newsletter.db", folder, fresh_id="chaos")
    me = this_process(os.urandom(8).hex())
    wall_s = time.time() + skew_s
    enlist(engine, me, round(wall_s * 1000))
    sending = get_sending(engine, SLUG)
    if sending.status == "done":
        return End.DONE
    sending = go_on(engine, sending, TUNING.retry, round(wall_s * 1000))

    async def main(thread: ThreadPoolExecutor) -> End:
        loop = asyncio.get_running_loop()
        ledger = Ledger(engine, sending.id, me.lease, journal=folder / ".newsletter")
        means = Means(
            ledger=ledger,
            deadline_at_ms=sending.deadline_at_ms,
            compose=letter,
            transport=transport,
            clock=start_clock(wall_s, loop.time),
            in_thread=lambda action: loop.run_in_executor(thread, action),
            told=lambda *_: None,
        )
        return await deliver(means, asyncio.Event(), TUNING)

    with ThreadPoolExecutor(1) as thread:
        return asyncio.run(main(thread))
