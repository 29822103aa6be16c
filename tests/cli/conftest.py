"""The command, and a workspace to be in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import TOML, Newsletter, add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def newsletter(capsys: pytest.CaptureFixture[str]) -> Newsletter:
    return Newsletter(capsys)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one draft; the test stands in it."""
    root = tmp_path / "ws"
    root.mkdir()
    (root / "newsletter.toml").write_text(TOML, "utf-8")
    add_issue(root)
    monkeypatch.chdir(root)
    return root
