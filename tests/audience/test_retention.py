"""What is kept of people, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from newsletter.audience.address import read_address
from newsletter.audience.consent import Proof, Step, consents_of, record
from newsletter.audience.membership import forget
from newsletter.audience.retention import CLIENT_KEPT_DAYS, DAY_MS, PROOF_KEPT_DAYS, keep_no_longer
from newsletter.audience.signing_up import ask, leave
from newsletter.audience.tokens import keys_of
from newsletter.config import Secret
from newsletter.sending.own_mails import OwnMail, post
from newsletter.store import reading, writing
from newsletter.store.schema import consent, delivery, subscriber
from tests.audience.lists import KEY, NOW_MS, row, suppressions

if TYPE_CHECKING:
    from sqlalchemy import Engine

KEYS = keys_of(Secret(KEY))


def proof(now_ms: int = NOW_MS) -> Proof:
    return Proof(now_ms, "nl", "https://example.org/subscribe/", "192.0.2.0/24", "Ja.")


def asked(engine: Engine, address: str, now_ms: int) -> int:
    """Somebody types an address, and gets a mail."""
    with writing(engine) as connection:
        subscriber_id = ask(connection, read_address(address), KEYS, proof(now_ms))
        assert subscriber_id is not None
        post(connection, OwnMail.CONFIRM, subscriber_id, now_ms)
        record(connection, subscriber_id, Step.ASKED, proof(now_ms))
    return subscriber_id


def left(engine: Engine, address: str, at_ms: int) -> int:
    """Somebody confirms, and leaves."""
    values = {"address": address, "address_key": address}
    with writing(engine) as connection:
        added = subscriber.insert().values(row(0) | values).returning(subscriber.c.id)
        subscriber_id = int(connection.execute(added).scalar_one())
        record(connection, subscriber_id, Step.CONFIRMED, proof(at_ms))
        leave(connection, subscriber_id, proof(at_ms))
    return subscriber_id


def pending(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(subscriber.c.address).where(subscriber.c.status == "pending")))


def test_who_does_not_confirm_is_deleted_and_can_ask_again(engine: Engine) -> None:
    asked(engine, "anna@example.org", NOW_MS - 14 * DAY_MS - 1)
    asked(engine, "bram@example.org", NOW_MS - 14 * DAY_MS)

    assert keep_no_longer(engine, KEYS, 14, NOW_MS) == 1

    assert pending(engine) == ["bram@example.org"]
    with reading(engine) as connection:
        kept = repr(connection.execute(select(delivery)).all()) + repr(connection.execute(select(consent)).all())
    assert "anna@example.org" not in kept
    assert suppressions(engine) == {}
    asked(engine, "anna@example.org", NOW_MS)
    assert "anna@example.org" in pending(engine)


def test_the_last_time_that_somebody_asked_counts(engine: Engine) -> None:
    asked(engine, "anna@example.org", NOW_MS - 20 * DAY_MS)
    asked(engine, "anna@example.org", NOW_MS - 2 * DAY_MS)

    assert keep_no_longer(engine, KEYS, 14, NOW_MS) == 0


def test_who_is_pending_by_a_file_or_has_left_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(subscriber.insert(), [row(1, status="pending", created_at_ms=0)])
    gone = left(engine, "chris@example.org", NOW_MS - 100 * DAY_MS)
    asked(engine, "chris@example.org", NOW_MS - 50 * DAY_MS)

    assert keep_no_longer(engine, KEYS, 14, NOW_MS) == 0

    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(subscriber)) == 2
        assert len(consents_of(connection, gone)) == 3


def test_more_than_fit_into_one_transaction_are_deleted(engine: Engine) -> None:
    rows = [row(number, status="pending") for number in range(1203)]
    with writing(engine) as connection:
        connection.execute(subscriber.insert(), rows)
        ids = list(connection.scalars(select(subscriber.c.id)))
        steps = [{"subscriber_id": id_, "step": "asked", "at_ms": 1, "language": "nl", "form_url": "x"} for id_ in ids]
        connection.execute(consent.insert(), steps)

    assert keep_no_longer(engine, KEYS, 14, NOW_MS) == 1203
    assert pending(engine) == []


def test_after_a_year_a_proof_does_not_say_from_where(engine: Engine) -> None:
    now_ms = NOW_MS + CLIENT_KEPT_DAYS * DAY_MS
    gone = left(engine, "anna@example.org", NOW_MS)

    keep_no_longer(engine, KEYS, 14, now_ms)
    with reading(engine) as connection:
        assert {step.client for step in consents_of(connection, gone)} == {"192.0.2.0/24"}

    keep_no_longer(engine, KEYS, 14, now_ms + 1)
    with reading(engine) as connection:
        assert [(step.step, step.client) for step in consents_of(connection, gone)] == [("confirmed", ""), ("left", "")]


def test_five_years_after_somebody_left_or_was_forgotten_nothing_is_proven_any_more(engine: Engine) -> None:
    gone, erased = left(engine, "anna@example.org", NOW_MS), left(engine, "bram@example.org", NOW_MS)
    with writing(engine) as connection:
        forget(connection, "bram@example.org", KEYS, NOW_MS)
        stays = subscriber.insert().values(row(3)).returning(subscriber.c.id)
        reader = int(connection.execute(stays).scalar_one())
        record(connection, reader, Step.CONFIRMED, proof(NOW_MS))

    def proven(now_ms: int) -> list[bool]:
        keep_no_longer(engine, KEYS, 14, now_ms)
        with reading(engine) as connection:
            return [bool(consents_of(connection, one)) for one in (gone, erased, reader)]

    assert proven(NOW_MS + PROOF_KEPT_DAYS * DAY_MS) == [True, True, True]
    assert proven(NOW_MS + PROOF_KEPT_DAYS * DAY_MS + 1) == [False, False, True]
