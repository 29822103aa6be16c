"""A web server that a feed can be fetched from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.fetch import Web
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web_server import WebServer


@pytest.fixture
def server() -> Iterator[WebServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def web() -> Web:
    """The web, in which somebody named this machine."""
    return Web(frozenset({"127.0.0.1"}))
