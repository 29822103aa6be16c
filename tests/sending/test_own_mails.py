"""The newsletter's own mails: once in their period whatever is pressed, and only to whom they are for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, update

from newsletter.sending.changes import change
from newsletter.sending.ledger import Ledger
from newsletter.sending.own_mails import (
    DAY_MS,
    KEPT_MS,
    MINUTE_MS,
    WELCOME_WITHIN_MS,
    OwnMail,
    due_sendings,
    lapse,
    may_get,
    post,
    reopen,
    sweep,
)
from newsletter.sending.rows import Batch, Fate
from newsletter.sending.senders import Role, Sender, enlist
from newsletter.sending.sendings import all_sendings, tally
from newsletter.sending.states import Arrow, State
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, delivery_event, send, subscriber, suppression
from tests.sending.mailings import ANOTHER, add_readers, begun, enlisted

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.sending.feed import Stock
    from newsletter.sending.own_mails import OwnSending

T0 = 1_764_028_800_000
"""2025-11-25 00:00 UTC, in milliseconds since 1970."""


def subscribe(engine: Engine, status: str = "pending", **values: object) -> int:
    """Add anna@example.org; return her id."""
    row = {
        "address": "anna@example.org",
        "address_key": "anna@example.org",
        "status": status,
        "language": "nl",
        "created_at_ms": T0,
        "confirmed_at_ms": None if status == "pending" else T0,
        "unsubscribed_at_ms": T0 if status == "unsubscribed" else None,
        "consent_source": "a test",
    }
    with writing(engine) as connection:
        made = connection.execute(insert(subscriber).values(row | values).returning(subscriber.c.id))
        return int(made.scalar_one())


def posted(engine: Engine, mail: OwnMail, subscriber_id: int, now_ms: int = T0) -> bool:
    with writing(engine) as connection:
        return post(connection, mail, subscriber_id, now_ms)


def suppress(engine: Engine, reason: str, until_at_ms: int | None = None) -> None:
    values = {"address_key": "anna@example.org", "reason": reason, "until_at_ms": until_at_ms, "at_ms": T0}
    with writing(engine) as connection:
        connection.execute(insert(suppression).values(values))


def due(engine: Engine, now_ms: int = T0) -> list[OwnSending]:
    with reading(engine) as connection:
        return due_sendings(connection, now_ms)


def claimed(engine: Engine, now_ms: int = T0, lease: str = "postman") -> Stock:
    """What a postman gets of the one sending that is due."""
    (sending,) = due(engine, now_ms)
    enlist(engine, Sender(lease, 4711, ANOTHER, Role.OWN_MAILS), now_ms)
    return ledger_of(engine, sending, lease).claim(10, (), now_ms)


def ledger_of(engine: Engine, sending: OwnSending, lease: str = "postman") -> Ledger:
    journal = Path(mkdtemp()) / ".newsletter"
    return Ledger(engine, sending.id, lease, journal=journal, own=lambda now_ms: may_get(sending.mail, now_ms))


def names(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(send.c.issue_id).order_by(send.c.id)))


def adds_up(engine: Engine) -> bool:
    """Whether each sending has as many rows as it says."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(send.c.audience, func.count(delivery.c.id)).outerjoin(delivery).group_by(send.c.id, send.c.audience)
        )
        return all(said == found for said, found in rows)


@pytest.mark.parametrize(
    ("mail", "again_ms", "called"),
    [
        (OwnMail.CONFIRM, DAY_MS, ["own:confirm:2025-11-25", "own:confirm:2025-11-26"]),
        (OwnMail.ACCESS, 15 * MINUTE_MS, ["own:access:2025-11-25T00:00", "own:access:2025-11-25T00:15"]),
    ],
)
def test_a_mail_is_posted_once_in_its_period(engine: Engine, mail: OwnMail, again_ms: int, called: list[str]) -> None:
    anna = subscribe(engine)
    assert posted(engine, mail, anna)
    assert not posted(engine, mail, anna, T0 + again_ms - 1)
    assert posted(engine, mail, anna, T0 + again_ms)
    assert names(engine) == called
    assert adds_up(engine)


def test_a_welcome_is_posted_once_ever(engine: Engine) -> None:
    anna = subscribe(engine, "active")
    assert posted(engine, OwnMail.WELCOME, anna)
    assert not posted(engine, OwnMail.WELCOME, anna, T0 + 1000 * DAY_MS)
    assert names(engine) == ["own:welcome"]
    assert adds_up(engine)


def test_a_button_pressed_by_many_at_once_posts_one_mail(engine: Engine) -> None:
    anna = subscribe(engine)
    together = Barrier(8)

    def press(_: int) -> bool:
        together.wait()
        return posted(engine, OwnMail.CONFIRM, anna)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(press, range(8))) == [False] * 7 + [True]
    assert adds_up(engine)


def test_nothing_is_posted_to_nobody(engine: Engine) -> None:
    assert not posted(engine, OwnMail.ACCESS, 77)
    assert adds_up(engine)


def test_what_is_undone_by_the_caller_was_never_posted(engine: Engine) -> None:
    anna = subscribe(engine)
    with writing(engine) as connection:
        assert post(connection, OwnMail.CONFIRM, anna, T0)
        connection.rollback()
    assert not due(engine)
    assert posted(engine, OwnMail.CONFIRM, anna)


def test_own_mails_are_no_issues(engine: Engine) -> None:
    anna = subscribe(engine, "active")
    begun(engine)
    posted(engine, OwnMail.WELCOME, anna)
    assert [sending.slug for sending in all_sendings(engine)] == ["asml"]
    assert [sending.mail for sending in due(engine)] == [OwnMail.WELCOME]


def test_what_is_of_use_for_the_shortest_time_comes_first(engine: Engine) -> None:
    anna = subscribe(engine)
    for mail in OwnMail:
        posted(engine, mail, anna)
    assert [sending.mail for sending in due(engine)] == [OwnMail.ACCESS, OwnMail.CONFIRM, OwnMail.WELCOME]


@pytest.mark.parametrize(
    ("mail", "status", "reason", "is_sent"),
    [
        (OwnMail.CONFIRM, "pending", "", True),
        (OwnMail.CONFIRM, "active", "", False),
        (OwnMail.CONFIRM, "unsubscribed", "", True),
        (OwnMail.CONFIRM, "pending", "complaint", False),
        (OwnMail.CONFIRM, "pending", "hard_bounce", False),
        (OwnMail.CONFIRM, "pending", "editor", False),
        (OwnMail.WELCOME, "active", "", True),
        (OwnMail.WELCOME, "unsubscribed", "", False),
        (OwnMail.WELCOME, "active", "editor", False),
        (OwnMail.ACCESS, "active", "", True),
        (OwnMail.ACCESS, "unsubscribed", "", True),
        (OwnMail.ACCESS, "active", "editor", True),
        (OwnMail.ACCESS, "active", "complaint", False),
        (OwnMail.ACCESS, "active", "hard_bounce", False),
    ],
)
def test_who_may_get_what(engine: Engine, mail: OwnMail, status: str, reason: str, *, is_sent: bool) -> None:
    posted(engine, mail, subscribe(engine, status))
    if reason:
        suppress(engine, reason)
    stock = claimed(engine)
    assert (len(stock.rows), stock.skipped) == ((1, 0) if is_sent else (0, 1))
    assert adds_up(engine)


@pytest.mark.parametrize(
    ("mail", "last_ms"),
    [(OwnMail.CONFIRM, 2 * DAY_MS), (OwnMail.ACCESS, 45 * MINUTE_MS), (OwnMail.WELCOME, WELCOME_WITHIN_MS - 1)],
)
def test_a_mail_that_comes_too_late_is_not_sent(engine: Engine, mail: OwnMail, last_ms: int) -> None:
    posted(engine, mail, subscribe(engine, "active" if mail is OwnMail.WELCOME else "pending"))
    with writing(engine) as connection:
        in_time = select(delivery.c.id).where(may_get(mail, T0 + last_ms))
        assert connection.scalar(in_time)
    assert claimed(engine, T0 + last_ms + 1).skipped == 1


def test_a_sending_is_over_when_nothing_of_it_is_due(engine: Engine) -> None:
    """Those that are put off do not keep the postman from the others."""
    posted(engine, OwnMail.CONFIRM, subscribe(engine))
    (sending,) = due(engine)
    (row,) = claimed(engine).rows
    ledger = ledger_of(engine, sending)
    ledger.write(Batch(marks=(row.id,)), T0)
    ledger.write(Batch((Fate(row.id, Arrow.DEFER, 1, next_at_ms=T0 + 300_000),)), T0)
    stock = ledger.claim(10, (), T0 + 1)
    assert (stock.is_over, stock.due_at_ms) == (True, T0 + 300_000)
    ledger.leave(T0 + 1)
    assert not due(engine, T0 + 299_999)
    assert due(engine, T0 + 300_000) == [sending]


def test_a_sending_that_was_done_goes_on_for_the_next_one(engine: Engine) -> None:
    posted(engine, OwnMail.WELCOME, subscribe(engine, "active"))
    (sending,) = due(engine)
    (row,) = claimed(engine).rows
    ledger = ledger_of(engine, sending)
    ledger.write(Batch((Fate(row.id, Arrow.ACCEPT, 1),)), T0)
    ledger.leave(T0)
    assert not due(engine)

    bram = subscribe(engine, "active", address="bram@example.org", address_key="bram@example.org")
    posted(engine, OwnMail.WELCOME, bram)
    assert due(engine) == [sending]
    with writing(engine) as connection:
        reopen(connection, sending.id)
    (row,) = claimed(engine, lease="postman again").rows
    assert row.reader.address == "bram@example.org"
    assert adds_up(engine)


def test_issues_and_own_mails_have_a_sender_each(engine: Engine) -> None:
    add_readers(engine, ["bram@example.org"])
    enlisted(engine, begun(engine), "issues")
    posted(engine, OwnMail.CONFIRM, subscribe(engine))
    assert len(claimed(engine).rows) == 1


@pytest.mark.parametrize(("mail", "status"), [(OwnMail.CONFIRM, "pending"), (OwnMail.WELCOME, "active")])
def test_a_doubt_lapses_where_the_mail_can_be_asked_for_again(engine: Engine, mail: OwnMail, status: str) -> None:
    posted(engine, mail, subscribe(engine, status))
    (sending,) = due(engine)
    (row,) = claimed(engine).rows
    ledger_of(engine, sending).write(Batch((Fate(row.id, Arrow.LOSE, 1, reply="no answer"),)), T0)
    is_confirm = mail is OwnMail.CONFIRM
    with writing(engine) as connection:
        assert lapse(connection, T0 + 2 * DAY_MS) == 0
        assert lapse(connection, T0 + 2 * DAY_MS + 1) == is_confirm
    assert tally(engine, sending.id)[State.SENT if is_confirm else State.IN_DOUBT] == 1
    with reading(engine) as connection:
        said = connection.execute(select(delivery_event.c.source, delivery_event.c.kind)).all()
    assert said == [("sender", "lose"), *([("sender", "lapse")] if is_confirm else [])]


def test_what_nobody_asks_for_any_more_is_deleted_and_who_was_welcomed_stays_known(engine: Engine) -> None:
    anna = subscribe(engine)
    for mail in OwnMail:
        posted(engine, mail, anna)
    with writing(engine) as connection:
        change(connection, Arrow.CANCEL, [], {"done_at_ms": T0}, T0)
    with writing(engine) as connection:
        assert sweep(connection, T0 + KEPT_MS) == 0
        assert sweep(connection, T0 + 2 * DAY_MS + KEPT_MS + 1) == 2
    assert names(engine) == ["own:welcome"]
    assert adds_up(engine)


def test_what_somebody_has_in_hand_is_not_deleted(engine: Engine) -> None:
    posted(engine, OwnMail.CONFIRM, subscribe(engine))
    claimed(engine)
    with writing(engine) as connection:
        assert sweep(connection, T0 + 100 * DAY_MS) == 0
        connection.execute(update(delivery).values(state="pending", lease=None))
        assert sweep(connection, T0 + 100 * DAY_MS) == 1
