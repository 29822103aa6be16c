"""The rows of one sending, as one sender works on them.

Every change is an UPDATE that names the state and the holder that a row must have (`changes`). Claims wait for the
disk, once for each chunk: they are what tells, after the worst, which rows may have been touched. Marks and fates do
not: a process that is killed loses none of them, and after a power cut the claims alone are enough, at the price of
some doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, delete, exists, func, literal_column, select, update

from newsletter.audience.readers import from_row, readers
from newsletter.audience.segments import EVERYBODY, mailable
from newsletter.errors import SendingError, StoreError
from newsletter.sending.changes import IS_HELD, IS_PENDING, Way, among, change, mark, note_fates
from newsletter.sending.feed import Stock
from newsletter.sending.refusals import hold
from newsletter.sending.rows import Request, Row
from newsletter.sending.senders import give_up_rows
from newsletter.sending.states import Arrow, State
from newsletter.store import Begin, writing
from newsletter.store.journal import advance, note
from newsletter.store.schema import delivery, send, sender, subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection, Engine

    from newsletter.sending.rows import Batch

_SENDING = "sending"


class Ledger:
    """One sending in the hands of one sender. Every method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        send_id: int,
        lease: str,
        *,
        journal: Path,
        transport: str = "",
        own: Callable[[int], ColumnElement[bool]] | None = None,
    ) -> None:
        """Take a sending in hand.

        Args:
            engine: The database.
            send_id: Of the sending.
            lease: Of the sender.
            journal: The folder of the second witness (`newsletter.store.journal`).
            transport: Is noted in the rows.
            own: For the newsletter's own mails: says of a delivery whether its person may get it at a time. Such a
                sending is over, for now, when nothing is due in it; others may be due elsewhere meanwhile.
        """
        self._engine = engine
        self._send_id = send_id
        self._lease = lease
        self._journal = journal
        self._transport = transport
        self._may_get = own or may_be_mailed
        self._waits = own is None

    def claim(self, most: int, in_hand: Collection[int], now_ms: int) -> Stock:
        """Claim rows that are due, at most `most`; rows `in_hand` are known to the caller already.

        Readers who left meanwhile, or whose address is suppressed, are skipped here, in the same transaction.

        Raises:
            SendingError: this sender was taken for dead.
            StoreError: the database or the journal cannot be written; what was claimed turns up at the next claim.
        """
        with writing(self._engine) as connection:
            if self._beat(connection, now_ms) != _SENDING:
                return Stock((), 0, is_over=False, due_at_ms=0, is_wanted=False)
            due = self._due(connection, most, now_ms)
            skipped = epoch = 0
            if due:
                these = among(due)
                why = {"reply": "left, or is not to be mailed, since the plan was made", "done_at_ms": now_ms}
                skipped = change(connection, Arrow.SKIP, [these, ~self._may_get(now_ms)], why, now_ms)
                # Without the label of an earlier request: a mark may get lost with the power, and this does not.
                change(connection, Arrow.CLAIM, [these], {"lease": self._lease, "request": None}, now_ms)
                epoch = advance(connection)
            # Not only those of now: had the answer to an earlier commit been lost, they would turn up here.
            rows = tuple(self._claimed(connection, in_hand))
            is_over, due_at_ms = (False, 0) if rows else self._outlook(connection, now_ms)
        if epoch:
            self._tell_witness(epoch)
        return Stock(rows, skipped, is_over, due_at_ms)

    @property
    def is_local(self) -> bool:
        """Whether a transaction can be done at once: in a file on this machine, and not by a server."""
        return self._engine.dialect.name == "sqlite"

    def write(self, batch: Batch, now_ms: int, begin: Begin = Begin.LAX) -> frozenset[int]:
        """Note fates, then marks; return the rows that were marked: no other may be written to a wire.

        Raises:
            StoreError: it cannot be written; with `Begin.AT_ONCE`, which is for a ledger that `is_local`, also where
                somebody else is writing.
        """
        with writing(self._engine, begin=begin) as connection:
            note_fates(connection, self._lease, batch.fates, now_ms)
            marks = [Request("", batch.marks)] if batch.marks else []
            given = (
                mark(connection, self._lease, each.ids, Way(self._transport, each.label), now_ms)
                for each in (*marks, *batch.requests)
            )
            return frozenset().union(*given)

    def beat(self, now_ms: int) -> bool:
        """Show that this sender lives; return whether the editor still wants it to go on.

        Raises:
            SendingError: this sender was taken for dead.
        """
        with writing(self._engine, begin=Begin.LAX) as connection:
            return self._beat(connection, now_ms) == _SENDING

    def hold_refusals(self, now_ms: int) -> None:
        """Pause the sending, as too many addresses are said not to exist; let them suppress nobody for now."""
        with writing(self._engine) as connection:
            hold(connection, self._send_id, now_ms)

    def leave(self, now_ms: int) -> None:
        """Stop being the sender, when no row is in hand any more; close the sending where nothing is left of it."""
        with writing(self._engine) as connection:
            give_up_rows(connection, self._lease, now_ms)
            connection.execute(delete(sender).where(sender.c.lease == self._lease))
            close(connection, self._send_id, now_ms)

    def _beat(self, connection: Connection, now_ms: int) -> str:
        mine = sender.c.lease == self._lease
        if not connection.execute(update(sender).where(mine).values(beat_at_ms=now_ms)).rowcount:
            message = (
                "this process gave no sign of life for minutes, so that its mails were taken over or are in doubt; "
                "nothing more is sent from here"
            )
            raise SendingError(message)
        return str(connection.scalar(select(send.c.status).where(send.c.id == self._send_id)))

    def _tell_witness(self, epoch: int) -> None:
        try:
            # Not forced to the disk: a note that a power cut undoes is only a witness less against a restore.
            note(self._engine, self._journal, epoch, durable=False)
        except OSError as error:
            message = f"{self._journal}: the journal of what was sent cannot be written: {error.strerror}"
            raise StoreError(message) from error

    def _due(self, connection: Connection, most: int, now_ms: int) -> list[int]:
        statement = (
            select(delivery.c.id)
            .where(
                delivery.c.send_id == self._send_id,
                IS_PENDING,
                delivery.c.next_at_ms <= now_ms,
            )
            .order_by(delivery.c.next_at_ms, delivery.c.id)
            .limit(most)
            .with_for_update(skip_locked=True)  # SQLite has one writer at a time, and knows no such clause
        )
        return list(connection.scalars(statement))

    def _claimed(self, connection: Connection, in_hand: Collection[int]) -> Iterator[Row]:
        """Yield what this sender has claimed and not marked, without those in hand."""
        statement = (
            # As it was planned, whatever has become of the subscriber's address since.
            readers(delivery.c.address)
            .add_columns(delivery.c.id, delivery.c.attempts)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.lease == self._lease, IS_HELD, delivery.c.state == State.CLAIMED, ~among(list(in_hand)))
            .order_by(delivery.c.id)
        )
        for row in connection.execute(statement):
            yield Row(row[-2], from_row(row), row[-1])

    def _outlook(self, connection: Connection, now_ms: int) -> tuple[bool, int]:
        """Return whether nothing is left to do, and when the next pending row is due."""
        ours = delivery.c.send_id == self._send_id
        due = connection.scalar(select(func.min(delivery.c.next_at_ms)).where(ours, IS_PENDING))
        if not self._waits:
            return due is None or due > now_ms, due or 0
        held = connection.scalar(select(_any_held(self._send_id)))
        return due is None and not held, due or 0


def may_be_mailed(now_ms: int) -> ColumnElement[bool]:
    """Say of a delivery whether its reader may get mail, now."""
    reader = mailable(select(subscriber.c.id), EVERYBODY, now_ms).where(subscriber.c.id == delivery.c.subscriber_id)
    return reader.correlate(delivery).exists()


def _any_held(send_id: int) -> ColumnElement[bool]:
    """Say whether a sender has a row of this sending in hand."""
    # The few held rows are read by their index. Without the sign, SQLite would rather read all rows of the sending.
    return exists(select(delivery.c.id).where(IS_HELD, literal_column("+delivery.send_id", Integer) == send_id))


def close(connection: Connection, send_id: int, now_ms: int) -> None:
    """Cancel what a cancelled sending has left; call one done that has nothing left."""
    ours = delivery.c.send_id == send_id
    status = connection.scalar(select(send.c.status).where(send.c.id == send_id))
    if status == "cancelled":
        change(connection, Arrow.CANCEL, [ours], {"done_at_ms": now_ms}, now_ms)
    is_open = select(exists().where(ours, IS_PENDING) | _any_held(send_id))
    if status in {_SENDING, "paused"} and not connection.scalar(is_open):
        connection.execute(update(send).where(send.c.id == send_id).values(status="done"))
