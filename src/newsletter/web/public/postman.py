"""The postman: takes the newsletter's own mails out of the ledger to the mail server, while the site is served.

He is a sender as `newsletter send` is one, with the same engine, the same states and the same rules for doubts; only
he takes one sending after the other, and never waits for a row whose time has not come. Where two sites are served from
one database, one of them has the postman at a time; whoever goes on for him finds what he left.

A mail server that is away keeps nobody from the site: the mails stay where they are, and he comes again.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from newsletter.errors import FaultsError, NewsletterError, SendingError
from newsletter.sending.engine import Means, Tuning, deliver
from newsletter.sending.ledger import Ledger
from newsletter.sending.own_mails import WELCOME_WITHIN_MS, due_sendings, may_get, nobody, reopen
from newsletter.sending.senders import enlist
from newsletter.store import Begin, reading, writing
from newsletter.store.journal import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import ColumnElement, Engine

    from newsletter.delivery.base import Message, Transport
    from newsletter.sending.clock import Clock
    from newsletter.sending.own_mails import OwnSending
    from newsletter.sending.policy import Retry
    from newsletter.sending.rows import Row
    from newsletter.sending.senders import Sender
    from newsletter.web.public.letters import OwnLetters

T = TypeVar("T")

LOOKS_EVERY_S = 60.0
"""For mails that became due, or that another one left."""
GATHERS_S = 0.25
"""Before he goes, as one way costs the database three waits for the disk: those who come in this time go with him."""
RESTS_S = 15.0
"""After he came back with nothing done. Whoever subscribes meanwhile does not send him off again."""

_CHUNK = 20
"""Rows per claim: so many may be in doubt after a power cut."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a postman works with."""

    engine: Engine
    """With little patience: the engine has its own."""
    journal: Path
    """The folder of the ledger's second witness."""
    letters: OwnLetters
    open_transport: Callable[[], Transport]
    me: Callable[[], Sender]
    """A sender with a new lease at each call."""
    clock: Clock
    retry: Retry
    told: Callable[[str], None]
    """Is told when mails cannot be sent, and why; with an empty text, that they can again."""
    bug: Callable[[BaseException], None]
    """Takes what nobody expected."""


class Postman:
    """One postman. `wake` may be called on any thread, all else in the event loop that he runs in."""

    def __init__(self, office: Office) -> None:
        self.trouble = ""
        """Why mails cannot be sent now; mostly empty."""
        self._office = office
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that there is new mail; it returns at once."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Take mails out until `stop` is set; then what is in hand is brought to its end, or put back."""
        self._loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="postman") as thread:
            while not stop.is_set():
                self._woken.clear()
                is_done = await self._round(thread, stop)
                if is_done:
                    await _first_of(stop, self._woken, within_s=LOOKS_EVERY_S)
                    await _first_of(stop, within_s=GATHERS_S)
                else:
                    await _first_of(stop, within_s=RESTS_S)

    async def _round(self, thread: ThreadPoolExecutor, stop: asyncio.Event) -> bool:
        """Take out all that is due; return whether that went well."""
        try:
            await self._take_out_all(thread, stop)
        except SendingError:
            # Another process has the postman. What is due here he finds there, or we do when he has gone.
            return False
        except NewsletterError as error:
            self._say(str(error))
            return False
        except Exception as error:  # noqa: BLE001 - nobody could leave any more, were the site to end with it
            self._say(f"a bug keeps the postman from his work: {type(error).__name__}")
            self._office.bug(error)
            return False
        self._say("")
        return True

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._office.told(trouble)

    async def _take_out_all(self, thread: ThreadPoolExecutor, stop: asyncio.Event) -> None:
        faults: dict[int, NewsletterError] = {}
        while not stop.is_set():
            due = [sending for sending in await _in(thread, self._due) if sending.id not in faults]
            if not due:
                break
            try:
                await self._take_out(thread, due[0], stop)
            except FaultsError as error:
                # A mistake in one text must not keep the other mails.
                faults[due[0].id] = error
        if faults:
            raise next(iter(faults.values()))

    def _due(self) -> list[OwnSending]:
        with reading(self._office.engine) as connection:
            return due_sendings(connection, self._office.clock.now_ms())

    async def _take_out(self, thread: ThreadPoolExecutor, sending: OwnSending, stop: asyncio.Event) -> None:
        office, me = self._office, self._office.me()
        compose = await _in(thread, lambda: office.letters.composer(sending, office.clock.now_ms))

        def may(now_ms: int) -> ColumnElement[bool]:
            return may_get(sending.mail, now_ms) if compose else nobody()

        await _in(thread, lambda: self._begin(sending, me))
        transport = office.open_transport()
        name = transport.capabilities.name
        means = Means(
            ledger=Ledger(office.engine, sending.id, me.lease, journal=office.journal, transport=name, own=may),
            deadline_at_ms=sending.deadline_at_ms or office.clock.now_ms() + WELCOME_WITHIN_MS,
            compose=compose or _compose_none,
            transport=transport,
            clock=office.clock,
            in_thread=lambda action: _in(thread, action),
            told=lambda _counts, _due_at_ms: None,
        )
        # Anybody may type any address: that there are many that do not exist is no alarm here.
        await deliver(means, stop, Tuning(office.retry, most_unknown_percent=100.0, chunk=_CHUNK))

    def _begin(self, sending: OwnSending, me: Sender) -> None:
        """Become the sender.

        Raises:
            SendingError: another one is at work.
            StoreError: this is not the ledger that was last sent from.
        """
        verify(self._office.engine, self._office.journal)
        enlist(self._office.engine, me, self._office.clock.now_ms())
        with writing(self._office.engine, begin=Begin.LAX) as connection:
            reopen(connection, sending.id)


def _compose_none(row: Row) -> Message:
    message = f"row {row.id} was claimed of a mail that nobody gets"
    raise AssertionError(message)


async def _in(thread: ThreadPoolExecutor, action: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, action)


async def _first_of(*events: asyncio.Event, within_s: float) -> None:
    """Wait until one of the events is set, or the time is over."""
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
