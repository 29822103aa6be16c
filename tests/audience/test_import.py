"""Import. What is wrong with files is in tests/bad_subscribers; what other services write in test_services.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from newsletter.audience.importing import MAX_FAULTS, Wanted, import_file
from newsletter.audience.intake import Kind
from newsletter.errors import ImportFileError, StoreError, UsageError
from newsletter.store import open_store, reading, writing
from newsletter.store.schema import subscriber, suppression
from tests.audience.lists import KEY, NOW_MS, TOML, everybody, imported, newsletter, silent, suppressions

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)


def kept_out(engine: Engine, folder: Path, reason: str, until_at_ms: int | None = None) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(suppression),
            [{"address_key": "anna@example.org", "reason": reason, "until_at_ms": until_at_ms, "at_ms": 1}],
        )


def test_who_is_in_the_file_becomes_a_subscriber(engine: Engine, tmp_path: Path) -> None:
    done = imported(
        engine,
        newsletter(tmp_path),
        "email,first_name,last_name,language,tags,company,created_at\n"
        'Anna@Example.org,Anna,de Vries,en,"VIP, founder",Acme,2025-01-02T03:04:05Z\n',
    )

    person = everybody(engine)["Anna@example.org"]
    assert (done.lines, dict(done.counts), done.findings) == (1, {"added": 1}, ())
    assert (person.address_key, person.status, person.language) == ("anna@example.org", "active", "en")
    assert person.fields == {"first_name": "Anna", "last_name": "de Vries", "company": "Acme"}
    assert person.tags == ("founder", "vip")
    assert person.created_at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (person.confirmed_at, person.unsubscribed_at) == (None, None)
    assert person.consent_source.startswith("list.csv:2 sha256:")
    assert len(person.consent_source) == len("list.csv:2 sha256:") + 12


def test_who_says_nothing_gets_the_newsletters_language_and_comes_now(engine: Engine, tmp_path: Path) -> None:
    imported(engine, newsletter(tmp_path), "email,language\nanna@example.org,\nbram@example.org,fr\n")

    assert {(one.language, one.created_at) for one in everybody(engine).values()} == {("nl", NOW)}


@pytest.mark.parametrize(
    ("said", "language"),
    [("EN", "en"), ("en-GB", "en"), ("en_US", "en"), ("English", "en"), ("Engels", "en"), ("Dutch", "nl")],
)
def test_a_language_may_be_called_as_others_call_it(engine: Engine, tmp_path: Path, said: str, language: str) -> None:
    toml = TOML.replace('language = "nl"', 'language = "en"') if language == "nl" else TOML
    imported(engine, newsletter(tmp_path, toml), f"email,language\nanna@example.org,{said}\n")

    assert everybody(engine)["anna@example.org"].language == language


def test_a_second_import_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    content = "email,first_name,tags,company\nanna@example.org,Anna,vip,Acme\nbram@example.org,,,\n"
    imported(engine, newsletter(tmp_path), content)
    before = everybody(engine)

    done = imported(engine, newsletter(tmp_path), content, now_ms=NOW_MS + 1000)

    assert dict(done.counts) == {"unchanged": 2}
    assert everybody(engine) == before


def test_a_later_file_adds_to_what_is_known_and_takes_nothing_away(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path, TOML.replace('["company"]', '["company", "city"]'))
    imported(engine, settings, "email,first_name,last_name,tags,company\nanna@example.org,Ana,de Vries,vip,Acme\n")
    before = everybody(engine)["anna@example.org"]

    done = imported(engine, settings, "email,first_name,last_name,tags,city\nANNA@example.org,Anna,,founder,Delft\n")

    after = everybody(engine)["anna@example.org"]
    assert dict(done.counts) == {"updated": 1}
    assert after.fields == {"first_name": "Anna", "last_name": "de Vries", "company": "Acme", "city": "Delft"}
    assert after.tags == ("founder", "vip")
    assert (after.address, after.consent_source) == (before.address, before.consent_source)


def test_who_unsubscribed_is_not_brought_back(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    imported(engine, settings, "email\nanna@example.org\n")
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(status="unsubscribed", unsubscribed_at_ms=5))
    before = everybody(engine)

    done = imported(engine, settings, "email,first_name\nbram@example.org,Bram\nANNA@example.org,Anna\n")

    assert [str(finding) for finding in done.findings] == ["list.csv:3: unsubscribed before, and stays so"]
    assert dict(done.counts) == {"added": 1, "kept_out": 1}
    assert everybody(engine)["anna@example.org"] == before["anna@example.org"]


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("hard_bounce", "mail to them came back, so they get none"),
        ("complaint", "called a mail spam, so they get none"),
        ("editor", "an editor said that they get no mail"),
    ],
)
def test_who_is_suppressed_is_not_brought_in(engine: Engine, tmp_path: Path, reason: str, message: str) -> None:
    kept_out(engine, tmp_path, reason)

    done = imported(engine, newsletter(tmp_path), "email\nanna@example.org\n")

    assert [str(finding) for finding in done.findings] == [f"list.csv:2: {message}"]
    assert everybody(engine) == {}
    assert suppressions(engine) == {"anna@example.org": reason}


def test_a_suppression_for_a_time_ends(engine: Engine, tmp_path: Path) -> None:
    kept_out(engine, tmp_path, "soft_bounce", NOW_MS)

    assert (
        imported(engine, newsletter(tmp_path), "email\nanna@example.org\n", now_ms=NOW_MS - 1).counts["kept_out"] == 1
    )
    assert imported(engine, newsletter(tmp_path), "email\nanna@example.org\n").counts["added"] == 1


def test_who_the_file_calls_unsubscribed_is_unsubscribed(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    imported(engine, settings, "email\nanna@example.org\n")

    done = imported(
        engine, settings, "email,status,unsubscribed_at\nanna@example.org,unsubscribed,\nbram@example.org,,2025-01-02\n"
    )

    people = everybody(engine)
    assert dict(done.counts) == {"unsubscribed": 2}
    assert {one.status for one in people.values()} == {"unsubscribed"}
    assert people["anna@example.org"].unsubscribed_at == NOW
    assert people["bram@example.org"].unsubscribed_at == datetime(2025, 1, 2, tzinfo=UTC)
    assert dict(imported(engine, settings, "email,status\nanna@example.org,unsubscribed\n").counts) == {"unchanged": 1}


def test_who_the_file_says_mail_bounces_for_is_suppressed(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    imported(engine, settings, "email\nanna@example.org\n")
    content = "email,status\nanna@example.org,cleaned\nbram@example.org,complained\nchloe@example.org,blocklisted\n"

    done = imported(engine, settings, content)

    assert dict(done.counts) == {"suppressed": 3}
    assert suppressions(engine) == {
        "anna@example.org": "hard_bounce", "bram@example.org": "complaint", "chloe@example.org": "editor",
    }  # fmt: skip
    assert everybody(engine)["anna@example.org"].suppressed_for == "hard_bounce"
    assert list(everybody(engine)) == ["anna@example.org"]
    assert dict(imported(engine, settings, content).counts) == {"unchanged": 3}


def test_a_suppression_that_was_for_a_time_makes_room(engine: Engine, tmp_path: Path) -> None:
    kept_out(engine, tmp_path, "soft_bounce", NOW_MS - 1)

    imported(engine, newsletter(tmp_path), "email,status\nanna@example.org,complained\n")

    assert suppressions(engine) == {"anna@example.org": "complaint"}


def test_who_waits_to_confirm_is_in_when_the_file_says_that_they_did(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    imported(engine, settings, "email,status\nanna@example.org,unconfirmed\n")
    assert everybody(engine)["anna@example.org"].status == "pending"

    imported(engine, settings, "email,status,confirmed_at\nanna@example.org,confirmed,2025-01-02\n")

    person = everybody(engine)["anna@example.org"]
    assert (person.status, person.confirmed_at) == ("active", datetime(2025, 1, 2, tzinfo=UTC))
    assert dict(imported(engine, settings, "email,status\nanna@example.org,pending\n").counts) == {"unchanged": 1}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(engine: Engine, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    imported(engine, settings, "email,status\nanna@example.org,\nbram@example.org,unsubscribed\n")
    before = everybody(engine)
    content = (
        "email,first_name,status\nanna@example.org,Anna,\nbram@example.org,,\nchloe@example.org,,\n"
        "dirk@example.org,,spam\nCHLOE@example.org,,\n"
    )

    dry = imported(engine, settings, content, dry_run=True)
    assert (everybody(engine), suppressions(engine)) == (before, {})
    wet = imported(engine, settings, content)

    assert dict(dry.counts) == {"updated": 1, "kept_out": 1, "added": 1, "suppressed": 1, "repeated": 1}
    assert (wet.counts, wet.findings) == (dry.counts, dry.findings)


def test_one_bad_line_stops_all_of_it(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as refused:
        imported(engine, newsletter(tmp_path), "email\nanna@example.org\nANNA@example.org\nbram\nchloe@\n")

    assert str(refused.value).splitlines() == [
        'list.csv:4: "bram" is not a mail address: An email address must have an @-sign.',
        'list.csv:5: "chloe@" is not a mail address: There must be something after the @-sign.',
    ]
    assert everybody(engine) == {}


def test_the_other_lines_are_imported_where_that_is_asked_for(engine: Engine, tmp_path: Path) -> None:
    done = imported(engine, newsletter(tmp_path), "email\nanna@example.org\nbram\n", skip_bad=True)

    assert (done.lines, dict(done.counts)) == (2, {"added": 1, "refused": 1})
    assert list(everybody(engine)) == ["anna@example.org"]


def test_columns_that_nobody_asked_for_are_not_kept_and_are_named(engine: Engine, tmp_path: Path) -> None:
    done = imported(engine, newsletter(tmp_path), "email,Shoe Size,company,,LEID\nanna@example.org,42,Acme,x,9\n")

    assert done.left_out == ("Shoe Size", "LEID")
    assert everybody(engine)["anna@example.org"].attributes == {"company": "Acme"}


def test_a_file_that_is_all_wrong_ends_at_a_bound(engine: Engine, tmp_path: Path) -> None:
    content = "email\n" + "x\n" * (MAX_FAULTS + 5)

    with pytest.raises(ImportFileError) as refused:
        imported(engine, newsletter(tmp_path), content, skip_bad=True)

    assert len(refused.value.findings) == MAX_FAULTS + 2
    assert str(refused.value.findings[-1]) == (
        f"list.csv:{MAX_FAULTS + 2}: more than {MAX_FAULTS} lines have something to look at; the rest was not read"
    )


def test_progress_is_told_in_lines_and_in_people(engine: Engine, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    path = tmp_path / "list.csv"
    path.write_text("email\n" + "".join(f"reader{number}@example.org\n" for number in range(5_500)))

    import_file(engine, newsletter(tmp_path), Wanted(path, "list.csv", NOW_MS), lambda *step: steps.append(step))

    assert steps[:2] == [("reading", 5001, 5501), ("writing", 1000, 5500)]
    assert steps[-1] == ("writing", 5500, 5500)


def test_who_was_forgotten_cannot_be_known_without_the_key(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(suppression),
            [{"address_key": "forgotten:00", "reason": "forgotten", "until_at_ms": None, "at_ms": 1}],
        )

    with pytest.raises(UsageError, match="NEWSLETTER_SECRET_KEY is not set"):
        imported(engine, newsletter(tmp_path), "email\nanna@example.org\n")

    assert imported(engine, newsletter(tmp_path, key=KEY), "email\nanna@example.org\n").counts[Kind.ADDED] == 1


def test_a_kill_while_writing_leaves_nothing_of_it(store_url: str, tmp_path: Path) -> None:
    settings = newsletter(tmp_path)
    engine = open_store(store_url, tmp_path, fresh_id="x")
    imported(engine, settings, "email\nanna@example.org\n")
    (tmp_path / "long.csv").write_text("email\n" + "".join(f"r{number}@example.org\n" for number in range(5_000)))

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING, store_url],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(everybody(engine)) == ["anna@example.org"]
    engine.dispose()


KILLED_WHILE_WRITING = """
import os, pathlib, signal, sys
from newsletter.audience.importing import Wanted, import_file
from newsletter.config import load
from newsletter.store import open_store

def progress(what, done, total):
    if what == "writing" and done >= 3000:
        os.kill(os.getpid(), signal.SIGKILL)

here = pathlib.Path()
engine = open_store(sys.argv[1], here, fresh_id="x")
import_file(engine, load(here, {}), Wanted(here / "long.csv", "long.csv", 1), progress)
"""


def test_a_files_name_may_hold_bytes_that_are_no_text(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "l\udce9st.csv"
    path.write_text("email\nanna@example.org\n")

    import_file(engine, newsletter(tmp_path), Wanted(path, path.name, NOW_MS), silent)

    assert everybody(engine)["anna@example.org"].consent_source.startswith("l?st.csv:2 sha256:")


def test_others_can_write_while_a_file_is_read(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\n" + "".join(f"reader{number}@example.org\n" for number in range(5_500)))

    def write_meanwhile(what: str, _done: int, _total: int) -> None:
        if what == "reading":
            with writing(engine) as connection:
                connection.execute(
                    insert(suppression), [{"address_key": "x@y.z", "reason": "editor", "until_at_ms": None, "at_ms": 1}]
                )

    import_file(engine, newsletter(tmp_path), Wanted(path, "list.csv", NOW_MS), write_meanwhile)

    assert suppressions(engine) == {"x@y.z": "editor"}


def test_a_full_disk_leaves_nothing_of_it(tmp_path: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        connection.exec_driver_sql(f"pragma max_page_count = {pages + 20}")

    with pytest.raises(StoreError, match="the disk is full; nothing was changed"):
        imported(
            engine, newsletter(tmp_path), "email\n" + "".join(f"r{number}@example.org\n" for number in range(5_000))
        )

    assert everybody(engine) == {}
    engine.dispose()


def test_a_file_that_is_not_there_is_told_by_the_system(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        import_file(engine, newsletter(tmp_path), Wanted(tmp_path / "no.csv", "no.csv", NOW_MS), silent)

    with reading(engine) as connection:
        assert connection.execute(subscriber.select()).all() == []
