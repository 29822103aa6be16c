"""A workspace, a name server, a mail server and a site, all on this machine and all well."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.doctor.name_server import running_name_server
from tests.doctor.surroundings import Surroundings, as_server
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.doctor.name_server import Zone


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def zone() -> Iterator[Zone]:
    with running_name_server() as zone:
        yield zone


@pytest.fixture
def around(tmp_path: Path, zone: Zone, authority: trustme.CA) -> Iterator[Surroundings]:
    """All that an examination looks at; its site answers under TLS."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with running_server(as_server(authority, "proef.example")) as site:
        yield Surroundings(tmp_path, zone, site, trust)
