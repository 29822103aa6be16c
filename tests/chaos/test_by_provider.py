"""`newsletter send` by a provider, killed again and again; `make chaos` does it for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.by_provider import KNOW_AGAIN, Storm, rage

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.bulk, pytest.mark.timeout(180)]


@pytest.mark.parametrize("provider", ["mailgun", "postmark", "resend"])
def test_a_storm_doubles_nobody_and_loses_nobody(tmp_path: Path, provider: str) -> None:
    storm = Storm(provider, readers=3000, strikes=5, seed=1)
    after = rage(tmp_path, storm)

    assert after.faults == []
    assert sum(after.states.values()) == storm.readers
    assert after.kills > 1
    assert after.states["in_doubt"] <= (0 if provider in KNOW_AGAIN else after.most_doubts)
