"""Each file in tests/bad_subscribers is a broken list beside exactly what must be said about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import ImportFileError
from newsletter.store import open_store
from tests.audience.lists import everybody, imported, newsletter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from newsletter.model import Finding

CASES = sorted((Path(__file__).parent.parent / "bad_subscribers").glob("*.csv"))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    yield engine
    engine.dispose()


def told(findings: Iterable[Finding]) -> list[str]:
    return [f"{one.position}: {one.severity}: {one.message}  [{one.rule}]" for one in findings]


def outcome(engine: Engine, folder: Path, content: bytes) -> str:
    try:
        lines = told(imported(engine, newsletter(folder), content, skip_bad=True).findings)
    except ImportFileError as error:
        lines = told(error.findings)
    people = [f"{person.address} {person.first_name} ({person.status})" for person in everybody(engine).values()]
    return "\n".join([*lines, *(people or ["nobody got in"]), ""])


def test_there_are_cases() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_line_gets_its_verdict(case: Path, sqlite: Engine, tmp_path: Path, *, update_golden: bool) -> None:
    found = outcome(sqlite, tmp_path, case.read_bytes())
    expected = case.with_suffix(".expected")
    if update_golden:
        expected.write_text(found, encoding="utf-8", newline="")

    assert found == expected.read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_file_with_a_bad_line_is_imported_whole_or_not_at_all(case: Path, sqlite: Engine, tmp_path: Path) -> None:
    bad = ": error: " in case.with_suffix(".expected").read_text("utf-8")
    if bad:
        with pytest.raises(ImportFileError):
            imported(sqlite, newsletter(tmp_path), case.read_bytes())
        assert everybody(sqlite) == {}
    else:
        assert imported(sqlite, newsletter(tmp_path), case.read_bytes()).counts["refused"] == 0
