from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, literal, select

from newsletter.audience.readers import mailable_readers
from newsletter.audience.segments import EVERYBODY, count, matches, select_for, where
from newsletter.audience.subscribers import Filter, stream
from newsletter.audience.values import packed_tags
from newsletter.config import All, AnyOf, HasTag, Name, Not, Same, Words
from newsletter.config.segments import condition
from newsletter.store import Begin, reading, writing
from newsletter.store.schema import delivery, send, subscriber, suppression
from tests.audience.lists import NOW_MS, row

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.config import Condition

FIELDS = ("address", "language", "first_name", "last_name", "company", "city")
PARSE = condition(FIELDS)

# Quotes, wildcards, capitals, what JSON and SQL escape, and letters beyond the first plane.
TEXTS = st.text("aAbB'\"%_\\,;:${}[]é̈İßﬁ😀 \t0", max_size=4)
TAGS = st.text("abé%_-'\" ", min_size=1, max_size=3).map(str.strip).filter(bool)
OPERANDS = st.builds(Words, TEXTS) | st.builds(Name, st.sampled_from(FIELDS))
CONDITIONS = st.recursive(
    st.builds(Same, OPERANDS, OPERANDS) | st.builds(HasTag, TAGS),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
PEOPLE = st.fixed_dictionaries(
    {"first_name": TEXTS, "last_name": TEXTS, "language": st.sampled_from(["nl", "en"])},
    optional={"company": TEXTS, "city": TEXTS},
)


def person(number: int, fields: dict[str, str], tags: list[str]) -> dict[str, Any]:
    attributes = {name: text for name, text in fields.items() if name in {"company", "city"}}
    named = {name: text for name, text in fields.items() if name not in attributes}
    return row(number, **named, attributes=attributes, tags=packed_tags(sorted(set(tags))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(CONDITIONS, st.lists(st.tuples(PEOPLE, st.lists(TAGS, max_size=3)), max_size=4))
@example(Same(Name("first_name"), Words("a")), [({"first_name": "A", "last_name": "", "language": "nl"}, [])])
@example(HasTag("a"), [({"first_name": "", "last_name": "", "language": "nl"}, ["ab"])])
@example(HasTag("%"), [({"first_name": "", "last_name": "", "language": "nl"}, ["a"])])
@example(Same(Name("company"), Words("")), [({"first_name": "", "last_name": "", "language": "nl"}, [])])
def test_the_database_and_the_program_give_one_answer(
    engine: Engine, wanted: Condition, people: list[tuple[dict[str, str], list[str]]]
) -> None:
    with writing(engine, begin=Begin.LAX) as connection:
        connection.execute(delete(subscriber))
        for number, (fields, tags) in enumerate(people):
            connection.execute(insert(subscriber), [person(number, fields, tags)])
        answered = set(connection.scalars(select(subscriber.c.address).where(where(wanted))))
        everybody = list(stream(connection, Filter(), NOW_MS))

    computed = {
        one.address
        for one in everybody
        if matches(wanted, {"address": one.address, "language": one.language, **one.fields}, one.tags)
    }
    assert answered == computed


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("language == 'nl'", "anna dirk"),
        ("'founder' in tags", "anna chloe"),
        ("language == 'nl' and ('founder' in tags or company != '')", "anna dirk"),
        ("company == 'Acme'", "dirk"),
        ("company == 'acme'", ""),
        ("company == ''", "anna bram chloe"),
        ("first_name in ['Anna', 'Dirk']", "anna dirk"),
        ("first_name == last_name", "bram chloe dirk"),
        ("address == 'anna@example.org'", "anna"),
        ("not 'founder' in tags", "bram dirk"),
        ("'found' in tags", ""),
        ("'a' == 'a'", "anna bram chloe dirk"),
    ],
)
def test_a_segment_chooses_readers(engine: Engine, written: str, expected: str) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(subscriber),
            [
                row(1, address="anna@example.org", first_name="Anna", tags=",founder,vip,"),
                row(2, address="bram@example.org", language="en"),
                row(3, address="chloe@example.org", language="en", tags=",founder,"),
                row(4, address="dirk@example.org", first_name="Dirk", last_name="Dirk", attributes={"company": "Acme"}),
            ],
        )

    with reading(engine) as connection:
        found = [one.address.split("@")[0] for one in mailable_readers(connection, PARSE(written), NOW_MS)]
        assert " ".join(found) == expected
        assert count(connection, PARSE(written), NOW_MS) == len(found)


def test_only_those_get_mail_who_want_it_and_take_it(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(subscriber),
            [
                row(1),
                row(2, status="pending"),
                row(3, status="unsubscribed", unsubscribed_at_ms=NOW_MS),
                row(4),
                row(5),
                row(6),
            ],
        )
        connection.execute(
            insert(suppression),
            [
                {"address_key": "reader4@example.org", "reason": "complaint", "until_at_ms": None, "at_ms": 1},
                {"address_key": "reader5@example.org", "reason": "soft_bounce", "until_at_ms": NOW_MS + 1, "at_ms": 1},
                {"address_key": "reader6@example.org", "reason": "soft_bounce", "until_at_ms": NOW_MS, "at_ms": 1},
            ],
        )

    with reading(engine) as connection:
        chosen = connection.execute(select_for(EVERYBODY, NOW_MS)).all()
        assert [found.address for found in chosen] == ["reader1@example.org", "reader6@example.org"]
        assert [one.id for one in mailable_readers(connection, EVERYBODY, NOW_MS)] == [found.id for found in chosen]
        assert count(connection, EVERYBODY, NOW_MS) == 2


def test_a_ledger_can_insert_from_the_choice(engine: Engine) -> None:
    planned = {
        "issue_id": "asml", "status": "planned", "content_sha256": "", "recipients_sha256": "", "audience": 1,
        "created_at_ms": NOW_MS,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1), row(2, language="en"), row(3, language="en")])
        send_id = connection.scalar(insert(send).values(planned).returning(send.c.id))
        chosen = select_for(Same(Name("language"), Words("en")), NOW_MS).add_columns(literal(send_id))
        columns = ["subscriber_id", "address", "address_key", "send_id"]
        connection.execute(insert(delivery).from_select(columns, chosen))

        found = connection.execute(select(delivery.c.subscriber_id, delivery.c.address, delivery.c.state)).all()
        assert found == [(2, "reader2@example.org", "pending"), (3, "reader3@example.org", "pending")]


def test_a_text_of_a_condition_never_becomes_sql(engine: Engine) -> None:
    hostile = "') or 1=1; drop table subscriber; --"
    wanted = Same(Name("first_name"), Words(hostile))

    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1), row(2, first_name=hostile)])
        assert [one.id for one in mailable_readers(connection, wanted, NOW_MS)] == [2]
        assert hostile not in str(select_for(wanted, NOW_MS).compile(engine))


def test_a_long_condition_can_be_asked(engine: Engine) -> None:
    texts = ", ".join(f"'{number}'" for number in range(399))
    with reading(engine) as connection:
        assert count(connection, PARSE(f"{'(' * 30}first_name in [{texts}]{')' * 30}"), NOW_MS) == 0
        assert count(connection, PARSE("not " * 30 + "'a' == 'b'"), NOW_MS) == 0
