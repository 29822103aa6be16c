"""Let this process be the sender of a sending, until it is done or stopped."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.audience.tokens import keys_of
from newsletter.cli.failure import INTERRUPTED
from newsletter.cli.output import Mark, print_json, say
from newsletter.cli.tallies import ENDED, document, going_along, how_to_resume, say_tally
from newsletter.errors import DeliveryError, SendingError, StoreError
from newsletter.sending.clock import start_clock
from newsletter.sending.engine import End, Means, Tuning, deliver
from newsletter.sending.ledger import Ledger
from newsletter.sending.letters import recipient_of
from newsletter.sending.replay import ask_again
from newsletter.sending.senders import enlist, this_process
from newsletter.sending.sendings import get_sending, go_on, tally
from newsletter.sending.states import State
from newsletter.sending.wishes import wishes_of
from newsletter.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from newsletter.cli.mailing import Mailing
    from newsletter.cli.tallies import Told
    from newsletter.delivery.base import Message, Transport
    from newsletter.sending.rows import Row, Tally
    from newsletter.sending.sendings import Sending


def work_on(
    mailing: Mailing,
    sending: Sending,
    transport: Transport,
    tuning: Tuning,
    *,
    as_json: bool,
    is_rehearsal: bool = False,
) -> int:
    """Send what is left of a sending; return the exit status. Of a rehearsal nothing can be gone on with.

    Raises:
        DeliveryError, StoreError, SendingError: it could not begin; nobody got mail.
    """
    before = tally(mailing.engine, sending.id)
    began_s = time.monotonic()
    end, error = None, None
    reached: dict[State, int] = {}
    with going_along(before, mailing.workspace.settings.newsletter.timezone) as show:

        def told(counts: Mapping[State, int], due_at_ms: int) -> None:
            reached.update(counts)
            show(counts, due_at_ms)

        try:
            end = _deliver(mailing, sending, transport, tuning, told)
        except (DeliveryError, StoreError, SendingError) as caught:
            error = caught
    after = _counted(mailing, sending, error)
    done = sum(reached.get(state, 0) for state in ENDED)
    if error and not done:
        raise error
    if error:
        say(Mark("error:", "red"), str(error))
    now = get_sending(mailing.engine, sending.slug)
    say_tally(now.slug, now.status, after)
    if not is_rehearsal:
        _say_what_next(now, after, end)
    if as_json:
        print_json(document(now.slug, now.status, after, time.monotonic() - began_s, done))
    return status_of(after, now.status) if end is not End.STOPPED else INTERRUPTED


def _counted(mailing: Mailing, sending: Sending, error: Exception | None) -> Tally:
    try:
        return tally(mailing.engine, sending.id)
    except StoreError as away:
        raise error or away from None  # that the database went away is told once


def status_of(counts: Tally, status: str) -> int:
    """Return the exit status: 1 where somebody has to look at something."""
    return 1 if counts[State.FAILED] or counts[State.IN_DOUBT] or status != "done" else 0


def _say_what_next(sending: Sending, counts: Tally, end: End | None) -> None:
    slug = sending.slug
    if counts[State.IN_DOUBT]:
        say(f"Nobody knows whether those in doubt have it; see who they are with: newsletter doubts {slug}")
    if sending.status == "paused":
        say(f"It was paused; {how_to_resume(sending)}")
    elif sending.status == "sending" and (end is End.STOPPED or counts.left):
        say(f"Nothing is lost; go on with: newsletter send {slug}")


def _deliver(mailing: Mailing, sending: Sending, transport: Transport, tuning: Tuning, told: Told) -> End:
    # What the plan read of the database need not be kept in memory while others are sent to.
    mailing.engine.dispose()
    # The engine has a patience of its own, and meanwhile hears ^C.
    with mailing.workspace.store(patience_s=1.0) as engine:
        return _at_ledger(replace(mailing, engine=engine), sending, transport, tuning, told)


def _at_ledger(mailing: Mailing, sending: Sending, transport: Transport, tuning: Tuning, told: Told) -> End:
    settings = mailing.workspace.settings
    me = this_process(secrets.token_hex(8))
    now_ms = round(time.time() * 1000)
    doubts = enlist(mailing.engine, me, now_ms)
    if doubts:
        people = "1 reader is" if doubts == 1 else f"{doubts} readers are"
        say(Mark("warning:", "yellow"), f"the last sender died at its work; {people} in doubt by that")
    ready = go_on(mailing.engine, sending, tuning.retry, now_ms)
    letters = mailing.dated(sending.date(settings.newsletter.timezone))
    capabilities = transport.capabilities
    ledger = Ledger(mailing.engine, sending.id, me.lease, journal=mailing.journal, transport=capabilities.name)

    wishes = wishes_of(settings)
    say_what_is_known(mailing, sending, transport)

    async def main(thread: ThreadPoolExecutor) -> End:
        loop = asyncio.get_running_loop()

        async def signed(messages: Sequence[Message]) -> Sequence[Message]:
            # The library gives Python's lock away while it reckons, so that this takes nothing of the loop's time.
            return await loop.run_in_executor(None, lambda: [letters.signed(message) for message in messages])

        means = Means(
            ledger=ledger,
            deadline_at_ms=ready.deadline_at_ms,
            compose=composer(mailing, sending),
            transport=transport,
            clock=start_clock(time.time(), loop.time),
            in_thread=lambda action: loop.run_in_executor(thread, action),
            told=told,
            sign=signed if letters.signer and capabilities.takes_octets else None,
            before_claim=lambda: wishes.take_in(mailing.engine),
        )
        return await deliver(means, _stopped_by_signals(loop), tuning)

    # What is there by now stays to the end, and need not be looked through each time that memory is tidied up.
    gc.freeze()
    with ThreadPoolExecutor(1) as thread:
        return asyncio.run(main(thread))


def composer(mailing: Mailing, sending: Sending) -> Callable[[Row], Message]:
    """Return what makes the message of a row, but for its signature; the same at every attempt."""
    settings = mailing.workspace.settings
    letters = mailing.dated(sending.date(settings.newsletter.timezone))
    recipient = recipient_of(keys_of(settings.secret_key), settings.newsletter.list_id, sending.id)
    return lambda row: letters.unsigned(recipient(row.reader))


def say_what_is_known(mailing: Mailing, sending: Sending, transport: Transport) -> None:
    """Settle the doubts that the provider can settle, and tell of it.

    Raises:
        DeliveryError: it cannot be asked.
    """
    compose, now_ms = composer(mailing, sending), round(time.time() * 1000)
    asked = asyncio.run(ask_again(mailing.engine, sending.id, transport, compose, now_ms))
    if asked.answered:
        say(f"of {counted(asked.answered, 'reader')} in doubt, {asked.confirmed:,} have it, as the provider says")


def _stopped_by_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """Return what is set by ^C, or when the system shuts down."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
