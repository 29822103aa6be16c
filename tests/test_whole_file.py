"""Files that are there whole, or not at all."""

from __future__ import annotations

from stat import S_IMODE
from typing import TYPE_CHECKING

import pytest

from newsletter.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(b"older, and longer")

    write_whole(path, b"new")

    assert (path.read_bytes(), S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_it_may_be_for_everybody(tmp_path: Path) -> None:
    write_whole(tmp_path / "cover.jpg", b"new", 0o644)

    assert S_IMODE((tmp_path / "cover.jpg").stat().st_mode) == 0o644


def test_of_one_that_cannot_be_put_there_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.mkdir()

    with pytest.raises(IsADirectoryError):
        write_whole(path, b"new")

    assert list(tmp_path.iterdir()) == [path]
