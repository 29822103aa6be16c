"""What a transport takes its messages from: rows claimed and composed ahead, and marked one step before the wire.

The order of a row's life is kept here. It is claimed (durable), composed (so that no fault of ours can strike
half-way through a message), marked, and only then handed over; and whatever is handed over has its fate noted once.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from newsletter.errors import DeliveryError, PersonalFieldError, UnsafeValueError
from newsletter.sending.policy import OWN_FAULTS_IN_A_ROW, decide, own_faults
from newsletter.sending.rows import Fate
from newsletter.sending.states import ARROWS, Arrow, State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome
    from newsletter.sending.clock import Clock
    from newsletter.sending.committer import Committer
    from newsletter.sending.guard import Guard
    from newsletter.sending.policy import Retry
    from newsletter.sending.rows import Row

Sign = Callable[["Sequence[Message]"], Awaitable["Sequence[Message]"]]

SIGNED_TOGETHER = 8
"""Messages that one call of another thread signs; a signature takes it a fifth of a millisecond."""
LEAST_WAIT_S = 0.05
IDLE_S = 5.0
"""How often to look for work that another sender may have left, or that became due."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What the ledger has for a sender that asks for rows."""

    rows: tuple[Row, ...]
    """Claimed by this sender; those that it has in hand already are not among them."""
    skipped: int
    """How many more were due and may not be mailed any more."""
    is_over: bool
    """There is nothing left to do for this sending, now or later."""
    due_at_ms: int
    """When the next row is due that waits for its time; 0 for none."""
    is_wanted: bool = True
    """The editor still wants it to go on."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a feed works with."""

    compose: Callable[[Row], Message]
    """Raises PersonalFieldError or UnsafeValueError where one reader's mail cannot be made."""
    claim: Callable[[int, Collection[int]], Stock]
    """Of at most so many rows, without those in hand; one durable transaction."""
    retry: Retry
    guard: Guard
    deadline_at_ms: int
    sign: Sign | None = None
    """What is done to composed messages, a few at a time; None for nothing. Meanwhile the event loop goes on."""
    chunk: int = 300
    """How many rows are claimed in one transaction, which waits for the disk."""
    label: Callable[[Sequence[int]], str] | None = None
    """What is noted of rows that are given out together, where their request is known again; None where not."""


class _Letter(NamedTuple):
    row: Row
    message: Message


class LedgerFeed:
    """The feed of one sending for one sender (see `newsletter.delivery.base.Feed`)."""

    def __init__(self, work: Work, committer: Committer, clock: Clock) -> None:
        self.counts: Counter[State] = Counter()
        """How many rows came to each state since this sender began."""
        self.fault: DeliveryError | None = None
        """Why the sending was stopped from here."""
        self.is_wanted = True
        """The editor has neither paused nor cancelled it."""
        self.due_at_ms = 0
        """When the next row is due, while all that are left wait for their time; else 0."""
        self._work = work
        self._committer = committer
        self._clock = clock
        self._claimed: deque[Row] = deque()
        self._unsigned: list[_Letter] = []
        self._letters: deque[_Letter] = deque()
        """Composed, signed, and not marked."""
        self._marking: set[int] = set()
        self._taken: dict[str, Row] = {}
        self._own_faults = 0
        self._is_over = False
        self._has_stock = asyncio.Event()
        self._is_low = asyncio.Event()
        self._was_settled = asyncio.Event()

    async def take(self, most: int) -> Sequence[Message]:
        """Wait for work; return at most `most` messages, each already marked `wire`. An empty one means: no more."""
        while True:
            letters = await self._next(most)
            if not letters:
                return ()
            given = await self._marked(letters)
            if given:
                return given

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Note what became of a message that was taken."""
        row = self._taken.pop(message.message_id, None)
        if row is None:
            return
        now_ms = self._clock.now_ms()
        chosen = decide(outcome, row.attempts, now_ms, self._work.deadline_at_ms, self._work.retry)
        self._note(
            Fate(
                row.id,
                chosen.arrow,
                chosen.attempts,
                next_at_ms=chosen.next_at_ms,
                code=outcome.code,
                reply=outcome.reply,
                suppress=chosen.suppress,
                remote_id=outcome.remote_id,
            )
        )
        self._own_faults = own_faults(self._own_faults, outcome)
        if self._own_faults >= OWN_FAULTS_IN_A_ROW:
            self._stop_for(_own_fault(outcome))
        self._work.guard.note(outcome, now_ms)
        if self._work.guard.is_alarmed:
            self._stop_for(_unbelievable(self._work.guard))
        self._was_settled.set()

    def end(self) -> None:
        """Give out nothing more."""
        self._is_over = True
        self._has_stock.set()
        self._is_low.set()
        self._was_settled.set()

    def end_unwanted(self) -> None:
        """Give out nothing more, as the editor wishes."""
        self.is_wanted = False
        self.end()

    def let_go(self) -> None:
        """Note the fate of all that is still in hand, when the transport has ended."""
        self.end()
        for row in self._unmarked():
            self._note(_released(row))
        self._claimed.clear()
        self._unsigned.clear()
        self._letters.clear()
        for row in self._taken.values():
            # It was handed over, and nobody said what became of it.
            self._note(Fate(row.id, Arrow.LOSE, row.attempts + 1, reply="the sending was stopped before an answer"))
        self._taken.clear()

    async def keep_stocked(self) -> None:
        """Claim and compose before it is wanted, until there are no rows left or the feed has ended."""
        while not self._is_over:
            if len(self._letters) > self._work.chunk // 2:
                self._is_low.clear()
                await self._is_low.wait()
                continue
            await self._claim()

    async def _claim(self) -> None:
        self._was_settled.clear()
        in_hand = self._in_hand()
        stock = await self._committer.patiently(lambda: self._work.claim(self._work.chunk, in_hand))
        self.counts[State.SKIPPED] += stock.skipped
        if not stock.is_wanted:
            self.end_unwanted()
        elif stock.rows:
            self.due_at_ms = 0
            self._claimed.extend(stock.rows)
            await self._compose()
        elif stock.is_over and not in_hand:
            self.end()
        elif not self._letters:
            self.due_at_ms = 0 if in_hand else stock.due_at_ms
            await self._wait(stock.due_at_ms)
        else:
            self._is_low.clear()
            await self._is_low.wait()

    def _in_hand(self) -> frozenset[int]:
        """Return the rows that this sender knows of, with those whose fate is not written yet."""
        rows = (*self._unmarked(), *self._taken.values())
        return frozenset((*(row.id for row in rows), *self._marking, *self._committer.unwritten()))

    def _unmarked(self) -> tuple[Row, ...]:
        return (*self._claimed, *(letter.row for letter in (*self._unsigned, *self._letters)))

    async def _wait(self, due_at_ms: int) -> None:
        """Wait until a row may be due, or a fate was noted that may have made one."""
        wait_s = min((due_at_ms - self._clock.now_ms()) / 1000, IDLE_S) if due_at_ms else IDLE_S
        if self._was_settled.is_set():
            await self._committer.idle()
            return
        try:
            async with asyncio.timeout(max(wait_s, LEAST_WAIT_S)):
                await self._was_settled.wait()
        except TimeoutError:
            return
        await self._committer.idle()

    async def _compose(self) -> None:
        """Compose what was claimed. Between any two the lines are served, so that none of them waits for it."""
        sign = self._work.sign
        while (self._claimed or self._unsigned) and not self._is_over:
            if self._claimed:
                self._compose_one(self._claimed[0])
            if sign and (len(self._unsigned) == SIGNED_TOGETHER or not self._claimed):
                messages = await sign([letter.message for letter in self._unsigned])
                self._unsigned = [_Letter(row, new) for (row, _), new in zip(self._unsigned, messages, strict=True)]
            elif sign:
                continue
            self._letters.extend(self._unsigned)
            self._unsigned.clear()
            self._has_stock.set()
            await asyncio.sleep(0)

    def _compose_one(self, row: Row) -> None:
        try:
            self._unsigned.append(_Letter(row, self._work.compose(row)))
        except (PersonalFieldError, UnsafeValueError) as error:
            self._note(Fate(row.id, Arrow.UNFIT, row.attempts, reply=str(error)))
        except DeliveryError as error:
            self._stop_for(error)
            return
        self._claimed.popleft()

    async def _next(self, most: int) -> list[_Letter]:
        # A few together are marked as fast as one.
        while (not self._letters or (self._claimed and len(self._letters) < most)) and not self._is_over:
            self._has_stock.clear()
            self._is_low.set()
            await self._has_stock.wait()
        if self._is_over:
            return []
        letters = [self._letters.popleft() for _ in range(min(most, len(self._letters)))]
        if len(self._letters) <= self._work.chunk // 2:
            self._is_low.set()
        return letters

    async def _marked(self, letters: Sequence[_Letter]) -> list[Message]:
        """Return the messages of the rows that are this sender's still, and of no other."""
        ids = [letter.row.id for letter in letters]
        self._marking.update(ids)
        given: frozenset[int] = frozenset()
        try:
            if not self._is_over:
                given = await self._committer.mark(ids, self._work.label(ids) if self._work.label else "")
            for row, message in letters:
                if row.id in given:
                    self._taken[message.message_id] = row
        finally:
            self._marking.difference_update(ids)
            for row, _ in letters:
                if row.id not in given:
                    # Nothing of it was written. If it belongs to another by now, this note changes nothing.
                    self._note(_released(row))
        return [message for row, message in letters if row.id in given]

    def _note(self, fate: Fate) -> None:
        self._committer.note(fate)
        self.counts[ARROWS[fate.arrow].target] += 1

    def _stop_for(self, error: DeliveryError) -> None:
        self.fault = self.fault or error
        self.end()


def _released(row: Row) -> Fate:
    return Fate(row.id, Arrow.RELEASE, row.attempts)


def _own_fault(outcome: Outcome) -> DeliveryError:
    said = f"{outcome.code} {outcome.reply}".strip()
    return DeliveryError(
        f"{OWN_FAULTS_IN_A_ROW} mails in a row were refused for a reason that is about the sender, and not about the "
        f"readers; the last answer was: {said}"
    )


def _unbelievable(guard: Guard) -> DeliveryError:
    return DeliveryError(
        f"{guard.hard:,} of the last {guard.answers:,} readers ({guard.percent:.1f} %) were refused because there is "
        "no such address; that is too many to be believed, so it was paused, and nobody was suppressed for it"
    )
