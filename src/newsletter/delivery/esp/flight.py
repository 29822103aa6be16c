"""What one take of the feed gave, on its way to a provider: in requests, and each message with its outcome."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from newsletter.delivery.esp.calls import Lost
from newsletter.delivery.esp.filling import can_be_written
from newsletter.delivery.esp.judging import Meaning, meaning_of, wait_s, words_of
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.delivery.base import Message
    from newsletter.delivery.esp.calls import Call, Dialect, Reply

BLAMED_IN_A_FLIGHT = 3
"""So many mails that were refused by themselves, and none of them for its reader: it would befall the others too."""
INTERRUPTED = "it was stopped"


class Run(Protocol):
    """What all flights of one run share."""

    @property
    def dialect(self) -> Dialect:
        """How the provider is spoken to."""

    @property
    def is_over(self) -> bool:
        """Whether no further request may go out."""

    @property
    def again_s(self) -> tuple[float, ...]:
        """How long to wait before a request goes out again."""

    async def turn(self) -> None:
        """Wait for the turn of one more request, at the rate of all together."""

    async def post(self, call: Call) -> Reply | Lost:
        """Post a request."""

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Tell the feed."""

    def one_by_one(self) -> None:
        """Be told that no two of these mails can share a request."""

    def answered(self) -> None:
        """Be told that an answer was understood."""

    def was_throttled(self, least_s: float) -> None:
        """Be told that the provider is asked too much."""

    def was_unreached(self, why: str) -> None:
        """Be told that a request did not reach the provider."""

    def was_lost(self, why: str) -> None:
        """Be told that nobody knows what became of a request."""

    def fail(self, why: str) -> None:
        """Let no further request go out."""

    def fail_with(self, reply: Reply) -> str:
        """Let no further request go out, as the provider refuses all; return its words."""


class Flight:
    """What one take gave, on its way."""

    def __init__(self, run: Run, messages: Sequence[Message]) -> None:
        self._run = run
        self._secrets = run.dialect.secrets
        # In an order that depends on themselves alone, so that the same messages make the same requests.
        self._left = {id(message): message for message in sorted(messages, key=lambda each: each.message_id)}
        self._on_wire: Call | None = None
        self._blamed = 0
        """Mails of it that were refused for a reason of ours."""
        self._put_off = ""
        """Why nothing more of it goes out now; empty while it does."""

    async def fly(self) -> None:
        """Settle every message."""
        try:
            for group in self._groups():
                await self._hand_over(group)
        except DeliveryError as error:
            self._run.fail(str(error))
        finally:
            on_wire = self._on_wire.messages if self._on_wire else ()
            self._settle_all(on_wire, Verdict.UNCERTAIN, "", f"{INTERRUPTED} before its answer")
            why = self._put_off or f"{INTERRUPTED}, before this message"
            self._settle_all(tuple(self._left.values()), Verdict.DEFERRED, "", why)

    def _groups(self) -> Iterator[tuple[Message, ...]]:
        """Yield the messages in groups that can share a request, in which no address is twice."""
        waiting = deque(self._sendable())
        while waiting:
            distinct: dict[str, Message] = {}
            again: deque[Message] = deque()
            for message in waiting:
                if distinct.setdefault(message.recipient.lower(), message) is not message:
                    again.append(message)
            groups = self._run.dialect.groups(tuple(distinct.values()))
            if len(distinct) > 1 and len(groups) == len(distinct):
                self._run.one_by_one()
            yield from groups
            waiting = again

    def _sendable(self) -> Iterator[Message]:
        for message in tuple(self._left.values()):
            if can_be_written(message.recipient):
                yield message
            else:
                name = self._run.dialect.capabilities.name
                reply = f"{name} takes no address that cannot be written in ASCII"
                self._settle(message, Outcome(message.recipient, Verdict.REFUSED, reply=reply, scope=Scope.SOFT))

    async def _hand_over(self, group: tuple[Message, ...]) -> None:
        """Have one group taken, in one request, or in two halves where it is too large or something in it is unfit."""
        if self._put_off:
            return
        call = self._run.dialect.call(group)
        most = self._run.dialect.capabilities.max_batch_bytes
        if len(group) > 1 and most and len(call.body) > most:
            await self._in_halves(group)
            return
        await self._run.turn()
        if self._run.is_over:
            return
        self._on_wire = call
        reply = await self._posted(call)
        self._on_wire = None
        if reply is None:
            return
        meaning, words = meaning_of(reply), words_of(reply, self._secrets)
        if meaning is Meaning.UNFIT and len(group) > 1:
            await self._in_halves(group)
        elif meaning is Meaning.UNFIT:
            self._run.answered()
            is_his = group[0].recipient.lower() in words.lower()
            scope = Scope.SOFT if is_his else Scope.OURS
            self._blamed += scope is Scope.OURS
            if self._blamed >= BLAMED_IN_A_FLIGHT:
                self._put_off = "others beside it were refused for a reason that is ours"
            self._settle_all(group, Verdict.REFUSED, str(reply.status), words, scope)
        elif meaning is Meaning.CLOSED:
            self._settle_all(group, Verdict.DEFERRED, str(reply.status), self._run.fail_with(reply))
        else:
            self._run.was_throttled(wait_s(reply))
            self._put_off = words or "it asks for time"
            self._settle_all(group, Verdict.DEFERRED, str(reply.status), words)

    async def _in_halves(self, group: tuple[Message, ...]) -> None:
        middle = len(group) // 2
        await self._hand_over(group[:middle])
        await self._hand_over(group[middle:])

    async def _posted(self, call: Call) -> Reply | None:
        """Post a call, again where that is safe; return an answer that refused the whole of it, None if it is settled.

        Once a request was written and not answered, only an answer that says of its mails what became of them settles
        that: a refusal of the second may come although the first was taken.
        """
        why, code = "", ""
        for pause_s in (0.0, *self._run.again_s):
            if pause_s:
                await asyncio.sleep(pause_s)
                if self._run.is_over:
                    break
            reply = await self._run.post(call)
            if isinstance(reply, Lost):
                if not reply.was_written and not why:
                    self._run.was_unreached(reply.why)
                    self._put_off = reply.why
                    self._settle_all(call.messages, Verdict.DEFERRED, "", reply.why)
                    return None
                why, code = reply.why, ""
                continue
            if outcomes := self._run.dialect.read(call, reply):
                self._run.answered()
                for message, outcome in zip(call.messages, outcomes, strict=True):
                    self._settle(message, outcome)
                return None
            if meaning_of(reply) is not Meaning.UNKNOWN and not why:
                return reply
            why, code = words_of(reply, self._secrets), str(reply.status)
        self._run.was_lost(f"{code} {why}".strip())
        self._settle_all(call.messages, Verdict.UNCERTAIN, code, why)
        return None

    def _settle_all(
        self, messages: Sequence[Message], verdict: Verdict, code: str, reply: str, scope: Scope = Scope.SESSION
    ) -> None:
        for message in messages:
            if id(message) in self._left:
                self._settle(message, Outcome(message.recipient, verdict, code, reply, scope))

    def _settle(self, message: Message, outcome: Outcome) -> None:
        del self._left[id(message)]
        self._run.settle(message, outcome)
