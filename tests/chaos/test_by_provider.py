"""`newsletter send` by a provider, killed again and again; `make chaos` does it for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.by_provider import KNOW_AGAIN, Storm, rage
from tests.providers.account import KEY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.bulk, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("provider", "readers"), [("brevo", 600), ("mailgun", 3000), ("postmark", 3000), ("resend", 3000)]
)
def test_a_storm_doubles_nobody_and_loses_nobody(tmp_path: Path, provider: str, readers: int) -> None:
    storm = Storm(provider, readers, strikes=5, seed=1)
    after = rage(tmp_path, storm)

    assert after.faults == []
    assert sum(after.states.values()) == storm.readers
    assert after.kills > 1
    assert after.states["in_doubt"] <= (0 if provider in KNOW_AGAIN else after.most_doubts)
    assert holding(tmp_path, KEY) == []


def holding(folder: Path, word: str) -> list[str]:
    """The files that hold a word; what the commands said is one of them."""
    assert (folder / "said").stat().st_size
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_provider_that_breaks_its_word_would_be_seen(tmp_path: Path) -> None:
    """One that says that it knows requests again, and does not: then readers have it twice."""
    after = rage(tmp_path, Storm("resend", readers=500, strikes=1, seed=1, batch=10, faults=0.5, has_keys=False))
    assert any(fault.endswith("has it twice") for fault in after.faults)
