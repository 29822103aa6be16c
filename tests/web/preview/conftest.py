"""A workspace, and its preview as it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import add_issue
from tests.render.drawings import encoded, photo
from tests.web.preview.desks import NAME, PREHEADER, WITH_ALL, previewed, workspace_in

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


@pytest.fixture(scope="module")
def all_of_it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A preview of an issue that has everything; no test changes it."""
    root = workspace_in(tmp_path_factory.mktemp("all"))
    (add_issue(root, NAME, WITH_ALL, preheader=PREHEADER).parent / "foto.png").write_bytes(
        encoded(photo(1200, 800), "PNG")
    )
    add_issue(root, "2026-11-27-klaar", status="ready", language="en")
    with previewed(root) as running:
        yield running
