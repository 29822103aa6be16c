"""The front page, an issue and an episode, as Lighthouse judges them on a slow telephone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from benchmarks.measure.peer import QUALITY, install
from benchmarks.pages import CATEGORIES, GOAL, scores, served
from tests.archive.every_kind import every_kind
from tests.archive.sources import built

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is missing")
def test_lighthouse_finds_nothing_to_mend(tmp_path: Path) -> None:
    install(QUALITY)
    root, site = every_kind(tmp_path / "ws"), tmp_path / "site"
    built(root, site, with_search=True)
    with served(site) as address:
        found = {path: scores(f"{address}{path}") for path in ("", "p/alles/", "episodes/de-gouden-troef/")}
    assert found == dict.fromkeys(found, dict.fromkeys(CATEGORIES, GOAL))
