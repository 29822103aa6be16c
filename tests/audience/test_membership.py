from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from newsletter.audience.incoming import Incoming, one_person
from newsletter.audience.intake import Decision, Intake, Kind
from newsletter.audience.membership import Event, Kept, Received, add, forget, kept_of, remove
from newsletter.audience.subscribers import Filter, page, total
from newsletter.audience.tokens import forgotten_key, keys_of
from newsletter.audience.values import UncleanError
from newsletter.config import HasTag, Secret
from newsletter.errors import AddressError
from newsletter.store import leave_no_trace, open_store, reading, writing
from newsletter.store.schema import delivery, delivery_event, metadata, send, subscriber, suppression
from tests.audience.lists import KEY, NOW_MS, everybody, imported, newsletter, row, suppressions

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

KEYS = keys_of(Secret(KEY))
ANNA = "reader1@example.org"
INTAKE = Intake(NOW_MS, "nl", "asked by phone", "", KEYS)


def person(address: str = ANNA, **said: str) -> Incoming:
    return one_person(address, said, (), ("nl", "en"))


def added(engine: Engine, one: Incoming, *, again: bool = False) -> Decision:
    with writing(engine) as connection:
        return add(connection, one, INTAKE, again=again)


def forgotten(engine: Engine, address_key: str = ANNA) -> bool:
    with writing(engine) as connection:
        return forget(connection, address_key, KEYS, NOW_MS)


def kept(engine: Engine, address_key: str = ANNA) -> Kept:
    with reading(engine) as connection:
        return kept_of(connection, address_key, KEYS, NOW_MS)


def sent_to(engine: Engine, issue: str, number: int, **said: Any) -> None:
    """Write down that an issue went to a reader, and what was heard of it."""
    planned = {
        "issue_id": issue, "status": "done", "content_sha256": "", "recipients_sha256": "", "audience": 1,
        "created_at_ms": NOW_MS,
    }  # fmt: skip
    address = f"reader{number}@example.org"
    with writing(engine) as connection:
        send_id = connection.scalar(select(send.c.id).where(send.c.issue_id == issue))
        if send_id is None:
            send_id = connection.scalar(insert(send).values(planned).returning(send.c.id))
        sent = {
            "send_id": send_id,
            "subscriber_id": number,
            "address": address,
            "address_key": address,
            "state": "sent",
        }
        sent |= {"wired_at_ms": NOW_MS, "reply": f"250 <{address}> ok"}
        delivery_id = connection.scalar(insert(delivery).values(sent | said).returning(delivery.c.id))
        heard = {"delivery_id": delivery_id, "source": "bounce", "kind": "bounce", "code": "5.1.1", "at_ms": NOW_MS}
        connection.execute(insert(delivery_event).values(heard | {"detail": f"<{address}>: unknown"}))


def subscribers(engine: Engine, *rows: dict[str, Any]) -> None:
    with writing(engine) as connection:
        connection.execute(insert(subscriber), rows)


def dump(engine: Engine) -> str:
    """All that stands in the database."""
    with reading(engine) as connection:
        return "\n".join(str(found) for table in metadata.sorted_tables for found in connection.execute(select(table)))


def test_one_person_is_added_with_what_is_said_of_them(engine: Engine) -> None:
    decision = added(
        engine, one_person("Anna@Example.org", {"first_name": " Anna ", "company": "Acme"}, ["VIP"], ("nl",))
    )

    anna = everybody(engine)["Anna@example.org"]
    assert decision.kind is Kind.ADDED
    assert (anna.first_name, anna.attributes, anna.tags) == ("Anna", {"company": "Acme"}, ("vip",))
    assert (anna.status, anna.language, anna.consent_source) == ("active", "nl", "asked by phone")


def test_adding_somebody_again_only_adds_what_is_new(engine: Engine) -> None:
    added(engine, person(first_name="Anna"))

    assert added(engine, person(first_name="Anna")).kind is Kind.UNCHANGED
    assert added(engine, person(last_name="de Vries")).kind is Kind.UPDATED
    assert everybody(engine)[ANNA].fields == {"first_name": "Anna", "last_name": "de Vries"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"language": "fr"}, '"fr" is not among the newsletter\'s languages, nl, en'),
        ({"first_name": "An\0na"}, r'"An\u0000na" holds control characters'),
    ],
)
def test_what_cannot_be_kept_of_one_person_is_told(said: dict[str, str], message: str) -> None:
    with pytest.raises(UncleanError) as refused:
        person(**said)

    assert str(refused.value) == message


def test_one_person_needs_an_address() -> None:
    with pytest.raises(AddressError):
        person("anna")


def test_who_is_removed_gets_no_more_mail_and_stays_known(engine: Engine, tmp_path: Path) -> None:
    subscribers(engine, row(1), row(2))
    with writing(engine) as connection:
        assert remove(connection, ANNA, NOW_MS) is Kind.UNSUBSCRIBED
        assert remove(connection, ANNA, NOW_MS + 5) is Kind.UNCHANGED
        assert remove(connection, "nobody@example.org", NOW_MS) is None

    people = everybody(engine)
    assert [people[address].status for address in people] == ["unsubscribed", "active"]
    assert people[ANNA].unsubscribed_at == datetime.fromtimestamp(NOW_MS / 1000, UTC)
    assert dict(imported(engine, newsletter(tmp_path), f"email\n{ANNA}\n").counts) == {"kept_out": 1}


def test_who_ended_it_is_not_added_unless_they_ask(engine: Engine) -> None:
    subscribers(engine, row(1, status="unsubscribed", unsubscribed_at_ms=1))

    assert added(engine, person()) == Decision(0, Kind.KEPT_OUT, "unsubscribed")
    assert added(engine, person(), again=True).kind is Kind.UPDATED
    anna = everybody(engine)[ANNA]
    assert (anna.status, anna.unsubscribed_at, anna.consent_source) == ("active", None, "asked by phone")


@pytest.mark.parametrize("reason", ["hard_bounce", "soft_bounce", "complaint", "editor"])
def test_who_is_suppressed_is_not_added_unless_they_ask(engine: Engine, reason: str) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(suppression), [{"address_key": ANNA, "reason": reason, "until_at_ms": None, "at_ms": 1}]
        )

    assert added(engine, person()) == Decision(0, Kind.KEPT_OUT, reason)
    assert added(engine, person(), again=True).kind is Kind.ADDED
    assert suppressions(engine) == {}


def test_who_never_ended_it_may_ask_again_too(engine: Engine) -> None:
    added(engine, person(), again=True)

    assert added(engine, person(), again=True).kind is Kind.UNCHANGED


def test_nothing_of_a_person_is_left_when_they_are_forgotten(engine: Engine) -> None:
    subscribers(engine, row(1, first_name="Anna", address="Reader1@example.org"), row(2))
    sent_to(engine, "asml", 1)
    sent_to(engine, "asml", 2)
    with writing(engine) as connection:
        connection.execute(
            insert(suppression), [{"address_key": ANNA, "reason": "complaint", "until_at_ms": None, "at_ms": 1}]
        )

    assert forgotten(engine)

    left = dump(engine)
    assert "reader1" not in left.casefold()
    assert "Anna" not in left
    assert left.count("reader2@example.org") == 6
    assert suppressions(engine) == {forgotten_key(KEYS, ANNA): "forgotten"}


def test_a_forgotten_person_is_known_again_by_an_import_and_by_the_ledger(engine: Engine, tmp_path: Path) -> None:
    subscribers(engine, row(1))
    sent_to(engine, "asml", 1, state="pending", wired_at_ms=None)
    forgotten(engine)

    done = imported(engine, newsletter(tmp_path, key=KEY), f"email\n{ANNA.upper()}\n")

    assert [str(finding) for finding in done.findings] == ["list.csv:2: asked to be forgotten, and stays so"]
    with reading(engine) as connection:
        pending = select(delivery.c.address_key).join(suppression, suppression.c.address_key == delivery.c.address_key)
        assert connection.scalars(pending).all() == [forgotten_key(KEYS, ANNA)]


def test_who_comes_back_after_being_forgotten_can_be_forgotten_again(engine: Engine) -> None:
    subscribers(engine, row(1))
    sent_to(engine, "asml", 1)
    forgotten(engine)
    assert added(engine, person()) == Decision(0, Kind.KEPT_OUT, "forgotten")
    assert added(engine, person(), again=True).kind is Kind.ADDED
    assert suppressions(engine) == {}
    back = everybody(engine)[ANNA]
    assert back.id > 1, "an id is never given to another: links in old mail carry it"
    sent_to(engine, "asml", 1, subscriber_id=back.id)

    assert forgotten(engine)
    assert "reader1" not in dump(engine)


def test_who_was_never_known_cannot_be_forgotten(engine: Engine) -> None:
    assert not forgotten(engine)
    assert suppressions(engine) == {}


def test_who_was_only_sent_to_can_be_forgotten(engine: Engine) -> None:
    sent_to(engine, "asml", 1)

    assert forgotten(engine)
    assert "reader1" not in dump(engine)


def test_a_forgotten_address_leaves_no_byte_in_the_files(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    subscribers(engine, *(row(number, first_name="Anna-Sophie") for number in range(1, 3)), row(3))
    sent_to(engine, "asml", 1)
    for number in (1, 2):
        forgotten(engine, f"reader{number}@example.org")
    leave_no_trace(engine)

    found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"reader1" not in found
    assert b"Anna-Sophie" not in found
    assert b"reader3" in found
    engine.dispose()


def test_all_that_is_kept_of_a_person_is_shown(engine: Engine) -> None:
    subscribers(engine, row(1, first_name="Anna"))
    sent_to(engine, "asml", 1)
    sent_to(engine, "agents", 1, state="pending", wired_at_ms=None, reply=None)
    with writing(engine) as connection:
        connection.execute(
            insert(suppression),
            [
                {
                    "address_key": ANNA,
                    "reason": "hard_bounce",
                    "until_at_ms": NOW_MS + 1000,
                    "evidence": "5.1.1",
                    "at_ms": 0,
                }
            ],
        )

    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    found = kept(engine)
    assert found
    assert found.subscriber is not None
    assert found.subscriber.suppressed_for == "hard_bounce"
    assert found.suppression is not None
    assert (found.suppression.reason, found.suppression.evidence) == ("hard_bounce", "5.1.1")
    assert found.suppression.until == datetime.fromtimestamp(NOW_MS / 1000 + 1, UTC)
    bounce = Event("bounce", "5.1.1", f"<{ANNA}>: unknown", now)
    assert found.received == (
        Received("asml", "sent", now, f"250 <{ANNA}> ok", (bounce,)),
        Received("agents", "pending", None, "", (bounce,)),
    )


def test_of_a_stranger_nothing_is_kept(engine: Engine) -> None:
    assert not kept(engine)


def test_of_a_forgotten_person_it_is_kept_that_they_are(engine: Engine) -> None:
    subscribers(engine, row(1))
    forgotten(engine)

    found = kept(engine)
    assert found.suppression is not None
    assert (found.subscriber, found.suppression.reason, found.received) == (None, "forgotten", ())


def test_a_list_has_pages(engine: Engine) -> None:
    subscribers(engine, *(row(number, tags=",odd," if number % 2 else "") for number in range(1, 8)))
    wanted = Filter("active", HasTag("odd"))

    with reading(engine) as connection:
        first = page(connection, wanted, 0, 3, NOW_MS)
        second = page(connection, wanted, first[-1].id, 3, NOW_MS)
        assert ([one.id for one in first], [one.id for one in second]) == ([1, 3, 5], [7])
        assert total(connection, wanted, NOW_MS) == 4
        assert total(connection, Filter("pending"), NOW_MS) == 0


def test_who_is_suppressed_can_be_listed(engine: Engine) -> None:
    subscribers(engine, row(1), row(2))
    with writing(engine) as connection:
        connection.execute(
            insert(suppression), [{"address_key": ANNA, "reason": "editor", "until_at_ms": None, "at_ms": 1}]
        )

    with reading(engine) as connection:
        found = page(connection, Filter("suppressed"), 0, 9, NOW_MS)
        assert [(one.address, one.suppressed_for) for one in found] == [(ANNA, "editor")]
        assert total(connection, Filter("suppressed"), NOW_MS) == 1
