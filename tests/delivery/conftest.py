from __future__ import annotations

import pytest

from tests.delivery.scripts import Server


@pytest.fixture(params=[(), ("SIZE 1000000000", "PIPELINING", "8BITMIME")], ids=["step by step", "pipelining"])
def good(request: pytest.FixtureRequest) -> Server:
    return Server(*request.param)
