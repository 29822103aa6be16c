"""A workspace, and its preview as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.preview.desks import previewed, workspace_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.preview.desks import Running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace_in(tmp_path)


@pytest.fixture
def preview(root: Path) -> Iterator[Running]:
    with previewed(root) as running:
        yield running
