"""A sending as a whole: frozen once, found again by the issue's slug, opened for a sender, counted, steered.

What is frozen is the content, by its hash, and the readers, one row each. Whoever subscribes later reads the issue on
the web; whoever leaves meanwhile is skipped when his turn comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, exists, func, insert, literal, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.errors import SendingError
from newsletter.sending.changes import IS_IN_DOUBT, IS_PENDING, change
from newsletter.sending.ledger import close
from newsletter.sending.own_mails import is_own
from newsletter.sending.plan import ReadersHash
from newsletter.sending.rows import Tally
from newsletter.sending.senders import is_anybody_dead, lock_senders, settle_dead
from newsletter.sending.states import Arrow, State
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, send

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy import ColumnElement, Connection, Engine, Select

    from newsletter.sending.plan import Plan
    from newsletter.sending.policy import Retry
    from newsletter.sending.senders import Sender

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Sending:
    """One issue on its way to its readers."""

    id: int
    slug: str
    status: str
    """`sending`, `paused`, `done` or `cancelled`."""
    content_sha256: str
    readers_sha256: str
    readers: int
    """How many were planned."""
    deadline_at_ms: int
    created_at_ms: int
    refusals: str
    """What holds for its hard refusals: `counted`, `held` or `believed` (see `refusals`)."""

    def date(self, timezone: tzinfo) -> datetime:
        """Return when it began, which is the date of all its mails."""
        return datetime.fromtimestamp(self.created_at_ms // 1000, timezone)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why readers did not get it."""

    state: str
    said: str
    """The server's words, as far as they are mostly the same for all; at most 60 characters."""
    readers: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reader of whom nobody knows whether he has the mail."""

    id: int
    subscriber_id: int
    address: str
    reply: str
    """What is known: why there was no answer."""
    wired_at_ms: int


def find_sending(engine: Engine, slug: str) -> Sending | None:
    """Return the sending of an issue, if it has begun."""
    with reading(engine) as connection:
        return _find(connection, slug)


def get_sending(engine: Engine, slug: str) -> Sending:
    """Return the sending of an issue.

    Raises:
        SendingError: it has not begun.
    """
    with reading(engine) as connection:
        return _get(connection, slug)


def all_sendings(engine: Engine) -> list[Sending]:
    """Return the sending of every issue, the newest first."""
    with reading(engine) as connection:
        slugs = connection.scalars(select(send.c.issue_id).where(~is_own()).order_by(send.c.id.desc())).all()
        return [found for slug in slugs if (found := _find(connection, slug))]


def _find(connection: Connection, slug: str) -> Sending | None:
    row = connection.execute(select(send).where(send.c.issue_id == slug)).one_or_none()
    if row is None:
        return None
    return Sending(
        id=row.id,
        slug=row.issue_id,
        status=row.status,
        content_sha256=row.content_sha256,
        readers_sha256=row.recipients_sha256,
        readers=row.audience,
        deadline_at_ms=row.deadline_at_ms,
        created_at_ms=row.created_at_ms,
        refusals=row.refusals,
    )


def _get(connection: Connection, slug: str) -> Sending:
    found = _find(connection, slug)
    if found is None:
        message = f"{slug} was never sent; see what would be with: newsletter plan {slug}"
        raise SendingError(message)
    return found


def freeze(engine: Engine, plan: Plan, readers: Select[tuple[int, str, str]], retry: Retry, now_ms: int) -> Sending:
    """Begin a sending: its content and its readers, all of them or none, exactly as they were planned.

    `readers` is what `audience.segments.select_for` gives for its segment.

    Raises:
        SendingError: the readers are not those of the plan any more, or the sending has begun already.
    """
    try:
        return _freeze(engine, plan, readers, retry, now_ms)
    except IntegrityError as error:  # of two at once, the unique issue lets one pass
        message = f"{plan.slug} was begun by another process just now; look with: newsletter status {plan.slug}"
        raise SendingError(message) from error


def _freeze(engine: Engine, plan: Plan, readers: Select[tuple[int, str, str]], retry: Retry, now_ms: int) -> Sending:
    with writing(engine) as connection:
        values = {
            "issue_id": plan.slug,
            "status": "sending",
            "content_sha256": plan.content_sha256,
            "recipients_sha256": plan.readers_sha256,
            "audience": plan.readers,
            "deadline_at_ms": now_ms + retry.give_up_s * 1000,
            "created_at_ms": now_ms,
        }
        send_id = connection.execute(insert(send).values(values).returning(send.c.id)).scalar_one()
        last_id = connection.scalar(select(func.max(delivery.c.id))) or 0
        found = readers.subquery()
        columns = select(literal(send_id), found.c.id, found.c.address, found.c.address_key).order_by(found.c.id)
        names = ["send_id", "subscriber_id", "address", "address_key"]
        connection.execute(insert(delivery).from_select(names, columns))
        if _planned_sha256(connection, send_id, last_id) != plan.readers_sha256:
            message = (
                f"the readers of {plan.slug} have changed since it was planned; "
                f"look at the new plan with: newsletter plan {plan.slug}"
            )
            raise SendingError(message)
        return _get(connection, plan.slug)


def _planned_sha256(connection: Connection, send_id: int, last_id: int) -> str:
    # In the order in which they were put in, from behind those that were there before: nothing has to be sorted, which
    # for a million of them would take 50 MB. Without the sign, SQLite would take another index, and sort.
    ours = (literal_column("+delivery.send_id", BigInteger) == send_id, delivery.c.id > last_id)
    keys = select(delivery.c.address_key).where(*ours).order_by(delivery.c.id)
    found = ReadersHash()
    for key in connection.execution_options(yield_per=_BATCH).scalars(keys):
        found.add(key)
    return found.hexdigest()


def go_on(engine: Engine, sending: Sending, retry: Retry, now_ms: int) -> Sending:
    """Make a sending ready for a sender: its times as they are by the clock of today.

    Where its deadline is over, what is left gets its time once more, as a person has asked for it.
    """
    latest_ms = now_ms + retry.longest_s * 1000
    with writing(engine) as connection:
        # A clock that was an hour ahead has put rows off to a time that is an hour too late.
        connection.execute(
            update(delivery)
            .where(
                delivery.c.send_id == sending.id, delivery.c.state == State.PENDING, delivery.c.next_at_ms > latest_ms
            )
            .values(next_at_ms=latest_ms)
        )
        if sending.deadline_at_ms <= now_ms:
            connection.execute(
                update(send).where(send.c.id == sending.id).values(deadline_at_ms=now_ms + retry.give_up_s * 1000)
            )
        close(connection, sending.id, now_ms)
        return _get(connection, sending.slug)


def tally(engine: Engine, send_id: int) -> Tally:
    """Count the rows of a sending by their states."""
    with reading(engine) as connection:
        statement = (
            select(delivery.c.state, func.count()).where(delivery.c.send_id == send_id).group_by(delivery.c.state)
        )
        return Tally({State(state): many for state, many in connection.execute(statement)})


def next_due_ms(engine: Engine, send_id: int) -> int:
    """Return when the next waiting row is due, in milliseconds since 1970; 0 where none waits."""
    with reading(engine) as connection:
        waiting = select(func.min(delivery.c.next_at_ms)).where(delivery.c.send_id == send_id, IS_PENDING)
        return connection.scalar(waiting) or 0


def seconds_of(engine: Engine, sending: Sending) -> float:
    """Return for how long a sending was at work: from its beginning to the last that became of a row."""
    with reading(engine) as connection:
        last = connection.scalar(select(func.max(delivery.c.done_at_ms)).where(delivery.c.send_id == sending.id))
    return max((last or sending.created_at_ms) - sending.created_at_ms, 0) / 1000


def reasons(engine: Engine, send_id: int) -> list[Reason]:
    """Return what was said of those who did not get it, the most frequent first; at most five."""
    with reading(engine) as connection:
        words = func.coalesce(delivery.c.code, "") + " " + func.coalesce(delivery.c.reply, "")
        said = (
            select(delivery.c.state, func.substr(words, 1, 60).label("said"))
            .where(delivery.c.send_id == send_id, delivery.c.state.in_((State.FAILED, State.SKIPPED)))
            .subquery()
        )
        many = func.count().label("readers")
        statement = select(said.c.state, said.c.said, many).group_by(said.c.state, said.c.said).order_by(many.desc())
        return [Reason(row.state, row.said.strip(), row.readers) for row in connection.execute(statement.limit(5))]


def doubts(engine: Engine, send_id: int) -> list[Doubt]:
    """Return the readers in doubt, in the order in which they were written to."""
    with reading(engine) as connection:
        statement = (
            select(
                delivery.c.id, delivery.c.subscriber_id, delivery.c.address, delivery.c.reply, delivery.c.wired_at_ms
            )
            .where(delivery.c.send_id == send_id, IS_IN_DOUBT)
            .order_by(delivery.c.wired_at_ms, delivery.c.id)
        )
        return [
            Doubt(row.id, row.subscriber_id, row.address, row.reply or "", row.wired_at_ms or 0)
            for row in connection.execute(statement)
        ]


def settle_doubts(engine: Engine, sending: Sending, arrow: Arrow, ids: list[int], now_ms: int) -> int:
    """Settle these doubts by a log, `PROVE`, or by the editor's word, `RESEND` or `ASSUME`; return how many there were.

    Only those that the editor has seen: a doubt that has come up since stays one.

    Raises:
        SendingError: they cannot be sent again, as the sending was cancelled.
    """
    if arrow is Arrow.RESEND and sending.status == "cancelled":
        message = (
            f"{sending.slug} is cancelled, so nothing more is sent of it; take them as sent, or leave them in doubt"
        )
        raise SendingError(message)
    with writing(engine) as connection:
        settled = 0
        for start in range(0, len(ids), _BATCH):
            these: ColumnElement[bool] = delivery.c.id.in_(ids[start : start + _BATCH])
            values = {"next_at_ms": now_ms} if arrow is Arrow.RESEND else {"done_at_ms": now_ms}
            settled += change(connection, arrow, [these, delivery.c.send_id == sending.id], values, now_ms)
        if settled and arrow is Arrow.RESEND and sending.status == "done":
            connection.execute(update(send).where(send.c.id == sending.id).values(status="sending"))
    return settled


def settle_the_dead(engine: Engine, me: Sender, now_ms: int) -> int:
    """Settle what dead senders left behind, for whoever does not send again; return how many came into doubt by that.

    A database without dead senders is only looked at.
    """
    if not is_anybody_dead(engine, me, now_ms):
        return 0
    with writing(engine) as connection:
        lock_senders(connection)
        in_doubt = settle_dead(connection, me, now_ms)
        # What went back to a sending that was cancelled meanwhile is cancelled too.
        left = exists(select(delivery.c.id).where(delivery.c.send_id == send.c.id, IS_PENDING))
        for send_id in connection.scalars(select(send.c.id).where(send.c.status == "cancelled", left)).all():
            close(connection, send_id, now_ms)
    return in_doubt


_STEERED = {"paused": ("sending",), "sending": ("paused",), "cancelled": ("sending", "paused")}
"""The status that an editor may set, and those that it may follow."""


def steer(engine: Engine, slug: str, status: str, now_ms: int) -> Sending:
    """Pause a sending, let it go on, or cancel it; a sender at work notices within a second or two.

    Raises:
        SendingError: it has not begun, or is not where this could follow.
    """
    with writing(engine) as connection:
        sending = _get(connection, slug)
        if sending.status not in (*_STEERED[status], status):
            message = f"{slug} is {sending.status}, and cannot become {status}"
            raise SendingError(message)
        connection.execute(update(send).where(send.c.id == sending.id).values(status=status))
        close(connection, sending.id, now_ms)
        return _get(connection, slug)
