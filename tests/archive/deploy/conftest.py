"""A site, and a place for it."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.archive import MARK
from tests.archive.deploy.places import FILES, PLACES, Place, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    root.mkdir()
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    for path, content in {**FILES, MARK: b"mark"}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    return site


_PARAMS = [
    pytest.param(name, marks=pytest.mark.skipif(is_missing(name), reason="its programs are missing")) for name in PLACES
]
_SLOW = {
    "aws": ("test_the_site_is_there", "test_what_differs", "test_a_bucket_serves"),
    "rsync-daemon": ("test_the_site_is_there",),
    "rsync-ssh": ("test_the_site_is_there",),
}
"""The tests of what takes a second for each call; in the others, rclone stands for buckets and a folder for servers."""


@pytest.fixture(params=_PARAMS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    if not request.node.name.startswith(_SLOW.get(request.param, "")):
        pytest.skip("another place stands for it here")
    for name in [name for name in os.environ if name.startswith(("AWS_", "RCLONE_", "RSYNC_"))]:
        monkeypatch.delenv(name)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with PLACES[request.param](scratch, root) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        yield place


@pytest.fixture
def dies_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Let a program do its work some times, and then fail; 0 lets it work again."""
    path = os.environ["PATH"]

    def arrange(program: str, call: int) -> None:
        monkeypatch.setenv("PATH", path)
        real, count, folder = shutil.which(program), tmp_path / "calls", tmp_path / "bin"
        count.write_text("", "utf-8")
        folder.mkdir(exist_ok=True)
        if not call:
            return
        (folder / program).write_text(
            f"#!{sys.executable}\nimport os, sys\n"
            f"calls = open({str(count)!r}, 'a+')\ncalls.write('.')\ncalls.flush()\ncalls.seek(0)\n"
            f"if len(calls.read()) >= {call}:\n    sys.exit('the line is cut')\n"
            f"os.environ['PATH'] = {path!r}\nos.execv({real!r}, [{real!r}, *sys.argv[1:]])\n",
            "utf-8",
        )
        (folder / program).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{path}")

    return arrange
