"""A site on each kind of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.public.sites import desk_in

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.web.public.sites import Desk


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return desk_in(tmp_path, engine=engine)
