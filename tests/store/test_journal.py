from __future__ import annotations

import re
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import StoreError
from newsletter.store import Begin, open_store, writing
from newsletter.store.journal import adopt, advance, note, verify

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".newsletter"


def step(engine: Engine, folder: Path, *, durable: bool = True) -> int:
    with writing(engine, begin=Begin.DURABLE if durable else Begin.LAX) as connection:
        epoch = advance(connection)
    note(engine, folder, epoch, durable=durable)
    return epoch


def test_a_ledger_that_never_sent_needs_no_journal(engine: Engine, folder: Path) -> None:
    verify(engine, folder)

    assert not folder.exists()


def test_a_ledger_that_went_on_is_taken_for_itself(engine: Engine, folder: Path) -> None:
    epochs = [step(engine, folder), step(engine, folder, durable=False), step(engine, folder)]

    assert epochs == [1, 2, 3]
    verify(engine, folder)


def test_a_kill_between_the_step_and_its_note_is_no_harm(engine: Engine, folder: Path) -> None:
    step(engine, folder)
    with writing(engine) as connection:
        advance(connection)

    verify(engine, folder)


def test_an_old_state_of_the_database_is_refused(engine: Engine, folder: Path) -> None:
    note(engine, folder, 5)

    with pytest.raises(StoreError) as refused:
        verify(engine, folder)

    assert re.sub(r"^.*?: ", "", str(refused.value)) == (
        "this is an old state of the database: 5 later steps of a sending are not in it, and going on would send "
        "them again. Put the newer one back. If it is lost, and you know that nobody would get an issue twice, say so "
        "with --adopt"
    )
    adopt(engine, folder)
    verify(engine, folder)


def test_a_restored_backup_is_refused_though_it_lies_in_the_same_file(tmp_path: Path, folder: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    step(engine, folder)
    engine.dispose()
    shutil.copy(tmp_path / "newsletter.db", tmp_path / "backup.db")
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    step(engine, folder)
    engine.dispose()
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "newsletter.db")

    restored = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    with pytest.raises(StoreError, match="1 later steps of a sending are not in it"):
        verify(restored, folder)
    restored.dispose()


def test_a_copy_beside_its_journal_is_refused(tmp_path: Path, folder: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    step(engine, folder)
    engine.dispose()
    (tmp_path / "newsletter.db").rename(tmp_path / "old.db")
    shutil.copy(tmp_path / "old.db", tmp_path / "newsletter.db")

    copy = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    with pytest.raises(StoreError, match="this is a copy of the database that was last sent from"):
        verify(copy, folder)
    copy.dispose()


def test_a_copy_without_its_journal_is_refused_on_sqlite(tmp_path: Path, folder: Path) -> None:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    step(engine, folder)

    with pytest.raises(StoreError, match="mail was sent from this database, but not from this workspace"):
        verify(engine, tmp_path / "elsewhere")
    engine.dispose()


def test_a_second_machine_may_send_from_one_postgresql(postgresql_engine: Engine, tmp_path: Path) -> None:
    step(postgresql_engine, tmp_path / "one")

    verify(postgresql_engine, tmp_path / "two")


def test_a_journal_that_somebody_changed_is_told(engine: Engine, folder: Path) -> None:
    step(engine, folder)
    (folder / "ledger-a-test.json").write_text('{"epoch": 5}', "utf-8")

    with pytest.raises(StoreError, match="was changed by somebody else and cannot be read"):
        verify(engine, folder)

    adopt(engine, folder)
    verify(engine, folder)


def test_many_who_note_at_once_leave_the_highest(engine: Engine, folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        epochs = list(pool.map(lambda _: step(engine, folder), range(12)))

    assert sorted(epochs) == list(range(1, 13))
    verify(engine, folder)
    note(engine, folder, 3)
    assert '"epoch": 12' in (folder / "ledger-a-test.json").read_text("utf-8")


def test_the_journal_is_its_owners_alone(engine: Engine, folder: Path) -> None:
    step(engine, folder)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    assert modes == {".newsletter": 0o700, "ledger-a-test.json": 0o600, "ledger.lock": 0o600}
