from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from newsletter.audience.consent import Proof, Step, record
from newsletter.audience.csv_file import guarded, unguarded
from newsletter.audience.exporting import export
from newsletter.audience.subscribers import Filter
from newsletter.config import HasTag
from newsletter.store import Begin, open_store, reading, writing
from newsletter.store.schema import consent, subscriber, suppression
from tests.audience.lists import NOW_MS, everybody, imported, newsletter, row, suppressions

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

TRIGGERS = ("=", "+", "-", "@", "|", "\t", "\r")
NAMES = st.text("=+-@|'\"\\,;:%aZé😀 \n", max_size=8).map(lambda text: " ".join(text.split()))


def exported(engine: Engine, wanted: Filter = Filter(), *, raw: bool = False) -> str:  # noqa: B008  # it is frozen
    file = io.StringIO(newline="")
    with reading(engine) as connection:
        export(connection, file, ("company",), wanted, NOW_MS, raw=raw)
    return file.getvalue()


def test_an_export_is_csv_with_every_cell_in_quotes(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(subscriber),
            [row(1, first_name='Anna "Ans"', attributes={"company": "Acme, Inc."}, tags=",founder,vip,")],
        )

    assert exported(engine) == (
        '"email","status","language","first_name","last_name","company","tags","created","confirmed","unsubscribed",'
        '"consent","consent_evidence","paused_until","proof"\r\n'
        '"reader1@example.org","active","nl","Anna ""Ans""","","Acme, Inc.","founder,vip","2025-11-26T23:33:20Z","","",'
        '"a test","","",""\r\n'
    )


def test_a_filter_chooses(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1, tags=",vip,"), row(2), row(3, tags=",vip,", status="pending")])

    found = [line.split(",")[0] for line in exported(engine, Filter("active", HasTag("vip"))).splitlines()[1:]]
    assert found == ['"reader1@example.org"']


def test_what_a_spreadsheet_would_run_is_guarded(engine: Engine) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "'=1", '=HYPERLINK("https://example.org")']
    with writing(engine) as connection:
        connection.execute(
            insert(subscriber),
            [
                row(number, address=f"{text[0]}{number}@example.org", first_name=text, attributes={"company": text})
                for number, text in enumerate(hostile)
            ],
        )

    rows = list(csv.reader(io.StringIO(exported(engine))))
    assert not [cell for found in rows for cell in found if cell.startswith(TRIGGERS)]
    assert [found[3] for found in csv.reader(io.StringIO(exported(engine, raw=True)))][1:] == hostile


@given(st.text("='+-@|\t\ra", max_size=6))
@example("''=")
def test_a_guard_comes_off_again(text: str) -> None:
    assert not guarded(text).startswith(TRIGGERS)
    assert unguarded(guarded(text)) == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.tuples(NAMES, NAMES, NAMES, st.sampled_from(["active", "pending", "unsubscribed"])), max_size=4))
@example([("=1+1", "'=1", "a,b", "active")])
def test_an_export_can_be_imported_and_is_the_same(
    engine: Engine, tmp_path: Path, people: list[tuple[str, str, str, str]]
) -> None:
    rows = [
        row(
            number + 1,
            first_name=first,
            last_name=last,
            attributes={"company": company} if company else {},
            status=status,
            tags=",founder,vip,",
            confirmed_at_ms=NOW_MS - 5,
            unsubscribed_at_ms=NOW_MS - 1 if status == "unsubscribed" else None,
            consent_evidence={"OPTIN_IP": "192.0.2.1"},
            paused_until_at_ms=NOW_MS + 9 if number else None,
        )
        for number, (first, last, company, status) in enumerate(people)
    ]
    with writing(engine, begin=Begin.LAX) as connection:
        connection.execute(delete(subscriber))
        for one in rows:
            connection.execute(insert(subscriber), [one])
    before = everybody(engine)
    whole = exported(engine)
    with writing(engine, begin=Begin.LAX) as connection:
        connection.execute(delete(subscriber))

    imported(engine, newsletter(tmp_path), whole, now_ms=NOW_MS + 77)

    assert exported(engine) == whole
    assert [unnumbered(one) for one in everybody(engine).values()] == [unnumbered(one) for one in before.values()]


def unnumbered(person: object) -> str:
    return str(person).partition(", ")[2]


def test_who_takes_no_mail_is_exported_so_that_it_is_not_forgotten(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    other = open_store("sqlite:///other.db", tmp_path, fresh_id="y")
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1), row(2), row(3)])
        connection.execute(
            insert(suppression),
            [
                {"address_key": "reader1@example.org", "reason": "complaint", "until_at_ms": None, "at_ms": NOW_MS},
                {"address_key": "reader2@example.org", "reason": "soft_bounce", "until_at_ms": NOW_MS + 1, "at_ms": 1},
                {"address_key": "nobody@example.org", "reason": "hard_bounce", "until_at_ms": None, "at_ms": NOW_MS},
                {"address_key": "editor@example.org", "reason": "editor", "until_at_ms": None, "at_ms": NOW_MS},
                {"address_key": "forgotten:00", "reason": "forgotten", "until_at_ms": None, "at_ms": NOW_MS},
            ],
        )

    whole = exported(engine)
    imported(other, newsletter(tmp_path), whole)

    assert [cells[:2] for cells in csv.reader(io.StringIO(whole))][1:] == [
        ["reader1@example.org", "complaint"],
        ["reader2@example.org", "active"],
        ["reader3@example.org", "active"],
        ["editor@example.org", "editor"],
        ["nobody@example.org", "hard_bounce"],
    ]
    assert suppressions(other) == {
        "reader1@example.org": "complaint", "nobody@example.org": "hard_bounce", "editor@example.org": "editor",
    }  # fmt: skip
    assert "nobody" not in exported(engine, Filter("active"))
    engine.dispose()
    other.dispose()


def test_what_proves_that_they_agreed_is_in_it_and_no_file_makes_such_a_proof(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1), row(2)])
        asked = Proof(NOW_MS, "nl", "https://example.org/subscribe/", "192.0.2.0/24", "Ja, stuur mij =mail.")
        record(connection, 1, Step.ASKED, asked)
        record(connection, 1, Step.CONFIRMED, replace(asked, now_ms=NOW_MS + 1), "<1@example.org>")

    first, second = csv.DictReader(io.StringIO(exported(engine)))

    assert second["proof"] == ""
    steps = json.loads(first["proof"])
    assert [(step["step"], step["at"], step["wording"], step["message_id"]) for step in steps] == [
        ("asked", "2025-11-26T23:33:20Z", "Ja, stuur mij =mail.", ""),
        ("confirmed", "2025-11-26T23:33:20.001Z", "Ja, stuur mij =mail.", "<1@example.org>"),
    ]
    assert {step["client"] for step in steps} == {"192.0.2.0/24"}
    whole = exported(engine)
    with writing(engine) as connection:
        connection.execute(delete(subscriber))
        connection.execute(delete(consent))
    assert imported(engine, newsletter(tmp_path), whole).left_out == ("proof",)
    with reading(engine) as connection:
        assert connection.execute(select(consent)).all() == []


def test_a_file_pauses_nobody_who_is_known(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1)])
    file = "email,paused_until\nreader1@example.org,2027-01-01\nnew@example.org,2027-01-01\n"
    imported(engine, newsletter(tmp_path), file)
    pauses = {address: person.paused_until for address, person in everybody(engine).items()}
    assert pauses == {"reader1@example.org": None, "new@example.org": datetime(2027, 1, 1, tzinfo=UTC)}
